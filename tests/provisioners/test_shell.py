"""The shell provisioner against a real shell behind a real SSH server."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from serai.guest.exec import ExecTransport
from serai.guest.ssh import SshTransport
from serai.providers.contract import ExecEndpoint
from serai.provisioners import registry
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Shell
from serai.util.errors import Code, SeraiError

MACHINE = Machine(name="web", env={"WHO": "machine", "ONLY": "machine"})


class Ran:
    """Runs blocks, keeps their lines."""

    def __init__(self, transport: Any, root: Path) -> None:
        self.transport = transport
        self.root = root
        self.lines: list[str] = []

    def __call__(self, **shell: Any) -> list[str]:
        self.lines = []
        registry.run(
            Provision(shell=Shell(**shell)),
            key="shell-1",
            machine=MACHINE,
            transport=self.transport,
            root=self.root,
            out=self.lines.append,
        )
        return self.lines

    def fails(self, **shell: Any) -> SeraiError:
        with pytest.raises(SeraiError) as failed:
            self(**shell)
        return failed.value


@pytest.fixture
def ran(web: SshTransport, tmp_path: Path) -> Ran:
    return Ran(web, tmp_path)


@pytest.fixture
def busybox(tmp_path: Path) -> Ran:
    """A guest that has busybox and nothing else."""
    program = shutil.which("busybox")
    if not program:
        pytest.skip("needs busybox")
    applets = tmp_path / "applets"
    applets.mkdir()
    for name in ("sh", "cat", "mktemp", "chmod", "rm", "id", "md5sum", "env"):
        (applets / name).symlink_to(program)
    return Ran(ExecTransport(ExecEndpoint(argv=("env", f"PATH={applets}"), user="root"), "web"), tmp_path)


def test_a_script_runs_with_its_arguments_and_environment(ran: Ran) -> None:
    lines = ran(
        inline='printf "%s|" "$@" "$WHO" "$ONLY"; echo', args=["a b", "it's", "$HOME", "*"], env={"WHO": "block"}
    )
    assert lines == ["a b|it's|$HOME|*|block|machine|"]


def test_output_comes_in_order_of_both_streams(ran: Ran) -> None:
    assert ran(inline="echo 1; echo 2 >&2; echo 3") == ["1", "2", "3"]


def test_a_file_of_the_project_runs_by_its_interpreter(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:])\n")
    assert ran(path="setup.py", args=["x y"]) == ["['x y']"]


def test_a_script_saved_on_windows_runs(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "setup.sh").write_bytes(b"#!/bin/sh\r\necho one\r\n")
    assert ran(path="setup.sh") == ["one"]


@pytest.mark.parametrize("where", ["ran", "busybox"])
def test_a_script_arrives_byte_for_byte(where: str, request: pytest.FixtureRequest) -> None:
    hard = "é ü € 😀 \\ \\n \t $x `y` 'z' \"w\" \x01\x7f \u0081\u0088 EOF\n\n"
    lines = request.getfixturevalue(where)(inline=f'cat "$0" | md5sum\n: <<"END"\n{hard}END\n')
    import hashlib

    text = f'cat "$0" | md5sum\n: <<"END"\n{hard}END\n'
    assert lines[0].split()[0] == hashlib.md5(text.encode()).hexdigest()


def test_the_script_file_is_private_and_removed(ran: Ran) -> None:
    (line,) = ran(inline='stat -c %a "$0"; echo "$0" >&2; exit 0')[:1]
    assert line == "700"
    path = ran.lines[1]
    assert not Path(path).exists()
    error = ran.fails(inline='echo "$0"; exit 1')
    assert not Path(error.details[0]).exists()


def test_its_input_is_empty(ran: Ran) -> None:
    assert ran(inline="cat; echo end") == ["end"]


def test_a_failure_names_block_code_last_lines_and_the_next_command(ran: Ran) -> None:
    error = ran.fails(inline="seq 1 40; exit 9")
    assert error.code is Code.FAILED
    assert error.message == "web: provision shell-1: its script ended with exit code 9"
    assert error.hint == "mend it, then serai provision web --provision-with shell-1"
    assert error.details == tuple(str(number) for number in range(26, 41))


def test_a_sensitive_block_shows_nothing(ran: Ran) -> None:
    assert ran(inline="echo secret", sensitive=True) == []
    error = ran.fails(inline="echo secret $TOKEN; exit 1", env={"TOKEN": "t0k3n"}, sensitive=True)
    assert "secret" not in str(error.details)
    assert "t0k3n" not in f"{error} {error.details}"


def test_the_environment_is_in_no_list_of_processes(ran: Ran) -> None:
    assert ran(inline="ps -eo args | grep -c [t]0k3n || true", env={"TOKEN": "t0k3n"}) == ["0"]


def test_a_missing_script_is_said_before_anything_runs(ran: Ran, tmp_path: Path) -> None:
    error = ran.fails(path="absent.sh")
    assert error.code is Code.INPUT
    assert error.message.startswith(f"web: provision shell-1: the script {tmp_path}/absent.sh cannot be read")


def test_without_sudo_a_privileged_block_says_what_to_do(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "id").write_text("#!/bin/sh\necho 1000\n")
    (bare / "id").chmod(0o755)
    (bare / "sh").symlink_to("/bin/sh")
    guest = Ran(ExecTransport(ExecEndpoint(argv=("env", f"PATH={bare}"), user="debian"), "web"), tmp_path)
    error = guest.fails(inline="true")
    assert error.message.endswith("this block needs root, and the guest has neither sudo nor doas")
    (bare / "sudo").write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    (bare / "sudo").chmod(0o755)
    assert guest.fails(inline="true").message.endswith("sudo in the guest asks for a password")


def test_a_script_stays_where_it_is_put(ran: Ran, tmp_path: Path) -> None:
    place = tmp_path / "kept.sh"
    assert ran(inline='echo "$0"', privileged=False, upload_path=str(place)) == [str(place)]
    assert place.read_text() == 'echo "$0"\n'


def test_a_binary_script_keeps_its_line_ends(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "dos.sh").write_bytes(b"echo 'a\r\nb'\n")
    assert ran(path="dos.sh", privileged=False) == ["a", "b"]
    ran(path="dos.sh", privileged=False, binary=True, upload_path=str(tmp_path / "kept"))
    assert (tmp_path / "kept").read_bytes() == b"echo 'a\r\nb'\n"


def test_a_script_is_what_its_checksum_says(ran: Ran, tmp_path: Path) -> None:
    from hashlib import sha256

    (tmp_path / "a.sh").write_text("echo hi\n")
    digest = sha256(b"echo hi\n").hexdigest()
    assert ran(path="a.sh", privileged=False, checksum=f"sha256:{digest}") == ["hi"]
    assert ran.fails(path="a.sh", privileged=False, checksum="md5:" + "0" * 32).code is Code.CORRUPT


def test_a_script_behind_a_url_is_fetched_by_the_host(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = tmp_path / "fetched"
    fetched.write_text("echo from afar\n")
    asked: list[str] = []

    def fetch(url: str, folder: Path, **how: Any) -> Path:
        asked.append(url)
        return fetched

    monkeypatch.setattr("serai.images.download.fetch", fetch)
    assert ran(path="https://example.org/setup.sh", privileged=False) == ["from afar"]
    assert asked == ["https://example.org/setup.sh"]
