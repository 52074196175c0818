"""What `serai render` shows is what a start would run."""

from __future__ import annotations

import shlex
from pathlib import Path

import msgspec
import pytest

from bare_metal import WEB, forward, up
from real_sshd import free_port
from serai.providers.contract import Materials
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.preview import preview

pytestmark = pytest.mark.engine


def test_before_there_is_a_machine_it_shows_the_ports_asked_for_and_makes_nothing(qemu: Qemu) -> None:
    text = preview(qemu.scope, msgspec.structs.replace(WEB, networks=[forward(8088)]), Materials())
    assert "hostfwd=tcp:127.0.0.1:2200-:22" in text
    assert "hostfwd=tcp:127.0.0.1:8088-:80" in text
    assert not qemu.directory("web").exists()


def test_of_a_machine_it_shows_the_ports_that_it_has(qemu: Qemu) -> None:
    spec = msgspec.structs.replace(WEB, networks=[forward(free_port())])
    up(qemu, spec)
    text = preview(qemu.scope, spec, Materials())
    for each in qemu.observe()["web"].forwards:
        assert f"hostfwd=tcp:127.0.0.1:{each.host}-:{each.guest}" in text


def test_it_is_what_really_runs(qemu: Qemu) -> None:
    """But for the sockets: a start makes them itself, and hands QEMU their descriptors."""
    up(qemu)
    pid = qemu.observe()["web"].pid
    runs = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    shown = shlex.split(preview(qemu.scope, WEB, Materials()).replace("\\\n", " "))
    assert [word for word in shown if word not in runs and not word.startswith("socket,")] == []
