"""Processes beside QEMU live as long as their socket, and no longer."""

from __future__ import annotations

import os
import select
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from serai.providers.contract import Forward
from serai.providers.qemu import companions as beside
from serai.providers.qemu.companions import Companion, companions, dead, end_all, listed, start_of, started
from serai.run.wait import poll

READER = ("python3", "-c", "import os, sys; os.read(int(sys.argv[1]), 1)", "{fd}")
"""Ends when its socket closes, as a companion does."""
ACCEPTS = (
    "python3",
    "-c",
    "import socket, sys; socket.socket(fileno=int(sys.argv[1])).accept()[0].recv(1)",
    "{fd}",
)
SLEEPER = ("sleep", "600")


def companion(argv: tuple[str, ...], **more: Any) -> Companion:
    return Companion(**{"name": "x", "argv": argv, "said": "path=x.sock", "instead": "fd={fd}", **more})


def gone(pid: int, seconds: float = 10.0) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle):
        return bool(select.select([handle], [], [], seconds)[0])


@pytest.mark.parametrize(("argv", "listens"), [(READER, False), (ACCEPTS, True)])
def test_one_whose_qemu_never_started_ends_by_itself(argv: Any, listens: bool, tmp_path: Path) -> None:
    with started(tmp_path, [companion(argv, listens=listens)], who="web") as handed:
        ((_, pid, _),) = listed(tmp_path)
        assert start_of(pid)
        (each,) = handed
        assert (each.said, each.instead) == ("path=x.sock", f"fd={each.handles[0]}")
        assert dead(tmp_path) == []
    assert gone(pid)
    assert dead(tmp_path) == ["x"]
    end_all(tmp_path)
    assert listed(tmp_path) == []
    assert not list(tmp_path.glob("*.sock"))


def test_one_that_stays_is_ended_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "END_BUDGET", 0.1)
    with started(tmp_path, [companion(SLEEPER)], who="web"):
        ((_, pid, _),) = listed(tmp_path)
    end_all(tmp_path)
    assert gone(pid)


def test_another_process_of_the_same_number_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "companions").write_text(f"x {os.getpid()} 1\n")
    end_all(tmp_path)  # this test goes on
    assert start_of(os.getpid())


def test_one_that_dies_is_known_with_its_last_words(tmp_path: Path) -> None:
    argv = ("sh", "-c", "echo no such share; exit 1")
    with started(tmp_path, [companion(argv)], who="web"):
        ((_, pid, _),) = listed(tmp_path)
        assert gone(pid)
    assert dead(tmp_path) == ["x"]
    assert beside.last_words(tmp_path, "x") == "no such share"


@pytest.mark.engine
def test_a_tpm_that_qemu_never_spoke_to_is_found_by_its_directory(
    tmp_path: Path, need: Any, machine_of: Any, site_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("swtpm")
    monkeypatch.setattr(beside, "END_BUDGET", 0.2)
    wanted = companions(machine_of(devices={"tpm": {}}), site_of(), tmp_path)
    with started(tmp_path, wanted, who="web"):
        ((name, pid, _),) = listed(tmp_path)
    (tmp_path / "companions").unlink()  # serai was killed before it wrote that
    assert name == "tpm"
    assert start_of(pid)
    # Its files are closed for the new program, which Popen waits for, before its words are there: fs/exec.c.
    assert poll(lambda: bool(Path(f"/proc/{pid}/cmdline").read_bytes()) or None, budget=10)
    end_all(tmp_path)
    assert gone(pid)


def test_passt_is_told_all_ports(machine_of: Any, site_of: Any, tmp_path: Path) -> None:
    if shutil.which("passt") is None:
        pytest.skip("only Debian 12, Ubuntu 23.04 and later have passt")
    from serai.providers.qemu.site import Link, LinkKind

    forwards = (Forward(guest=22, host=2201), Forward(guest=53, host=5353, protocol="udp", host_ip="0.0.0.0"))
    site = site_of(links=(Link(mac="52:54:00:00:00:01", kind=LinkKind.PASST),), forwards=forwards)
    (passt,) = companions(machine_of(), site, tmp_path)
    assert passt.argv[-4:] == ("-t", "127.0.0.1/2201:22", "-u", "0.0.0.0/5353:53")


class Said:
    stdout = ""
    stderr = ""


@pytest.mark.parametrize(
    ("text", "root", "readonly", "words"),
    [
        ("--shared-dir --readonly", True, True, ("--shared-dir=/x", "--readonly")),
        ("--shared-dir", False, False, ("--shared-dir=/x", "--sandbox=none")),
        ("-o source=PATH", True, False, ("-f", "-o", "source=/x")),
    ],
)
def test_both_kinds_of_virtiofsd_are_spoken_to(
    text: str,
    root: bool,
    readonly: bool,
    words: tuple[str, ...],
    machine_of: Any,
    site_of: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from serai.providers.qemu.site import Folder
    from serai.spec.folder import FolderType

    said = Said()
    said.stdout = text
    monkeypatch.setattr(beside, "find_virtiofsd", lambda: "/v")
    monkeypatch.setattr(beside, "said", lambda *words: said.stdout + said.stderr)
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    site = site_of(folders=(Folder("tag", "/x", readonly, FolderType.VIRTIOFS),))
    (found,) = companions(machine_of(), site, tmp_path)
    assert found.argv[2:] == words


@pytest.mark.parametrize(
    ("text", "root", "readonly", "word"),
    [("-o source", False, False, "needs root"), ("--shared-dir", True, True, "cannot share read only")],
)
def test_what_a_virtiofsd_cannot_do_is_said(
    text: str, root: bool, readonly: bool, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from serai.util.errors import SeraiError

    said = Said()
    said.stderr = text
    monkeypatch.setattr(beside, "find_virtiofsd", lambda: "/v")
    monkeypatch.setattr(beside, "said", lambda *words: said.stdout + said.stderr)
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    with pytest.raises(SeraiError, match=word):
        beside.check_virtiofsd(readonly=readonly)


def test_a_socket_pair_has_no_name(tmp_path: Path) -> None:
    with started(tmp_path, [companion(READER)], who="web") as handed:
        assert socket.socket(fileno=os.dup(handed[0].handles[0])).getsockname() in ("", b"")
    end_all(tmp_path)
