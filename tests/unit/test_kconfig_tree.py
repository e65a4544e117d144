# SPDX-License-Identifier: GPL-2.0-or-later
# flake8: noqa: E101,W191
"""kconfig.tree, view and answers: conf runs in links to the kernel's sources, and its environment is Kconfiglib's."""
from __future__ import annotations

import json
import sys
from pathlib import Path

import fakes
import kconfig_trees
import pytest

from lkmc import paths
from lkmc.errors import LkmcError
from lkmc.kconfig import answers, view
from lkmc.kconfig.state import State
from lkmc.kconfig.tree import LinuxTree, compute_all

KCONFIG = """mainmenu "A kernel"
config CC_IS_NEW
	def_bool $(success,test "$(CC)" = new-gcc)

config ASKED
	string
	default "$(shell,echo asked; echo x >> "$LOG")"

config A
	bool "A"
	depends on CC_IS_NEW
"""
# Stands for the kernel's Makefile: exports CC, runs conf on the top Kconfig file that it is given.
MAKE = r"""
for word; do case $word in KBUILD_KCONFIG=*|KCONFIG_CONFIG=*) export "$word";; ARCH=none) exit 2;; esac; done
export srctree="$TREE" CC=new-gcc CONFIG_=CONFIG_
told=$(sed -n 's/^lkmc-told := $(shell,\(.*\))$/\1/p' "$KBUILD_KCONFIG")
sh -c "$told"
""" + f"exec {sys.executable} -m olddefconfig Kconfig"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tree = tmp_path / "linux"
    for name in ("Makefile", "scripts/Kconfig.include", "scripts/basic/fixdep.c", "scripts/basic/fixdep",
                 "scripts/kconfig/conf.c", "scripts/kconfig/conf", "scripts/kconfig/conf.o", "scripts/kconfig/lexer.l",
                 "scripts/kconfig/lexer.lex.c", "scripts/kconfig/Makefile", "scripts/kconfig/tests/conftest.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    (tree / "Kconfig").write_text("success = $(if-success,$(1),y,n)\n"
                                  "if-success = $(shell,{ $(1); } >/dev/null 2>&1 && echo \"$(2)\" || echo \"$(3)\")\n"
                                  + KCONFIG.partition("\n")[2])
    monkeypatch.setenv("TREE", str(tree))
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    fakes.cache(monkeypatch, tmp_path / "cache")
    fakes.on_path(monkeypatch, tmp_path / "bin", make=MAKE)
    return tree


def test_kconfiglib_reads_the_tree_in_confs_environment(sources: Path) -> None:
    computed = LinuxTree(sources, "arm64", "").compute("CONFIG_A=y\n")
    state = State(computed.tree, "CONFIG_")
    state.load(computed.config)
    assert "CONFIG_A=y\n" in computed.config and state.value(state.symbol("CONFIG_CC_IS_NEW")) == "y"


def test_a_make_that_fails_is_told(sources: Path) -> None:
    with pytest.raises(LkmcError, match="make -s -C .* ARCH=none .* ended with status 2"):
        LinuxTree(sources, "none", "").compute("")


def test_a_folder_without_kconfig_is_no_kernel(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(LkmcError, match="no kernel source tree .*--linux DIR"):
        LinuxTree(tmp_path, "arm64", "").compute("")


def test_what_the_compiler_answered_is_asked_once(sources: Path, tmp_path: Path) -> None:
    for _ in range(2):
        LinuxTree(sources, "arm64", "").compute("")
    # conf asks each time, Kconfiglib the first time.
    assert (tmp_path / "log").read_text() == "x\n" * 3


@pytest.mark.parametrize("text", ["{", "[]", '"a"'])
def test_a_broken_cache_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    fakes.cache(monkeypatch, tmp_path)
    with answers.kept({"PATH": "/usr/bin:/bin"}) as ask:
        assert ask("echo a; echo b") == "a b"
    [file] = (paths.cache() / "kconfig").glob("*.json")
    assert json.loads(file.read_text()) == {"echo a; echo b": "a b"}
    file.write_text(text)
    with answers.kept({"PATH": "/usr/bin:/bin"}) as ask:
        assert ask("echo c") == "c"


def test_another_compiler_is_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.cache(monkeypatch, tmp_path)
    for number in range(2):
        compiler = fakes.script(tmp_path / "gcc", f"echo {'x' * number}")
        with answers.kept({"PATH": "/usr/bin:/bin", "CC": str(compiler)}) as ask:
            ask("true")
    assert len(list((paths.cache() / "kconfig").glob("*.json"))) == 2


def test_the_view_links_sources_and_leaves_out_what_was_built(sources: Path) -> None:
    seen = view.of(sources)
    files = {str(path.relative_to(seen)) for path in seen.rglob("*") if path.is_file()}
    assert files >= {"Makefile", "Kconfig", "scripts/Kconfig.include", "scripts/basic/fixdep.c",
                     "scripts/kconfig/conf.c", "scripts/kconfig/lexer.l", "scripts/kconfig/Makefile"}
    assert files.isdisjoint({"scripts/basic/fixdep", "scripts/kconfig/conf", "scripts/kconfig/conf.o",
                             "scripts/kconfig/lexer.lex.c"})


def test_the_view_follows_the_sources_and_keeps_what_it_built(sources: Path) -> None:
    seen = view.of(sources)
    (seen / "scripts/kconfig/conf").write_text("built here")
    (sources / "Makefile").unlink()
    (sources / "new").mkdir()
    assert view.of(sources) == seen
    assert (seen / "new").is_dir() and not (seen / "Makefile").is_symlink()
    assert (seen / "scripts/kconfig/conf").read_text() == "built here"
    assert not (sources / "scripts/kconfig/conf").read_text()


CHOICE = """mainmenu "A kernel"
choice
	prompt "How"
	default B
config A
	bool "A"
config B
	bool "B"
config C
	bool "C"
	depends on MENU
endchoice
config MENU
	bool "Menu"
"""


@pytest.mark.parametrize("lines, earlier, later", [
    ("", "B", "B"), ("A=y", "A", "A"), ("A=y B=y", "B", "B"), ("B=y A=y", "A", "A"),
    # What is asked not to be is not the default; of members that cannot be had, an earlier wish counts.
    ("B=n", "B", "A"), ("A=n B=n", "B", "A"), ("B=n A=n", "B", "B"), ("A=n B=n MENU=y", "B", "C"),
    ("A=y C=y", "B", "A"), ("A=y C=y MENU=y", "C", "C")])
def test_a_choice_is_what_conf_of_that_kernel_takes_it_for(
        tmp_path: Path, lines: str, earlier: str, later: str) -> None:
    """The rules of sym_calc_choice() in scripts/kconfig/symbol.c, of Linux up to 6.10 and from 6.11 on."""
    for name, text, expected in (("earlier", "sym_calc_choice(struct symbol *sym)", earlier),
                                 ("later", "sym_calc_choice(struct menu *choice)", later)):
        (tmp_path / name / "scripts/kconfig").mkdir(parents=True)
        (tmp_path / name / "scripts/kconfig/symbol.c").write_text(text)
        state = kconfig_trees.linux(tmp_path / name, CHOICE, "".join(f"CONFIG_{one}\n" for one in lines.split()))
        assert [one for one in "ABC" if state.value(state.symbol(f"CONFIG_{one}")) == "y"] == [expected]


def test_a_tree_is_read_again_only_after_an_edit(sources: Path, tmp_path: Path) -> None:
    first = LinuxTree(sources, "arm64", "").compute("CONFIG_A=y\n").tree
    assert LinuxTree(sources, "arm64", "").compute("").tree is first
    (sources / "Kconfig").write_text((sources / "Kconfig").read_text() + 'config NEW\n\tbool "new"\n')
    assert "NEW" in LinuxTree(sources, "arm64", "").compute("").tree.syms


def test_several_configurations_share_a_tree(sources: Path) -> None:
    texts = ["CONFIG_A=y\n", "# CONFIG_A is not set\n", "CONFIG_A=y\n"]
    made = list(compute_all(LinuxTree(sources, "arm64", ""), texts))
    assert [text in one.config for text, one in zip(texts, made, strict=True)] == [True] * 3
    assert len({id(one.tree) for one in made}) == 1
