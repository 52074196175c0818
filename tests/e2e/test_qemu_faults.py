"""What goes wrong on real QEMU: each failure names its stage and its cause, and leaves nothing half-made."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]

ONE = "project: shop\nmachines: {web: {image: tiny, memory: 192M%s}}\n"


def qemus(home: Path) -> list[int]:
    """Processes of QEMU that run in this home."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            here = entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(home)
            if here and (entry / "exe").readlink().name.startswith("qemu"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any) -> Iterator[Any]:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    yield serai
    serai("destroy", "-y", "--force", code=None)


@pytest.fixture
def small_disk(home: Path, need: Any) -> Iterator[Path]:
    """A file system with no room for a machine, where the machines go."""
    need("mount", "umount", root=True)
    place = home / "projects"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_while_creating_is_named_and_leaves_nothing(shop: Any, small_disk: Path) -> None:
    shop.file(ONE % "")
    done = shop("up", code=1)
    assert "No space left" in done.stderr or "disk is full" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert shop.states() == {"web": "absent"}
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    shop("up", timeout=300)
    assert shop.states() == {"web": "ready"}
    shop("destroy", "-y")


def test_a_guest_that_never_boots_is_told_as_such(shop: Any, home: Path) -> None:
    shop.file(
        "project: shop\nimages: {empty: {path: empty.raw, cloud_init: false}}\n"
        "machines: {web: {image: empty, ready: {within: 12s}}}\n"
    )
    with (shop.root / "empty.raw").open("wb") as file:
        file.truncate(1 << 20)
        file.seek(510)
        file.write(b"\x55\xaa")
    done = shop("up", code=1)
    assert "web: not ready within 12 s, waiting for" in done.stderr
    assert "serai console web" in done.stderr
    assert shop.states() == {"web": "running"}


def test_a_closed_ssh_port_is_told_as_such(shop: Any) -> None:
    shop.file(ONE % ", ssh: {guest_port: 2222}, ready: {within: 25s}")
    done = shop("up", code=1)
    assert "waiting for ssh" in done.stderr
    assert "SSH port is closed" in done.stderr
    assert "tiny: ssh ready" in done.stderr  # the tail of the console


def test_a_refused_key_ends_the_wait_long_before_the_budget(shop: Any, tmp_path: Path) -> None:
    shop.root.mkdir(parents=True)
    for name in ("mine", "other"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", shop.root / name]
        subprocess.run(key, check=True)
    (shop.root / "other.pub").replace(shop.root / "mine.pub")
    shop.file(ONE % ", ssh: {key: mine}, ready: {within: 5m}")
    began = time.monotonic()
    done = shop("up", code=1, timeout=280)
    assert "key" in done.stderr
    assert "refused" in done.stderr
    assert time.monotonic() - began < 120


def test_ssh_that_comes_late_is_waited_for(shop: Any) -> None:
    shop.file(ONE % ", guest: {commands: [sleep 6]}")
    done = shop("up", timeout=300)
    assert "waiting for" in done.stderr
    assert shop.states() == {"web": "ready"}


def test_a_ready_command_that_never_succeeds_is_named(shop: Any) -> None:
    shop.file(ONE % ", ready: {command: 'echo not yet; exit 7', within: 30s}")
    done = shop("up", code=1)
    assert "exit code 7" in done.stderr
    assert "not yet" in done.stderr


def test_a_qemu_that_dies_while_it_is_waited_for_ends_the_wait(shop: Any, home: Path) -> None:
    shop.file(ONE % ", ready: {command: 'false'}")
    running = shop.spawn("up")
    until = time.monotonic() + 120
    while not qemus(home) and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(1)
    [
        os.kill(pid, signal.SIGKILL)
        for pid in qemus(home)
        if Path(f"/proc/{pid}/exe").readlink().name.startswith("qemu")
    ]
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "web" in errors
    assert "it stopped" in errors


@pytest.mark.parametrize("after", [0.25, 0.5, 1.0, 2.5])
def test_killed_at_any_moment_the_next_up_converges(shop: Any, home: Path, after: float) -> None:
    shop.file(ONE % ", provision: [{shell: 'echo done > /root/done'}]")
    running = shop.spawn("up")
    time.sleep(after)
    running.kill()
    running.communicate()
    shop("up", timeout=300)
    assert shop.states() == {"web": "ready"}
    assert shop("ssh", "-c", "cat /root/done").stdout == "done\n"
    shop("destroy", "-y")
    assert qemus(home) == []
    assert started_in(shop.root) == []


def started_in(place: Path) -> list[str]:
    """Programs that still run and were started in a directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == place:
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def test_a_moved_project_without_its_dot_directory_keeps_its_running_machine(shop: Any, tmp_path: Path) -> None:
    shop.file(ONE % "")
    shop("up", timeout=300)
    shop.root = shop.root.rename(tmp_path / "moved")
    assert shop.states() == {"web": "ready"}
    assert shop("ssh", "-c", "hostname").stdout == "web\n"
    shop("up")
    for left in (shop.root / ".serai").iterdir():
        left.unlink()
    (shop.root / ".serai").rmdir()
    assert shop.states() == {"web": "ready"}
    assert "nothing to do" in shop("plan").stdout


def test_a_failing_block_is_named_and_resumed(shop: Any) -> None:
    blocks = ", provision: [{shell: 'echo one', name: one}, {shell: 'echo two >&2; %s', name: two}]"
    shop.file(ONE % (blocks % "exit 9"))
    done = shop("up", code=1, timeout=300)
    assert "two" in done.stderr
    assert "9" in done.stderr
    assert shop.states() == {"web": "ready"}
    shop.file(ONE % (blocks % "exit 0"))
    again = shop("up")
    assert "provisioning two" in again.stderr
    assert "provisioning one" not in again.stderr
