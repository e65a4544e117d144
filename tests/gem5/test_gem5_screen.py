# SPDX-License-Identifier: GPL-2.0-or-later
"""The screen of a guest on a real gem5, seen by the pictures that gem5 keeps."""
from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pictures
import pytest
from booting import Run

from lkmc import frames, gem5, machine, paths
from lkmc.output import Output
from lkmc.run_folder import RunFolder

SIZE = (1024, 768)
FILL = r"""cd /tmp
printf '\001\002\376\377' >a
for doubled in $(seq 20); do
    cat a a >b
    mv b a
done
head -c 3145728 a >/dev/fb0
sleep 0.3
"""


@pytest.fixture(autouse=True)
def a_driver(out: Output) -> None:
    screen = gem5.machine_of(machine.read(out.arch)).screen
    if not screen:
        pytest.skip(f"gem5 has no screen for {out.arch}")
    for option in (screen, "CONFIG_LOGO"):
        if not out.kernel_has(option):
            pytest.skip(f"the kernel of {out.path.name} has no {option}; linux/display.config has it")


def test_the_penguin_is_on_the_screen(out: Output, run: Run, run_id: str, folder: RunFolder, tmp_path: Path) -> None:
    done = run("--frame-capture", "--eval-after", "cat /sys/class/graphics/fb0/virtual_size; sleep 0.3")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert b"1024,768" in done.stdout.splitlines()
    file = tmp_path / "screen.png"
    subprocess.run([str(paths.TOP / "scripts/screenshot"), "--output", str(out.path), "--run-id", run_id,
                    "--emulator", "gem5", str(file)], check=True, timeout=60)
    picture = pictures.of(file.read_bytes(), "PNG")
    assert picture.size == SIZE and pictures.has_beak(picture)


def test_what_a_program_draws_is_seen_in_its_colours(run: Run, folder: RunFolder) -> None:
    """Each pixel is blue, green, red and nothing for Linux: the whole screen becomes one of them."""
    done = run("--frame-capture", "--eval-after", FILL)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    picture = pictures.of(frames.last(folder.frames), "PNG")
    assert picture.size == SIZE
    assert picture.getpixel((SIZE[0] - 1, SIZE[1] - 1)) == (254, 2, 1), "the lower right corner: no text gets there"


def test_pictures_are_png_and_the_first_is_black(run: Run, folder: RunFolder) -> None:
    done = run("--frame-capture", "--eval", "m5 exit")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    first = sorted(folder.frames.iterdir())[0]
    assert first.name == "fb.000000.0.png.gz"
    assert pictures.of(gzip.decompress(first.read_bytes()), "PNG").getbbox() is None


def test_a_checkpoint_has_the_screen(run: Run, folder: RunFolder) -> None:
    done = run("--frame-capture", "--eval-after", "/gem5.sh", "--gem5-readfile", "true")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    done = run("--frame-capture", "--gem5-restore", "1", "--gem5-readfile", "sleep 0.3")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert pictures.has_beak(pictures.of(frames.last(folder.frames), "PNG"))
