# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's screen, seen without anybody looking: by pictures that QEMU takes of it, and by VNC's first words."""
from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pictures
import pytest
from debugging import Press, until
from PIL.Image import Image

from lkmc import paths
from lkmc.output import Output
from lkmc.run_folder import RunFolder

Start = Callable[..., RunFolder]
LETTER = 8              # pixels of its width on the console
KEYS = {" ": "spc", "/": "slash", ">": "shift-dot", "\n": "ret"}


@pytest.fixture
def look(out: Output, run_id: str, tmp_path: Path) -> Callable[[], Image]:
    """What scripts/screenshot sees."""
    def shot() -> Image:
        file = tmp_path / "screen.ppm"
        subprocess.run([str(paths.TOP / "scripts/screenshot"), "--output", str(out.path), "--run-id", run_id,
                        str(file)], check=True, timeout=60)
        return pictures.of(file.read_bytes(), "PPM")
    return shot


def type_text(press: Press, text: str) -> None:
    press(*(KEYS.get(letter, letter) for letter in text))


def needs(out: Output, option: str) -> None:
    if not out.kernel_has(option):
        pytest.skip(f"the kernel of {out.path.name} has no {option}; linux/display.config has it")


def test_the_penguin_is_there_and_vnc_answers_at_its_socket(
        out: Output, start: Start, look: Callable[[], Image], limit: float) -> None:
    needs(out, "CONFIG_DRM_VIRTIO_GPU")
    needs(out, "CONFIG_LOGO")
    run = start("--vnc", "--eval-after", "/sleep_forever.out")
    until(lambda: pictures.has_beak(look()), limit, "a penguin")
    with socket.socket(socket.AF_UNIX) as viewer:
        viewer.settimeout(limit)
        viewer.connect(str(run.socket("vnc")))
        assert viewer.recv(12).startswith(b"RFB 003.")


def test_keys_are_typed_into_the_shell_on_the_screen(
        out: Output, start: Start, look: Callable[[], Image], press: Press, limit: float) -> None:
    needs(out, "CONFIG_DRM_VIRTIO_GPU")
    needs(out, "CONFIG_VIRTIO_INPUT")
    typed, ready, paint = (out.path / "9p" / name for name in ("typed", "ready", "paint"))
    typed.unlink(missing_ok=True)
    ready.unlink(missing_ok=True)
    paint.write_text("\033[41m\033[2J\033[H")
    start("--graphic", "--vnc", "--eval-after", "touch /mnt/9p/data/ready")
    until(ready.exists, limit, "the end of init's scripts")

    def write() -> bool:
        type_text(press, "date >/mnt/9p/data/typed\n")
        time.sleep(0.2)
        return typed.exists()
    until(write, limit, "a shell that reads the keyboard")
    type_text(press, "cat /mnt/9p/data/paint\n")
    until(lambda: pictures.red(look()) > 0.9, limit, "a red screen")
    first_lines = (16 * LETTER, 0, 24 * LETTER, 4 * LETTER)      # beyond the prompt, and before the cursor
    assert pictures.red(look().crop(first_lines)) == 1
    type_text(press, "echo abcdefghijklmnopqrstuvwxyz")
    until(lambda: pictures.red(look().crop(first_lines)) < 1, limit, "the letters on the screen")


def test_a_program_draws_on_the_screen(
        out: Output, start: Start, look: Callable[[], Image], limit: float) -> None:
    if out.symbol("BR2_PACKAGE_LIBDRM") != "y":
        pytest.skip(f"{out.path.name} has no libdrm; configs/fragments/libdrm.config has it")
    needs(out, "CONFIG_DRM_VIRTIO_GPU")
    drawn = out.path / "9p/drawn"
    drawn.unlink(missing_ok=True)
    start("--vnc", "--eval-after", "/libdrm_modeset.out; echo $? >/mnt/9p/data/drawn; /sleep_forever.out")
    seen: set[object] = set()

    def colours() -> bool:
        picture = look()
        seen.add(picture.getpixel((picture.width // 2, picture.height // 2)))
        return len(seen - {(0, 0, 0)}) > 3
    until(colours, limit, "more than three colours in the middle, one after the other")
    until(lambda: drawn.exists() and drawn.read_text() == "0\n", limit, "the program's end")


def test_a_guest_without_a_screen_says_how_to_get_one(out: Output, run_id: str, start: Start, tmp_path: Path) -> None:
    start("--eval-after", "/sleep_forever.out")
    done = subprocess.run([str(paths.TOP / "scripts/screenshot"), "--output", str(out.path), "--run-id", run_id,
                           str(tmp_path / "a.png")], capture_output=True, text=True)
    assert done.returncode == 125 and "scripts/run --vnc" in done.stderr and not (tmp_path / "a.png").exists()
