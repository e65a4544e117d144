# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person finds in the guest."""
from __future__ import annotations

from collections.abc import Callable

from booting import Run

from lkmc.console import EOL, Console
from lkmc.output import Output


def test_a_session_on_the_console(console: Callable[..., Console]) -> None:
    with console() as guest:
        guest.login()
        assert guest.run("id -un") == ("root\n", 0)
        # The first modules, as the readme shows them.
        assert guest.run("insmod /hello.ko; insmod /hello2.ko; rmmod hello; rmmod hello2")[1] == 0
        text, _ = guest.run("dmesg | grep -o 'hello.*'")
        assert text.splitlines()[-4:] == ["hello init", "hello2 init", "hello cleanup", "hello2 cleanup"]
        assert guest.run("modprobe hello && lsmod | grep -c '^hello ' && modprobe -r hello") == ("1\n", 0)
        # Ctrl-C ends a program and leaves the shell.
        guest.child.sendline("/count.sh")
        guest.wait_for(r"\n2" + EOL)
        guest.child.sendcontrol("c")
        assert guest.run("true")[1] == 0
        # Ctrl-A X quits the emulator.
        guest.child.sendcontrol("a")
        guest.child.send("x")
        assert guest.end() == 0


def test_conf_sh_prints_the_kernel_s_options(console: Callable[..., Console], out: Output) -> None:
    with console() as guest:
        guest.login()
        text, status = guest.run("/conf.sh ikconfig_proc 2>&1")
        if out.kernel_has("CONFIG_IKCONFIG_PROC"):
            assert (text, status) == ("CONFIG_IKCONFIG_PROC=y\n", 0)
            assert guest.run("/conf.sh | wc -l") == (guest.run("zcat /proc/config.gz | wc -l")[0], 0)
            assert guest.run("/conf.sh no_such_option") == ("", 1)
        else:
            assert (text, status) == ("SKIP conf.sh: this kernel has no CONFIG_IKCONFIG_PROC\n", 77)


def test_loginroot_sh_asks_for_nothing(console: Callable[..., Console]) -> None:
    with console() as guest:
        guest.login()
        guest.run("export lkmc_outer=1")
        prompt = r"(?m)^[^\n]*# "
        guest.wait_for(prompt)      # login throws away what is typed before its shell asks
        guest.child.sendline("/loginroot.sh")
        guest.wait_for(prompt)
        # A shell of its own, with an environment of its own.
        assert guest.run("echo $USER-$HOME-$lkmc_outer-$(id -u)") == ("root-/root--0\n", 0)
        guest.child.sendline("exit")
        assert guest.run("echo $lkmc_outer") == ("1\n", 0)


def test_user0_logs_in_with_a_password(console: Callable[..., Console]) -> None:
    with console() as guest:
        guest.wait_for(r"(?m)^# ")
        guest.child.sendline("login user0")
        guest.wait_for("[Pp]assword: ")
        guest.child.sendline("a")
        guest.wait_for(r"\$ ")
        guest.child.sendline("id -un; id -u")
        guest.wait_for(f"user0{EOL}1000{EOL}")


def test_a_payload_on_a_terminal_leaves_a_shell(console: Callable[..., Console]) -> None:
    with console("--eval-after", "echo payload $((6 * 7)); exit 6") as guest:
        guest.wait_for("payload 42")
        guest.wait_for(r"(?m)^# ")
        guest.child.sendline("/poweroff.out")
        assert guest.end() == 6


def test_the_first_programs_do_what_the_readme_says(run: Run) -> None:
    done = run("--eval-after", "/hello.out && /rand_check.out && /time_boot.out && dmesg | grep time_boot")
    assert done.returncode == 0
    assert b"hello\r\n" in done.stdout


def test_files_go_both_ways_through_the_share(run: Run, out: Output) -> None:
    (out.path / "9p").mkdir(exist_ok=True)
    (out.path / "9p/from-host").write_text("from the host\n")
    share = "/mnt/9p/rootfs_overlay"
    done = run("--eval-after", f"cat /mnt/9p/data/from-host && uname -m > /mnt/9p/data/from-guest && "
                               f"! touch {share}/no 2>/dev/null && cmp /count.sh {share}/count.sh")
    assert done.returncode == 0 and b"from the host" in done.stdout
    assert (out.path / "9p/from-guest").read_text().strip() in ("x86_64", "aarch64", "armv7l")


def test_a_module_built_after_the_boot_is_loaded_by_the_share(console: Callable[..., Console], out: Output) -> None:
    """The seed's fast way: no reboot between two versions of a module."""
    with console() as guest:
        guest.login()
        built = out.overlay / "hello.ko"
        assert guest.run("insmod /mnt/9p/out_rootfs_overlay/hello.ko; rmmod hello")[1] == 0
        data = built.read_bytes()
        try:
            built.write_bytes(data.replace(b"hello init", b"HELLO INIT"))
            assert guest.run("insmod /mnt/9p/out_rootfs_overlay/hello.ko; rmmod hello")[1] == 0
        finally:
            built.write_bytes(data)
        assert guest.run("dmesg | grep -c 'HELLO INIT'") == ("1\n", 0)


def test_the_disk_is_written_only_when_asked_for(run: Run, out: Output) -> None:
    import pytest
    if not (out.disk and out.disk.writable):
        pytest.skip("this output has no disk that could be written: it boots from memory or squashfs")
    assert run("--eval-after", "echo one > /kept; sync").returncode == 0
    assert run("--eval-after", "test -e /kept").returncode == 1
    assert run("--persist", "--eval-after", "echo two > /kept; sync").returncode == 0
    assert run("--eval-after", "cat /kept && rm /kept").returncode == 0
    assert run("--persist", "--eval-after", "rm /kept; sync").returncode == 0
    assert run("--initrd", "--eval-after", "mount | grep -q '^rootfs on / '").returncode == 0
