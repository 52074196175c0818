"""Programs by QEMU's own guest agent: bytes both ways, exit codes, logins, and what is left of them."""

from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from serai.guest import agent
from serai.guest.agent import BEHIND, BLOCK, BLOCKS, SEGMENT, Call, Refused, Turn, execute, shell
from serai.guest.agent_program import Pipe
from serai.providers.qemu.agent import turn
from serai.run.wait import poll
from serai.util.errors import Code, SeraiError

MIB = 1 << 20


class Told:
    """What a program said."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.at: list[float] = []

    def hear(self, data: bytes) -> None:
        self.at.append(time.monotonic())
        self.out += data


def run(place: Path, *words: str, given: bytes | None = None, **more: Any) -> tuple[int, Told]:
    told = Told()
    if given is not None:
        reading, writing = os.pipe()
        threading.Thread(target=_pour, args=(writing, given)).start()
        more["given"] = Pipe(reading)
    code = execute(partial(turn, place), words, out=told.hear, err=told.err.extend, **more)
    if given is not None:
        os.close(reading)
    return code, told


def _pour(handle: int, data: bytes) -> None:
    with suppress(BrokenPipeError), os.fdopen(handle, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]


def test_a_program_has_its_output_errors_and_exit_code(guest_agent: Path) -> None:
    code, told = run(guest_agent, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (code, bytes(told.out), bytes(told.err)) == (3, b"out\n", b"err\n")
    assert run(guest_agent, "sh", "-c", "kill -9 $$")[0] == 128 + 9
    assert run(guest_agent, "there-is-no-such-program")[0] == 127


def test_words_arrive_as_they_were(guest_agent: Path) -> None:
    words = ["", "two words", "quo'te", 'dou"ble', "$HOME", "line\nbreak", "-c", "größe"]
    _, told = run(guest_agent, "printf", "%s|", *words)
    assert told.out.decode() == "".join(f"{word}|" for word in words)


@pytest.mark.parametrize("size", [0, 5, MIB])
def test_what_is_given_arrives_whole_however_much_it_is(guest_agent: Path, size: int) -> None:
    data = os.urandom(size)
    code, told = run(guest_agent, "cat", given=data)
    assert code == 0
    assert bytes(told.out) == data


def test_more_than_the_guest_keeps_goes_both_ways(guest_agent: Path) -> None:
    data = os.urandom((BEHIND + 1) * BLOCK * BLOCKS)
    code, told = run(guest_agent, "cat", given=data)
    assert code == 0
    assert bytes(told.out) == data


def test_output_comes_while_the_program_runs(guest_agent: Path) -> None:
    _, told = run(guest_agent, "sh", "-c", "echo first; sleep 1; echo last")
    assert told.at[-1] - told.at[0] > 0.5


def test_a_program_that_reads_no_more_ends_nevertheless(guest_agent: Path) -> None:
    _, told = run(guest_agent, "head", "-c", "3", given=b"abc" + bytes(4 * SEGMENT))
    assert told.out == b"abc"


def test_a_login_that_the_guest_has_is_taken_else_root_is(guest_agent: Path) -> None:
    assert run(guest_agent, "id", "-un", user="nobody")[1].out == b"nobody\n"
    assert run(guest_agent, "id", "-un", user="nobody-at-all")[1].out == b"root\n"
    assert run(guest_agent, "sh", "-c", "echo $HOME; pwd")[1].out == b"/root\n/root\n"


def test_nothing_of_it_is_left_in_the_guest(guest_agent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = os.urandom(8)
    monkeypatch.setattr("os.urandom", lambda size: name[:size])  # other tests have directories of theirs
    place = Path(f"/run/serai-agent-{name.hex()}")
    _, told = run(guest_agent, "sh", "-c", f"cat; ls -d {place}", given=bytes(MIB))
    assert told.out.endswith(f"{place}\n".encode())
    assert poll(lambda: not place.exists() or None, budget=30)


def test_a_program_that_takes_too_long_is_told(guest_agent: Path) -> None:
    with pytest.raises(SeraiError) as caught:
        run(guest_agent, "sleep", "2", budget=0.3)
    assert caught.value.code is Code.TIMEOUT


def test_several_run_at_once(guest_agent: Path) -> None:
    codes: list[int] = []

    def one(number: int) -> None:
        codes.append(run(guest_agent, "sh", "-c", f"sleep 0.2; exit {number}")[0])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 1, 2, 3]


def test_a_shell_line_has_code_output_and_errors_and_its_failures_a_name(guest_agent: Path) -> None:
    at = partial(turn, guest_agent)
    assert shell(at, "web", "echo out; echo err >&2; exit 2", 30) == (2, "out\n", "err\n")
    with pytest.raises(SeraiError, match="web: the command did not end in time"):
        shell(at, "web", "sleep 1", 0.1)
    with pytest.raises(SeraiError, match="web: QEMU has no port") as caught:
        shell(partial(turn, guest_agent / "gone"), "web", "true", 1)
    assert "qemu-guest-agent" in caught.value.hint


def test_a_guest_that_forbids_it_is_an_error_with_its_words() -> None:
    def call(name: str, **_: Any) -> Any:
        raise Refused(Code.FAILED, f"the guest's agent refuses {name}: it has been disabled")

    @contextmanager
    def strict() -> Iterator[Call]:
        yield call

    with pytest.raises(Refused, match="refuses guest-exec: it has been disabled"):
        execute(strict, ["true"], out=len, err=len)


EXITED = {"exited": True, "exitcode": 0}
RIGHT: dict[str, Any] = {"guest-exec": {"pid": 7}, "guest-exec-status": {"exited": False}, "guest-file-open": 3}


def hostile(**answers: Any) -> Turn:
    """An agent that answers the same each time: `guest_exec` is the answer to guest-exec."""
    said = RIGHT | {name.replace("_", "-"): answer for name, answer in answers.items()}

    @contextmanager
    def one() -> Iterator[Call]:
        yield lambda name, **_: said.get(name, {})

    return one


@pytest.mark.parametrize(
    "answers",
    [
        {"guest_exec": {}},
        {"guest_exec": [7]},
        {"guest_exec": {"pid": "many"}},
        {"guest_exec_status": {}},
        {"guest_exec_status": {"exited": True, "exitcode": "none"}},
        {"guest_file_open": "three"},
        {"guest_file_read": {"buf-b64": 5}},
    ],
)
def test_nonsense_of_an_agent_is_told(answers: dict[str, Any]) -> None:
    with pytest.raises(SeraiError, match="web: the guest's agent answers nonsense") as caught:
        shell(hostile(**answers), "web", "true", 30)
    assert caught.value.code is Code.NETWORK


@pytest.mark.parametrize("written", [-1, 0, SEGMENT])
def test_an_agent_that_writes_what_cannot_be_is_told(written: int) -> None:
    reading, writing = os.pipe()
    with (
        os.fdopen(reading),
        os.fdopen(writing, "wb", buffering=0) as given,
        pytest.raises(SeraiError, match="nonsense"),
    ):
        given.write(b"some words")
        at = hostile(guest_file_write={"count": written})
        execute(at, ["cat"], given=Pipe(reading), out=len, err=len, budget=30)


@pytest.mark.parametrize("status", [RIGHT["guest-exec-status"], EXITED])
def test_output_without_an_end_has_the_end_of_its_time(status: dict[str, Any]) -> None:
    at = hostile(guest_exec_status=status, guest_file_read={"buf-b64": "eHh4"})
    with pytest.raises(SeraiError, match="did not end in time"):
        shell(at, "web", "true", 0.1)


def test_a_line_of_the_shell_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "MOST_SAID", MIB)
    at = hostile(guest_file_read={"buf-b64": base64.b64encode(bytes(SEGMENT)).decode()})
    with pytest.raises(SeraiError, match="web: the command says more than 1 MiB"):
        shell(at, "web", "true", 30)
