"""What a provisioner is given: scripts, files and programs, and errors that name the block."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from serai.guest.exec import ExecTransport
from serai.guest.transport import OnLine
from serai.providers.contract import ExecEndpoint
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

WEB = Machine(name="web", env={"WHO": "machine"})


class Told:
    """A job in a guest that is this host, and the lines that it showed."""

    def __init__(self, root: Path) -> None:
        self.lines: list[str] = []
        way = ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")
        self.job = Job(key="salt-1", machine=WEB, transport=way, root=root, out=self.lines.append)

    def fails(self, name: str, *words: object, **how: object) -> SeraiError:
        with pytest.raises(SeraiError) as failed:
            getattr(self.job, name)(*words, **how)
        return failed.value


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_a_file_that_is_not_there_is_named_with_the_block(told: Told, tmp_path: Path) -> None:
    error = told.fails("path", "minion")

    assert error.code is Code.INPUT
    assert error.message == f"web: provision salt-1: the file {tmp_path}/minion does not exist"
    assert told.fails("path", "minion", "the key").message.endswith(f"the key {tmp_path}/minion does not exist")


def test_a_file_of_the_project_is_found(told: Told, tmp_path: Path) -> None:
    (tmp_path / "minion").touch()
    assert told.job.path("minion") == tmp_path / "minion"


def test_a_failure_says_how_to_go_on(told: Told) -> None:
    assert told.job.fail("it broke").hint == "mend it, then serai provision web --provision-with salt-1"
    assert told.job.fail("it broke", hint="salt-call").hint == "salt-call"


def test_a_text_becomes_a_file_that_nobody_else_reads(told: Told, tmp_path: Path) -> None:
    told.job.write("secret: é\n", f"{tmp_path}/etc/minion")

    assert (tmp_path / "etc/minion").read_text() == "secret: é\n"
    assert (tmp_path / "etc/minion").stat().st_mode & 0o777 == 0o600


def test_a_copy_that_fails_names_the_block(told: Told, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    error = told.fails("put", tmp_path / "data", "/proc/nowhere/data")

    assert error.message.startswith(f"web: provision salt-1: copying {tmp_path}/data to /proc/nowhere/data: ")
    assert error.hint == "serai provision web --provision-with salt-1"


def test_a_script_has_arguments_and_environment_and_shows_its_lines(told: Told) -> None:
    told.job.script('echo "$1 $WHO $MORE"', ["a b"], {"MORE": "block"}, privileged=False)

    assert told.lines == ["a b machine block"]


def test_a_script_that_fails_says_what_it_was(told: Told) -> None:
    error = told.fails("script", "seq 1 20; exit 3", privileged=False, what="salt-call")

    assert error.message == "web: provision salt-1: salt-call ended with exit code 3"
    assert error.details == tuple(str(number) for number in range(6, 21))


def test_a_script_whose_guest_went_away_is_named_with_what_it_may_have_done(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, on_line: OnLine, **more: object) -> None:
        on_line("restarting")
        raise SeraiError(Code.NETWORK, "web: the connection was lost", hint="serai status web")

    monkeypatch.setattr(told.job.transport, "run", lost)
    error = told.fails("script", "reboot")

    assert error.code is Code.NETWORK
    assert error.message == "web: provision salt-1: its script was cut off: the connection was lost"
    assert error.hint.startswith("did it restart its guest? `reboot: true`")
    assert error.hint.endswith("serai provision web --provision-with salt-1")
    assert error.details == ("restarting",)


def test_a_sensitive_script_shows_nothing(told: Told) -> None:
    error = told.fails("script", "echo secret; exit 1", privileged=False, sensitive=True)

    assert told.lines == []
    assert error.details == ("(sensitive: its output is not shown)",)


def test_a_question_is_not_shown_and_does_not_fail(told: Told) -> None:
    result = told.job.ask("echo 3006.9\ncat\nexit 4", privileged=False)

    assert (result.stdout, result.code) == ("3006.9\n", 4)
    assert told.lines == []


def test_a_program_of_this_host_runs_in_the_project(told: Told, tmp_path: Path) -> None:
    told.job.local(["sh", "-c", 'pwd; echo "$KEY"'], {"KEY": "value"})
    told.job.local(["pwd"], cwd=Path("/"))

    assert told.lines == [str(tmp_path), "value", "/"]


def test_a_program_of_this_host_that_fails_names_the_block(told: Told) -> None:
    error = told.fails("local", ["sh", "-c", "echo broken; exit 2"], what="the playbook")

    assert error.message == "web: provision salt-1: the playbook ended with exit code 2"
    assert error.details == ("broken",)
    assert told.fails("local", ["no-such-program"]).code is Code.MISSING


def test_a_program_of_this_host_is_asked_before_it_is_killed(told: Told, tmp_path: Path) -> None:
    code = (
        "import signal, sys, pathlib\n"
        f"def end(*_): pathlib.Path({str(tmp_path / 'ended')!r}).touch(); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )

    def stop(line: str) -> None:
        raise KeyboardInterrupt

    told.job.out = stop
    with pytest.raises(KeyboardInterrupt):
        told.job.local([sys.executable, "-c", code])

    assert (tmp_path / "ended").exists()


def test_without_a_project_there_are_no_peers(told: Told) -> None:
    assert told.job.peers() == {}
