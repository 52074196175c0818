"""A way in by the guest's agent: commands, input, trees, time limits; and what it says when nobody answers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from serai.guest.by_agent import AgentTransport
from serai.guest.connect import connect
from serai.providers.contract import ExecEndpoint
from serai.util.errors import Code, SeraiError


def way(place: Path) -> AgentTransport:
    argv = (sys.executable, "-m", "serai.providers.qemu.agent", str(place), "root")
    found = connect(ExecEndpoint(argv=argv, user="root", agent=True), name="web")
    assert isinstance(found, AgentTransport)
    return found


def test_commands_have_environment_input_lines_and_exit_codes(guest_agent: Path) -> None:
    lines: list[str] = []
    done = way(guest_agent).run(
        'cat; echo "$WHO"; exit 3', input=b"in\n", env={"WHO": "we"}, on_line=lines.append, check=False
    )
    assert (done.code, lines) == (3, ["in", "we"])
    with pytest.raises(SeraiError, match="web: a command ended with exit code 4: exit 4"):
        way(guest_agent).run("exit 4")


def test_files_and_trees_go_both_ways(guest_agent: Path, tmp_path: Path) -> None:
    tree, there = tmp_path / "tree", tmp_path / "guest"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub/file").write_text("text")
    (tree / "large").write_bytes(bytes(3 << 20))
    way(guest_agent).put(tree, str(there), owner="nobody")
    assert (there / "sub/file").read_text() == "text"
    assert (there / "large").stat().st_size == 3 << 20
    assert (there / "large").owner() == "nobody"
    way(guest_agent).get(str(there), tmp_path / "back")
    assert (tmp_path / "back/sub/file").read_text() == "text"


def test_what_takes_too_long_is_ended_in_the_guest(guest_agent: Path, tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as caught:
        way(guest_agent).run(f"sleep 3; touch {tmp_path}/late", timeout=0.7)
    assert caught.value.code is Code.TIMEOUT
    way(guest_agent).run("sleep 3")
    assert not (tmp_path / "late").exists()


def test_an_agent_that_is_not_there_is_the_way_s_failure_and_not_the_command_s(
    guest_agent: Path, tmp_path: Path
) -> None:
    assert way(guest_agent).answers(20) is None
    gone = way(tmp_path).answers(20)
    assert gone is not None and gone.code is Code.NETWORK
    with pytest.raises(SeraiError, match="web: QEMU has no port for a guest agent") as caught:
        way(tmp_path).run("true")
    assert caught.value.code is Code.NETWORK
    assert "qemu-guest-agent" in caught.value.hint


def test_a_command_may_end_with_the_same_code(guest_agent: Path) -> None:
    assert way(guest_agent).run("exit 255", check=False).code == 255
