"""serai host setup with the real apt, in a bare Debian without systemd: what came works, and goes again."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from serai.host.apply import conflicts, tune, undo
from serai.host.changes.change import State
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.host.setup.asked import Asked
from serai.host.setup.roles import ROLES
from serai.util.errors import SeraiError
from serai.util.process import Result
from setup_hosts import facts

pytestmark = [
    pytest.mark.install,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.engine,
    pytest.mark.timeout(900),
]

LEFT = {f"etc/{name}{older}" for name in ("group", "gshadow", "passwd", "shadow") for older in ("", "-")}
"""What packages leave when they are purged, as Debian wants it: the user of swtpm and its group."""
ANN = "ann:x:1000:1000::/home/ann:/bin/sh\n"


def inside(root, net: int) -> Local:
    """A reach into the bare Debian; its programs have a network of their own, save apt, which needs the mirror."""

    def run(argv: Sequence[str]) -> Result:
        network = [] if "apt-get" in argv else ["nsenter", f"--target={net}", "--net"]
        enter = [
            "nsenter",
            f"--target={root.init}",
            "--mount",
            "--pid",
            "--ipc",
            "--uts",
            "chroot",
            str(root.path),
        ]
        done = subprocess.run(
            [*network, *enter, *argv],
            env={**root.env, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(argv, done.returncode, done.stdout, done.stderr)

    return Local(Path(f"/proc/{root.init}/root{root.path}"), run=run)


@contextmanager
def network() -> Iterator[int]:
    """A process that holds a network of its own, with a loopback that is up."""
    start = "ip link set lo up; echo ready; exec sleep infinity"
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", start], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        yield holder.pid
    finally:
        holder.kill()
        holder.communicate()


@pytest.fixture
def archives(test_cache: Path) -> Path:
    """Packages that were fetched once."""
    place = test_cache / "apt-archives"
    (place / "partial").mkdir(parents=True, exist_ok=True)
    return place


@pytest.fixture
def debian(need, bare_root, archives: Path) -> Iterator[Local]:
    need("ip")
    with (bare_root.path / "etc/passwd").open("a") as passwd:
        passwd.write(ANN)
    with (bare_root.path / "etc/group").open("a") as group:
        group.write("kvm:x:104:\n")  # as udev makes it, which is not here
    policy = bare_root.path / "usr/sbin/policy-rc.d"  # packages start nothing: serai does
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    (bare_root.path / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
    with network() as net:
        into = ["nsenter", f"--target={net}", "--net", "nsenter", f"--target={bare_root.init}", "--mount"]
        sysfs = ["-t", "sysfs", "sys", str(bare_root.path / "sys")]  # with the links of that network
        for mount in (sysfs, ["--bind", str(archives), str(bare_root.path / "var/cache/apt/archives")]):
            subprocess.run([*into, "mount", *mount], check=True)
        yield inside(bare_root, net)


def packages(reach: Local) -> list[str]:
    return sorted(reach.run(("dpkg-query", "-W", "-f", "${Package} ${Version} ${Status}\n")).stdout.splitlines())


def etc(reach: Local) -> dict[str, str]:
    """Each path below /etc -> what it is."""
    found = {}
    for path in sorted((reach.root / "etc").rglob("*")):
        name = str(path.relative_to(reach.root))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = "directory" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def set_up(reach: Local, role: str):
    planned = ROLES[role].plan(facts(reach), Asked(user="ann"))
    return tune(reach, f"setup-{role}", "", planned.changes, lambda line: None)


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_qemu_comes_runs_and_goes_without_a_trace(debian):
    before = packages(debian), etc(debian)
    seen = set_up(debian, "qemu")

    assert [each.state for each in seen] == [State.DONE] * len(seen)
    assert "QEMU emulator" in debian.run(("qemu-system-x86_64", "--version")).stdout
    assert "ann" in (debian.root / "etc/group").read_text()
    record = Ledger(debian).read("setup-qemu")
    assert conflicts(debian, record) == []
    undo(debian, record, lambda line: None)

    assert packages(debian) == before[0]
    assert differing(before[1], etc(debian)) - LEFT == set()
    assert "ann" not in (debian.root / "etc/group").read_text()
    assert not (debian.root / "var/lib/serai").exists()


def test_lxc_has_its_bridge_and_loses_it_again(debian):
    before = packages(debian), etc(debian)
    seen = {each.read: each for each in set_up(debian, "lxc")}

    assert seen["/sys/class/net/lxcbr0"].value == "runs"
    assert (debian.root / "etc/subuid").read_text().splitlines()[-1] == "ann:100000:65536"
    assert debian.run(("lxc-ls", "--version")).ok
    undo(debian, Ledger(debian).read("setup-lxc"), lambda line: None)

    assert not (debian.root / "sys/class/net/lxcbr0").exists()
    assert packages(debian) == before[0]
    assert differing(before[1], etc(debian)) - LEFT == set()


def test_libvirt_is_started_by_hand_and_stopped_again(debian):
    before = packages(debian)
    seen = {each.read: each for each in set_up(debian, "libvirt")}

    assert seen["process libvirtd"].value == "runs"
    assert "no systemd here" in seen["process libvirtd"].why
    assert seen["virsh net-info default"].value == "Active: yes, Autostart: yes"
    assert "default" in debian.run(("virsh", "-c", "qemu:///system", "net-list")).stdout
    record = Ledger(debian).read("setup-libvirt")
    assert conflicts(debian, record) == []
    undo(debian, record, lambda line: None)

    assert packages(debian) == before
    assert processes(debian, "libvirtd", "virtlogd") == []


def test_what_an_apt_that_is_killed_brought_goes_again(debian, bare_root, monkeypatch):
    """As soon as it has unpacked something, as if the host's memory were full."""
    before = packages(debian)
    assert debian.run(("apt-get", "-q", "update")).ok
    run, kills = debian.run, []

    def killed(argv, **more):
        if "install" not in argv:
            return run(argv, **more)
        if kills:
            return Result(argv, 100, "", "E: no memory")
        with ThreadPoolExecutor() as pool:
            running = pool.submit(run, argv, **more)
            while not running.done():
                time.sleep(0.02)
                unpacked = "install ok unpacked" in (debian.root / "var/lib/dpkg/status").read_text()
                if unpacked and (apts := processes(debian, "apt-get", "dpkg")):
                    kills.append(apts)
                    run(("sh", "-c", f"kill -9 {' '.join(apts)}"))
        return running.result()

    monkeypatch.setattr(debian, "run", killed)
    with pytest.raises(SeraiError, match="apt-get ended"):
        set_up(debian, "podman")

    assert kills
    assert packages(debian) == before
    assert Ledger(debian).read("setup-podman") is None


def processes(reach: Local, *names: str) -> list[str]:
    found = []
    for entry in (reach.root / "proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "comm").read_text().strip() in names:
                found.append(entry.name)
    return found


def test_work_of_a_person_is_not_taken_along(debian):
    set_up(debian, "podman")
    (debian.root / "var/lib/containers/storage/overlay-containers").mkdir(parents=True, exist_ok=True)
    (debian.root / "var/lib/containers/storage/overlay-containers/c1").mkdir()
    record = Ledger(debian).read("setup-podman")

    assert "overlay-containers/c1 is there" in conflicts(debian, record)[0]
