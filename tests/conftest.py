"""What all tests share: a home of their own, images built once, and engines that are needed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from person import Serai
from serai.providers.libvirt.binding import library
from serai.util.errors import SeraiError
from serai.util.process import run

with suppress(SeraiError):  # tests import libvirt by its name: the distribution's one is borrowed before they do
    library()

pytest_plugins = [
    "captured",
    "skips",
    "ansible_core",
    "stand_in",
    "plugin",
    "libvirtd",
    "dockerd",
    "libvirt_shop",
    "far",
    "second_host",
    "debian_box",
    "lxc_host",
    "guest_agent",
    "nspawn_host",
]
ROOT = Path(__file__).parents[1]
os.environ.setdefault("SERAI_LAYERS", "off")  # tests of layers switch them on: others see each block run
os.environ.setdefault("SERAI_WARM", "off")  # and those of warm starts say so: others see each machine boot
Need = Callable[..., None]


@pytest.fixture(scope="session")
def need() -> Need:
    """`need("qemu-system-x86_64", "mmdebstrap")`: skips where a program is missing (tests/skips.py)."""

    def need_programs(*programs: str, root: bool = False) -> None:
        missing = [program for program in programs if shutil.which(program) is None]
        if root and os.geteuid() != 0:
            missing.append("root")
        if missing:
            pytest.skip(f"needs {', '.join(missing)}")

    return need_programs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let `-m calls` choose the tests that call other programs."""
    for item in items:
        if "need" in getattr(item, "fixturenames", ()):
            item.add_marker("calls")


@pytest.fixture
def need_sandbox(need: Need) -> None:
    """Skips where a real Ruby cannot run in bubblewrap: a container often forbids namespaces of one's own."""
    need("ruby", "bwrap")
    if not run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"], check=False).ok:
        pytest.skip("only where bubblewrap may make a sandbox")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """SERAI_HOME in a directory with a short name (AF_UNIX names end at 107 bytes).

    A process that still runs from it when the test ends is killed, and fails the test.
    """
    path = Path(tempfile.mkdtemp(prefix="serai-t", dir="/tmp"))
    monkeypatch.setenv("SERAI_HOME", str(path))
    try:
        yield path
    finally:
        left = processes_naming(path)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(path, ignore_errors=True)
    assert not left, f"the test left processes behind: {left}"


@pytest.fixture
def serai(home: Path, tmp_path: Path) -> Serai:
    """The command line in a project directory, with a SERAI_HOME of its own."""
    return Serai(tmp_path / "shop")


@pytest.fixture(scope="session")
def test_cache() -> Path:
    """Where tests keep what is slow to make: $SERAI_TEST_CACHE, ~/.cache/serai-tests."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    path = Path(os.environ.get("SERAI_TEST_CACHE") or Path(base) / "serai-tests")
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="session")
def image_cache(test_cache: Path) -> Path:
    """An image store that all tests share; a change of the builders' sources starts a new one."""
    path = test_cache / f"images-{digest_of(sorted((ROOT / 'src/serai/images/builders').rglob('*')))}"
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def home_with_images(home: Path, image_cache: Path) -> Path:
    """`home`, with the shared image store in it: `image: tiny` is built once for all tests."""
    (home / "images").symlink_to(image_cache, target_is_directory=True)
    return home


def digest_of(files: list[Path]) -> str:
    """12 hex digits over the names and contents of files; compiled files do not count."""
    total = sha256()
    for file in files:
        if file.is_file() and file.suffix != ".pyc":
            total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:12]


def processes_naming(path: Path) -> list[int]:
    """Processes whose command line names the path, or that run in it; zombies and this one not counted."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if str(path).encode() in (entry / "cmdline").read_bytes() or (entry / "cwd").readlink().is_relative_to(
                path
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
