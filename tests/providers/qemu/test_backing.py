"""What the memory and the disks of a started QEMU really are on the host (MEM-5, DISK-1)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Materials, State
from serai.providers.qemu.driver import Qemu
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB

pytestmark = pytest.mark.engine
SIZE = 64 * MIB
HUGE = 2 * MIB
POOL = Path("/sys/kernel/mm/hugepages/hugepages-2048kB")


def started(qemu: Qemu, **spec: Any) -> int:
    """Start it with an empty disk, and give QEMU's pid."""
    disks = {"data": {"size": MIB}} | spec.pop("disks", {})
    machine = msgspec.convert({"name": "web", "memory": {"size": SIZE}, "disks": disks, **spec}, Machine)
    qemu.create(machine, Materials())
    qemu.start(machine, Materials())
    return qemu.observe()["web"].pid


def status(pid: int, key: str) -> int:
    """A number of /proc/PID/status, in bytes."""
    found = re.search(rf"^{key}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) << 10


def maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


def test_memory_is_taken_at_start_when_it_is_wanted(qemu: Qemu) -> None:
    pid = started(qemu, memory={"size": SIZE, "prealloc": True, "prealloc_threads": 2})
    assert status(pid, "RssAnon") >= SIZE


def test_shared_memory_is_a_memfd(qemu: Qemu) -> None:
    assert re.search(
        r"rw-s .*memfd:memory-backend-memfd", maps(started(qemu, memory={"size": SIZE, "shared": True}))
    )


def test_memory_in_a_file_leaves_none(qemu: Qemu) -> None:
    pid = started(qemu, memory={"size": SIZE, "source": "file", "shared": True})
    assert re.search(r"rw-s .*/machines/web/.*\(deleted\)", maps(pid))
    assert not list(qemu.directory("web").glob("*qemu_back_mem*"))


@pytest.mark.root
def test_locked_memory_is_locked(qemu: Qemu) -> None:
    assert status(started(qemu, memory={"size": SIZE, "locked": True}), "VmLck") >= SIZE


@pytest.fixture
def huge_pages(need: Any) -> Iterator[int]:
    """As many free pages of 2 MiB as the machine needs; gives how many are free."""
    need(root=True)
    before = int((POOL / "nr_hugepages").read_text())
    wanted = SIZE // HUGE
    (POOL / "nr_hugepages").write_text(str(before + wanted))
    free = int((POOL / "free_hugepages").read_text())
    if free < wanted:
        (POOL / "nr_hugepages").write_text(str(before))
        pytest.skip("only where the kernel can spare 64 MiB in huge pages")
    yield free
    (POOL / "nr_hugepages").write_text(str(before))


@pytest.mark.root
def test_huge_pages_are_used_and_given_back(qemu: Qemu, huge_pages: int) -> None:
    started(qemu, memory={"size": SIZE, "hugepages": {"size": HUGE}})
    assert int((POOL / "free_hugepages").read_text()) <= huge_pages - SIZE // HUGE
    qemu.destroy("web")
    assert int((POOL / "free_hugepages").read_text()) >= huge_pages


@pytest.fixture
def loop(tmp_path: Path, need: Any) -> Iterator[Path]:
    need("losetup", "mkfs.ext4", root=True)
    with (tmp_path / "disk").open("wb") as file:
        file.truncate(32 * MIB)
    done = subprocess.run(["losetup", "--find", "--show", tmp_path / "disk"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("only where there are loop devices")
    yield Path(done.stdout.strip())
    subprocess.run(["losetup", "-d", done.stdout.strip()], check=True)


@pytest.mark.root
def test_a_block_device_is_used_as_it_is_and_never_removed(loop: Path, qemu: Qemu) -> None:
    disks = {"part": {"path": str(loop), "format": "raw"}}
    assert f"/proc/{started(qemu, disks=disks)}"
    argv = (qemu.directory("web") / "argv").read_text()
    assert f'"driver":"host_device","node-name":"disk-part-file","filename":"{loop}"' in argv
    qemu.destroy("web")
    assert loop.is_block_device()


@pytest.mark.root
def test_a_mounted_device_is_refused_before_anything_starts(loop: Path, qemu: Qemu, tmp_path: Path) -> None:
    subprocess.run(["mkfs.ext4", "-q", loop], check=True)
    (tmp_path / "mounted").mkdir()
    subprocess.run(["mount", loop, tmp_path / "mounted"], check=True)
    try:
        spec = {"name": "web", "disks": {"part": {"path": str(loop), "format": "raw"}}}
        assert "mounted at" in str(qemu.check(msgspec.convert(spec, Machine)))
        with pytest.raises(SeraiError, match="is in use") as failed:
            started(qemu, disks=spec["disks"])
    finally:
        subprocess.run(["umount", tmp_path / "mounted"], check=True)
    assert failed.value.code is Code.BUSY
    assert qemu.observe()["web"].state is State.STOPPED


def test_a_screen_that_listens_asks_for_its_password(qemu: Qemu) -> None:
    import socket

    (qemu.scope.root / "secret").write_text("sesame\n")
    graphics = {"type": "vnc", "listen": "127.0.0.1", "password_file": "secret"}
    started(qemu, devices={"graphics": graphics})
    found = re.search(r"-vnc 127\.0\.0\.1:(\d+),", (qemu.directory("web") / "argv").read_text())
    assert found
    with socket.create_connection(("127.0.0.1", 5900 + int(found[1])), timeout=10) as link:
        assert link.recv(12).startswith(b"RFB 003.")
        link.sendall(b"RFB 003.008\n")
        assert link.recv(8) == b"\x01\x02"  # one way in: VNC authentication (RFC 6143, 7.2.2)
    assert not qemu.directory("web").joinpath("screen.password").stat().st_mode & 0o077
