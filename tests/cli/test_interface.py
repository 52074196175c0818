"""On a terminal, `serai up` asks which interface a public network is joined to; elsewhere it lists them."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import click
import pytest

from person import Serai
from serai.cli.interface import _one
from serai.providers.interfaces import Interface, interfaces

FILE = "project: shop\nmachines: {web: {image: ./gone.qcow2, networks: [{public: }]}}\n"
THERE = [Interface("br0", True, "bridge of eth0"), Interface("eth1", False, "device")]


def test_an_interface_is_chosen_by_number_or_name() -> None:
    assert (_one("2", THERE).name, _one("br0", THERE).name) == ("eth1", "br0")


@pytest.mark.parametrize(("word", "said"), [("3", "a number from 1 to 2"), ("br1", "did you mean 'br0'")])
def test_what_is_none_of_them_is_asked_again(word: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        _one(word, THERE)


def on_a_terminal(project: Path, answer: str, *args: str) -> str:
    """What `serai` says there, given the answer to its question."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(project)
        os.execv(sys.executable, [sys.executable, "-m", "serai", *args])
    os.write(terminal, f"{answer}\n".encode())
    said = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    os.waitpid(pid, 0)
    return said.decode()


def test_the_answer_is_remembered_and_the_file_left_alone(serai: Serai, home: Path) -> None:
    if not interfaces():
        pytest.skip("only where the host has an interface to join")
    serai.file(FILE)
    first = interfaces()[0]

    said = on_a_terminal(serai.root, "1", "up")

    assert "which interface of the host" in said
    assert f"1  {first.name}" in said
    (kept,) = home.glob("projects/*/public-network.json")
    assert first.name in kept.read_text()
    assert (serai.root / "serai.yaml").read_text() == FILE
    assert "which interface" not in on_a_terminal(serai.root, "1", "up")


def test_without_a_terminal_the_error_lists_them(serai: Serai) -> None:
    serai.file(FILE)

    done = serai("up", "-y", code=None)

    assert done.returncode != 0
    assert "does not say which interface of the host" in done.stderr
    assert all(each.name in done.stderr for each in interfaces())
    assert serai("plan", code=None).returncode != 2
