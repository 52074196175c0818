"""A program that makes the system calls that a shell hands it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.guest import syscalls

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program is one of x86-64")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_bytes(syscalls.program())
    path.chmod(0o755)
    return path


def ran(program: Path, records: bytes, *before: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*before, program], input=records, capture_output=True, check=False)


@pytest.fixture
def place() -> Iterator[Path]:
    """With a name as short as those in a guest."""
    with tempfile.TemporaryDirectory(prefix="serai-") as name:
        (Path(name) / "instances/old").mkdir(parents=True)
        (Path(name) / "instance").symlink_to("instances/old")
        yield Path(name)


def moved(place: Path) -> bytes:
    return syscalls.moved(f"{place}/instances", "old", "new", f"{place}/instance")


def test_it_makes_one_call_after_the_other_until_there_are_no_more(program: Path, place: Path):
    done = ran(program, moved(place) + syscalls.synced() + syscalls.answer())

    assert (done.returncode, done.stdout) == (0, b"ok\n")
    assert (place / "instance").resolve() == (place / "instances/new").resolve()
    assert [path.name for path in (place / "instances").iterdir()] == ["new"]


def test_it_ends_at_the_first_that_fails(program: Path, place: Path):
    (place / "instance").unlink()

    done = ran(program, moved(place) + syscalls.answer())

    assert (done.returncode, done.stdout) == (1, b"")
    assert (place / "instances/new").exists()
    assert not (place / "instance").exists()


def test_half_a_record_is_none(program: Path):
    assert ran(program, b"").returncode == 0
    assert ran(program, syscalls.answer()[:-1]).returncode != 0


def test_a_record_may_come_in_pieces(program: Path):
    with subprocess.Popen([program], stdin=-1, stdout=-1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for part in (syscalls.answer()[:50], syscalls.answer()[50:] + syscalls.answer()[:1]):
            process.stdin.write(part)
            process.stdin.flush()
        assert process.stdout.read(3) == b"ok\n"
        process.stdin.write(syscalls.answer()[1:])
        process.stdin.close()
        assert process.stdout.read() == b"ok\n"


def test_what_is_too_long_for_a_record_is_refused():
    with pytest.raises(ValueError, match="system call 82 does not fit"):
        syscalls.moved("/instances", "old", "n" * 200, "/instance")


@pytest.mark.root
def test_the_kernel_is_asked_for_new_randomness_and_says_whether_it_may(program: Path, tmp_path: Path, need):
    need("setpriv")
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)

    assert ran(program, syscalls.reseeded()).returncode == 0
    assert ran(program, syscalls.reseeded(), "setpriv", "--bounding-set=-all", "--inh-caps=-all").returncode == 1


@pytest.mark.root
def test_a_clock_that_may_not_be_set_is_a_failure(program: Path, need):
    need("setpriv")

    done = ran(program, syscalls.clock(1e9), "setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time")

    assert done.returncode == 1


@pytest.mark.root
def test_a_shell_has_it_give_a_card_another_address(tmp_path: Path, need):
    need("ip", "unshare")
    text = f"""
set -e
{syscalls.script()}
ip link add long-name-of-15 type veth peer name other
caller {tmp_path}/program; start_caller
call '{syscalls.octal(syscalls.reseeded())}'
set_mac long-name-of-15 '{syscalls.address("52:54:00:12:34:56")}'
cat /sys/class/net/long-name-of-15/address
set_mac none '{syscalls.address("52:54:00:12:34:57")}' || echo there is none
call '{syscalls.octal(syscalls.synced())}' || echo it has ended
"""
    for shell in ("sh", "bash"):
        done = subprocess.run(
            [
                "unshare",
                "-n",
                "unshare",
                "-m",
                shell,
                "-c",
                f"mount -t sysfs none /sys; rm -f {tmp_path}/*\n{text}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.splitlines(), done.stderr) == (
            ["52:54:00:12:34:56", "there is none", "it has ended"],
            "",
        )
