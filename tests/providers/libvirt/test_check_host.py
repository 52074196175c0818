"""What the daemon's host does not have is named before anything is made; what it has is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.libvirt.check_host import check
from serai.spec.machine import Machine

MOUNTS = "30 25 0:30 / /dev/hugepages rw - hugetlbfs hugetlbfs rw,pagesize=2M\n"
VIRTIOFSD = "usr/libexec/virtiofsd"
DESCRIBED = "usr/share/qemu/vhost-user/50-virtiofsd.json"
SERVER = '{"description": "serves", "type": "fs", "binary": "/usr/libexec/virtiofsd"}'
SHARE = {"synced_folders": [{"source": ".", "target": "/srv", "type": "virtiofs"}]}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host that has all of it."""
    files = {"dev/vhost-vsock": "", "proc/self/mountinfo": MOUNTS, VIRTIOFSD: "", DESCRIBED: SERVER}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / VIRTIOFSD).chmod(0o755)
    for name in ("br0", "eth0", "tap0"):
        (tmp_path / "sys/class/net" / name).mkdir(parents=True)
    return tmp_path


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"devices": {"vsock": {}}}, "devices.vsock", "dev/vhost-vsock"),
    ({"memory": {"hugepages": {}}}, "memory.hugepages", "proc/self/mountinfo"),
    (SHARE, "synced_folders[0].type", VIRTIOFSD),
    (SHARE, "synced_folders[0].type", DESCRIBED),
    ({"networks": [{"public": {"bridge": "br0"}}]}, "networks[0].public.bridge", "sys/class/net/br0"),
    ({"networks": [{"public": {"dev": "eth0"}}]}, "networks[0].public.dev", "sys/class/net/eth0"),
    ({"networks": [{"public": {"tap": "tap0"}}]}, "networks[0].public.tap", "sys/class/net/tap0"),
]


@pytest.mark.parametrize(("spec", "key", "needed"), CASES, ids=[key for _, key, _ in CASES])
def test_what_is_missing_is_named_and_what_is_there_is_not(
    spec: dict[str, Any], key: str, needed: str, host: Path
) -> None:
    machine = msgspec.convert({"name": "web", **spec}, Machine)
    assert list(check(machine, host)) == []
    path = host / needed
    if path.is_dir():
        path.rmdir()
    elif path.read_text():
        path.write_text("")
    else:
        path.unlink()
    (problem,) = check(machine, host)
    assert problem.message.startswith(f"{key}: ")
    assert problem.hint


def test_devices_of_the_host_are_looked_for(host: Path) -> None:
    machine = msgspec.convert({"devices": {"usb": [{"bus": 1, "device": 4}]}}, Machine)
    assert [each.message for each in check(machine, host)] == ["devices.usb[0]: it is not plugged in"]


def test_a_host_that_does_not_tell_its_mounts_is_left_to_libvirt(tmp_path: Path) -> None:
    assert list(check(msgspec.convert({"memory": {"hugepages": {}}}, Machine), tmp_path)) == []


def test_a_session_must_be_told_where_huge_pages_are(host: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    machine = msgspec.convert({"name": "web", "memory": {"hugepages": {}}}, Machine)
    settings = tmp_path / "config/libvirt/qemu.conf"
    settings.parent.mkdir(parents=True)

    settings.write_text('#hugetlbfs_mount = "/dev/hugepages"\n')
    [error] = check(machine, host, privileged=False)
    assert error.message.startswith("memory.hugepages: a session looks for no hugetlbfs")
    assert not list(check(machine, host))

    settings.write_text('hugetlbfs_mount = "/dev/hugepages/me"\n')
    assert not list(check(machine, host, privileged=False))


@pytest.mark.parametrize("said", ['{"type": "gpu", "binary": "/usr/libexec/virtiofsd"}', "[]", '{"type": "fs"}'])
def test_only_a_server_of_files_shares_a_folder(said: str, host: Path) -> None:
    (host / DESCRIBED).write_text(said)
    machine = msgspec.convert({"name": "web", **SHARE}, Machine)
    (problem,) = check(machine, host)
    assert problem.message == "synced_folders[0].type: virtiofsd is not there"
