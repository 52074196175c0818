"""A bare Debian in a container of its own: nothing of the build machine is to be seen in it.

SERAI_TEST_SUITE names another release: trixie, or one of Ubuntu such as noble.
What reaches the registries is copied in from this host's own configuration: name servers, apt sources and
proxies, pip configuration, certificates. The network is shared; processes, mounts and devices are not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SUITE = os.environ.get("SERAI_TEST_SUITE", "bookworm")
UBUNTU = ("jammy", "noble")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
ENTER = """
set -e
mount --make-rprivate /
mount -t proc proc {root}/proc
mount -t tmpfs -o mode=755 dev {root}/dev
mkdir {root}/dev/pts {root}/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 pts {root}/dev/pts
mount -t tmpfs shm {root}/dev/shm
ln -s pts/ptmx {root}/dev/ptmx
ln -s /proc/self/fd {root}/dev/fd
ln -s fd/0 {root}/dev/stdin
ln -s fd/1 {root}/dev/stdout
ln -s fd/2 {root}/dev/stderr
mknod -m 666 {root}/dev/null c 1 3
mknod -m 666 {root}/dev/zero c 1 5
mknod -m 666 {root}/dev/full c 1 7
mknod -m 666 {root}/dev/random c 1 8
mknod -m 666 {root}/dev/urandom c 1 9
mknod -m 666 {root}/dev/tty c 5 0
exec {python} -Sc "$INIT"
"""
INIT = """
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # an init that leaves no zombies
print("ready", flush=True)
while True:
    signal.pause()
"""


class BareRoot:
    """A root directory and the namespaces around it; `run` runs a command in there."""

    def __init__(self, path: Path, init: int) -> None:
        self.path = path
        self.init = init
        self.env = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            **registry_environment(),
        }

    def run(
        self, command: str, *, cwd: str = "/root", timeout: float = 60, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The command's exit code, and its output with errors in between; it has no terminal and no stdin."""
        inside = ["chroot", str(self.path), "/usr/bin/env", "-C", cwd, "/bin/sh", "-c", command]
        return subprocess.run(
            ["nsenter", f"--target={self.init}", "--mount", "--pid", "--ipc", "--uts", *inside],
            env=self.env | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def left_running(self, within: float = 5) -> list[str]:
        """The names of what still runs in there after so many seconds, the init not counted."""
        end = time.monotonic() + within
        while (found := self._processes()) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def _processes(self) -> list[str]:
        inside = Path(f"/proc/{self.init}/ns/pid").readlink()
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "ns/pid").readlink() == inside:
                    found[int(entry.name)] = (entry / "comm").read_text().strip()
            except OSError:
                continue
        return [name for pid, name in found.items() if pid != self.init]


@pytest.fixture(scope="session")
def bare_tarball(need, test_cache: Path) -> Path:
    """A minimal Debian as a tarball, made once."""
    need("mmdebstrap", "unshare", "nsenter", root=True)
    tarball = test_cache / f"bare-{SUITE}-{os.uname().machine}.tar"
    if not tarball.exists():
        partial = tarball.with_suffix(f".{os.getpid()}.tar")  # another worker may make it, too
        options = ["--variant=minbase", "--include=apt", *(f"--aptopt={line}" for line in apt_options())]
        subprocess.run(["mmdebstrap", *options, SUITE, str(partial), *sources()], check=True)
        partial.rename(tarball)
    return tarball


@pytest.fixture
def bare_root(need, bare_tarball: Path, tmp_path: Path) -> Iterator[BareRoot]:
    """A bare Debian with a copy of this checkout in /root/serai, and nothing else."""
    with bare_root_in(tmp_path, bare_tarball) as root:
        yield root


@pytest.fixture(scope="module")
def shared_root(need, bare_tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareRoot]:
    """The same, for all tests of a file."""
    with bare_root_in(tmp_path_factory.mktemp("shared"), bare_tarball) as root:
        yield root


@contextmanager
def bare_root_in(directory: Path, bare_tarball: Path) -> Iterator[BareRoot]:
    root = directory / "root"
    root.mkdir()
    subprocess.run(["tar", "-xf", str(bare_tarball), "-C", str(root), "--exclude=./dev/*"], check=True)
    copy_checkout(root / "root/serai")
    copy_network_configuration(root)
    unshare = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
    enter = ENTER.format(root=root, python=sys.executable)
    holder = subprocess.Popen(
        [*unshare, "sh", "-c", enter], env={**os.environ, "INIT": INIT}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n", "the namespaces could not be made"
        init = int(Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()[0])
        yield BareRoot(root, init)
    finally:
        holder.kill()
        holder.communicate()
        shutil.rmtree(root, ignore_errors=True)


def copy_checkout(target: Path) -> None:
    """The files that git knows or would add: what a clone of this state would have."""
    source = Path(__file__).parents[2]
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=source, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def copy_network_configuration(root: Path) -> None:
    for file in ("/etc/resolv.conf", "/etc/hosts"):
        if Path(file).exists():
            shutil.copyfile(file, root / file.lstrip("/"))
    (root / "etc/apt/apt.conf.d/99host").write_text("".join(f"{line}\n" for line in apt_options()))
    if f"VERSION_CODENAME={SUITE}\n" in Path("/etc/os-release").read_text():
        shutil.rmtree(root / "etc/apt/sources.list.d", ignore_errors=True)
        (root / "etc/apt/sources.list").unlink(missing_ok=True)
        for source in ("/etc/apt/sources.list", "/etc/apt/sources.list.d"):
            if Path(source).is_file():
                shutil.copyfile(source, root / source.lstrip("/"))
            elif Path(source).is_dir():
                shutil.copytree(source, root / source.lstrip("/"))
    if Path("/etc/pip.conf").exists():
        shutil.copyfile("/etc/pip.conf", root / "etc/pip.conf")
    if CERTIFICATES.exists():  # not at its own place: there it would hide that ca-certificates is missing
        shutil.copyfile(CERTIFICATES, root / "etc/host-certificates.crt")


def sources() -> list[str]:
    """The apt lines of an Ubuntu, whose keys Debian does not package; mmdebstrap knows Debian's own."""
    if SUITE not in UBUNTU:
        return []
    host = "archive.ubuntu.com/ubuntu" if os.uname().machine == "x86_64" else "ports.ubuntu.com/ubuntu-ports"
    return [f"deb [trusted=yes] http://{host} {suite} main universe" for suite in (SUITE, f"{SUITE}-updates")]


def apt_options() -> list[str]:
    """How this host's apt reaches its mirrors: proxies, and mirrors that are snapshots."""
    dump = subprocess.run(["apt-config", "dump", "Acquire"], check=True, stdout=subprocess.PIPE, text=True).stdout
    wanted = ("Proxy", "Check-Valid-Until", "Check-Date", "Languages")
    return [line for line in dump.splitlines() if any(word in line.split(" ", 1)[0] for word in wanted)]


def registry_environment() -> dict[str, str]:
    """pip's and the proxies' variables; directories of the build machine are not there and are left out."""
    env = {name: value for name, value in os.environ.items() if name.startswith("PIP_") and "/" not in value}
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        if name in os.environ:
            env[name] = os.environ[name]
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        if name in os.environ:
            env[name] = os.environ[name]
    if CERTIFICATES.exists():
        env["PIP_CERT"] = "/etc/host-certificates.crt"
    return env
