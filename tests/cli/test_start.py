"""The start that needs no click answers as the whole command line does, and the end loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serai.cli.main import run
from serai.cli.start import is_plain, main

LONG_OUTPUT = "from serai.cli.start import leave; print('x' * 300_000); leave(7)"
SHOP = "project: shop\ndefaults: {provider: fake}\nmachines: {web: {}, db: {}}\n"


class Left(Exception):
    """Instead of the process's end."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Calls main with words; the exit code, and what was printed on stdout and stderr."""

    def leave(code: int) -> None:
        raise Left(code)

    monkeypatch.setattr("serai.cli.start.leave", leave)

    def start(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(Left) as left:
            main(words)
        said = capsys.readouterr()
        return left.value.args[0], said.out, said.err

    return start


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["status"], True),
        (["status", "web", "db"], True),
        (["status", "--json", "web"], True),
        (["status", "--help"], False),
        (["status", "-h"], False),
        (["--debug", "status"], False),
        (["up"], True),
        (["up", "-y", "web"], True),
        (["up", "--yes", "--json"], True),
        (["up", "--force"], False),
        (["up", "-yf"], False),
        (["up", "--", "web"], False),
        (["status", "-y"], False),
        (["plan"], False),
        ([], False),
    ],
)
def test_only_a_status_or_up_without_other_options_is_plain(words: list[str], plain: bool) -> None:
    assert is_plain(words) is plain


def test_a_shell_that_completes_gets_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SERAI_COMPLETE", "bash_complete")
    assert not is_plain(["status"])


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["status", "web"],
        ["status", "w*", "--json"],
        ["status", "--json"],
        ["status", "wbe"],
        ["status", "/[/"],
        ["up", "web"],
        ["up", "w*", "--json"],
        ["up", "-y", "wbe"],
        ["up", "--yes", "db", "--json"],
    ],
)
def test_both_ways_say_the_same(
    serai: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], started: Any, words: list[str]
) -> None:
    serai.file(SHOP)
    serai("up", "web")
    monkeypatch.chdir(serai.root)
    capsys.readouterr()
    code = run(words)
    said = capsys.readouterr()

    assert started(*words) == (code, said.out, said.err)


def test_both_ways_read_the_same_file(
    serai: Any, monkeypatch: pytest.MonkeyPatch, started: Any, tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text(SHOP)
    monkeypatch.setenv("SERAI_FILE", str(tmp_path / "other.yaml"))

    assert started("status") == (0, "web  absent  fake\ndb   absent  fake\n", "next: serai up\n")


def test_an_error_of_the_plain_start_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, home: Path, started: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = started("status")

    assert (code, out) == (3, "")
    assert "serai init" in err


def test_another_command_is_the_whole_command_line(started: Any) -> None:
    assert started("--version")[0] == 0
    assert started("statsu")[0] == 64


def test_the_end_at_once_loses_no_output_and_keeps_the_exit_code() -> None:
    done = subprocess.run([sys.executable, "-c", LONG_OUTPUT], stdout=subprocess.PIPE, check=False)

    assert (done.returncode, len(done.stdout)) == (7, 300_001)


def test_output_that_cannot_be_written_is_no_success() -> None:
    short = "from serai.cli.start import leave; print('x'); leave(0)"
    env = {**os.environ, "PYTHONUNBUFFERED": ""}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", short], env=env, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 1
    assert done.stderr.startswith(b"error: No space left on device\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_the_output_is_told_once_without_a_traceback(serai: Any, unbuffered: str) -> None:
    serai.file("machines: {web: {provider: fake}}\n")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "serai", "status"],
            cwd=serai.root,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.count("No space left on device") == 1
    assert "Traceback" not in done.stderr


OUTPUTS = ("status", "inventory", "host check", "logs web", "exec web -- ls", "exec -- ls", "plan")


@pytest.mark.parametrize(
    ("closed", "words"),
    [("<&-", ("exec web -- ls", "ssh web -c ls")), (">&-", OUTPUTS), ("<&- >&- 2>&-", ("exec web -- ls",))],
)
def test_a_stream_that_is_closed_is_no_bug(serai: Any, closed: str, words: tuple[str, ...]) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    for command in words:
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -m serai {command} {closed}', sys.executable],
            cwd=serai.root,
            capture_output=True,
            text=True,
        )
        assert done.returncode in ((0, 1) if command == "host check" else (0,)), (command, done.stderr)
        assert "a bug in serai" not in done.stderr


STREAMS = """
import os, sys
from serai.cli.start import open_streams
open_streams()
open_streams()
print("lost")
sys.stderr.write("lost")
there = [os.readlink(f"/proc/self/fd/{number}") for number in range(3)]
later = os.open("/etc/passwd", os.O_RDONLY)
os.write(int(sys.argv[1]), repr((there, sys.stdin.read(), later > 2, os.get_inheritable(1))).encode())
"""


def test_what_was_closed_takes_and_gives_nothing_and_no_later_file_has_its_number() -> None:
    reads, writes = os.pipe()
    with os.fdopen(reads) as told:
        subprocess.run(
            ["sh", "-c", f'exec "$0" -c "$1" {writes} <&- >&- 2>&-', sys.executable, STREAMS],
            pass_fds=[writes],
            check=True,
        )
        os.close(writes)
        assert told.read() == repr((["/dev/null"] * 3, "", True, True))
