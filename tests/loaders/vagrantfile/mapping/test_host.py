"""What the mapping asks of the host, from trees that stand for hosts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.loaders.vagrantfile.mapping.host import SYSTEM_SOCKETS, VIRTIOFSD, Host, look


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    return tmp_path


@pytest.fixture
def listening(root: Path) -> Iterator[socket.socket]:
    place = root / SYSTEM_SOCKETS[0].lstrip("/")
    place.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))
        server.listen()
        yield server


def test_a_bare_tree_has_nothing(root: Path) -> None:
    assert look(root) == Host()


def test_bridges_are_told_from_other_interfaces(root: Path) -> None:
    for name in ("br0/bridge", "eth0"):
        (root / "sys/class/net" / name).mkdir(parents=True)
    (root / "sys/class/net/bonding_masters").write_text("")

    assert look(root).interfaces == {"br0": True, "eth0": False}


def test_virtiofsd_is_looked_for_where_distributions_have_it(root: Path) -> None:
    place = root / VIRTIOFSD[1].lstrip("/")
    place.parent.mkdir(parents=True)
    place.write_text("")

    assert look(root).virtiofs


def test_a_libvirt_counts_while_it_takes_connections(root: Path, listening: socket.socket) -> None:
    assert look(root).libvirt
    listening.close()
    assert not look(root).libvirt


def test_a_stated_uri_counts_as_a_libvirt(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "test:///default")
    assert look(root).libvirt
