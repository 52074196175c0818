"""What the images promise, on real QEMU, by the real command line: growing and 9p folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serai.guest.cpus import POSSIBLE

pytestmark = [pytest.mark.engine, pytest.mark.slow]

GROWING = """
project: growing
machines:
  web: {image: tiny, cpu: {count: %d, max: 2}, memory: {size: %s, max: 512M}}
"""
FOLDERS = """
project: folders
machines:
  web:
    image: %s
    memory: 256M
    synced_folders:
      - {source: ./work, target: /srv/shared, type: 9p}
      - {source: ./fixed, target: /srv/fixed, type: 9p, readonly: true}
"""


@pytest.fixture
def project(home_with_images: Path, serai: Any, need: Any) -> Any:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    yield serai
    serai("destroy", "-y", "--force", code=None)


def inside(project: Any, command: str) -> str:
    """What a command in `web` says."""
    return str(project("ssh", "web", "-c", command).stdout).strip()


def memory_of(project: Any) -> int:
    """MemTotal, in KiB."""
    return int(inside(project, "grep MemTotal /proc/meminfo").split()[1])


@pytest.mark.timeout(300)
def test_a_tiny_machine_uses_the_cpu_and_the_memory_that_it_is_given_while_it_runs(project: Any) -> None:
    project.file(GROWING % (1, "192M"))
    project("up", timeout=200)
    before = memory_of(project)
    assert before > 110 << 10, "the kernel keeps too much of 192 MiB for itself"
    assert inside(project, "nproc") == "1"

    project.file(GROWING % (2, "320M"))
    told = project("up").stderr

    assert memory_of(project) - before == pytest.approx(128 << 10, rel=0.05)
    if inside(project, f"cat {POSSIBLE}") == "0":  # a kernel that takes no CPU from QEMU: it is told, not hidden
        assert "cpu.count waits for a restart: the guest's kernel" in told
        project("reload", timeout=200)
    assert inside(project, "nproc") == "2"


@pytest.mark.timeout(300)
def test_a_9p_folder_is_one_directory_on_both_sides_and_survives_a_reload(project: Any) -> None:
    project.file(FOLDERS % "tiny:generic")
    for name in ("work", "fixed"):
        (project.root / name).mkdir()
        (project.root / name / "from-host").write_text(f"{name} of the host\n")
    project("up", timeout=200)

    assert inside(project, "cat /srv/shared/from-host") == "work of the host"
    inside(project, "echo of the guest > /srv/shared/from-guest")
    assert (project.root / "work/from-guest").read_text() == "of the guest\n"
    (project.root / "work/later").write_text("seen at once\n")
    assert inside(project, "cat /srv/shared/later") == "seen at once"

    assert inside(project, "cat /srv/fixed/from-host") == "fixed of the host"
    refused = project("ssh", "web", "-c", "touch /srv/fixed/no", code=None)
    assert refused.returncode != 0 and "Read-only" in refused.stderr
    remounted = project("ssh", "web", "-c", "mount -o remount,rw /srv/fixed; touch /srv/fixed/no", code=None)
    assert remounted.returncode != 0
    assert not (project.root / "fixed/no").exists()

    project("reload", timeout=200)
    assert inside(project, "cat /srv/shared/from-guest") == "of the guest"


@pytest.mark.timeout(300)
def test_a_kernel_without_9p_is_told_with_the_way_out(project: Any) -> None:
    project.file(FOLDERS % "tiny")
    for name in ("work", "fixed"):
        (project.root / name).mkdir()
        (project.root / name / "from-host").write_text(f"{name} of the host\n")
    failed = project("up", code=None, timeout=200)
    assert failed.returncode != 0
    assert "kernel has no 9p" in failed.stderr and "image: tiny:generic" in failed.stderr

    project.file((FOLDERS % "tiny").replace("type: 9p", "type: 9p, fallback: rsync"))
    told = project("up", timeout=200).stderr
    assert "/srv/shared: the guest's kernel has no 9p" in told and "copied instead" in told
    assert inside(project, "cat /srv/shared/from-host /srv/fixed/from-host").split("\n") == [
        "work of the host",
        "fixed of the host",
    ]
    (project.root / "work/later").write_text("copied again\n")
    project("rsync")
    assert inside(project, "cat /srv/shared/later") == "copied again"
