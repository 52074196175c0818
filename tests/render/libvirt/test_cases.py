"""Given a machine, this XML: libvirt's schema knows every element of it, and a real libvirtd takes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from libvirt_site import CASES, UUID, case_names, machine_of, of_test_driver, site_of
from serai.providers.libvirt.render.domain import domain

Need = Callable[..., None]

NEWER = {"cpu-host-model": (10, 1), "disks-newer": (11, 5), "devices-newer": (11, 0)}
"""Cases with what only this libvirt and later ones have in their schema; `check` refuses them on older ones."""
UNREAD = {"uplink-passt": (9, 1)}
"""What an older libvirt has in its schema and cannot read: 9.0 refuses every type of <backend>."""
ELSEWHERE = {"arm64"}
"""Cases for an emulator that need not be installed: the test driver takes them."""
STARTED = (
    *("cpu-named", "cpu-tcg-model", "folders", "memory-anonymous", "memory-file", "memory-grows", "plain", "raw"),
    *("screen", "screen-port", "secure-boot", "uefi", "uplink-none", "uplink-user"),
)
"""Cases that need nothing of the host: no KVM, huge page, device, bridge or pool."""


def rendered(case: str) -> str:
    machine = machine_of(case)
    return domain(machine, site_of(machine))


def version() -> tuple[int, ...]:
    done = subprocess.run(["virsh", "--version"], capture_output=True, text=True, check=True)
    return tuple(int(part) for part in done.stdout.strip().split("."))


def only_since(case: str, *tables: dict[str, tuple[int, int]]) -> None:
    wanted = max(table.get(case, (0, 0)) for table in tables)
    if version() < wanted:
        pytest.skip(f"only libvirt {wanted[0]}.{wanted[1]} and later take it")


@pytest.mark.parametrize("case", case_names())
def test_a_machine_renders_as_expected(case: str, request: pytest.FixtureRequest) -> None:
    text = rendered(case)
    expected = CASES / case / "expected.xml"
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("case", case_names())
def test_the_schema_of_libvirt_knows_all_of_it(case: str, need: Need, tmp_path: Path) -> None:
    need("virt-xml-validate", "xmllint", "virsh")
    only_since(case, NEWER)
    (tmp_path / "domain.xml").write_text(rendered(case))
    words = ["virt-xml-validate", str(tmp_path / "domain.xml"), "domain"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.parametrize("case", [name for name in case_names() if name not in ELSEWHERE])
def test_a_real_libvirtd_defines_it(case: str, libvirtd: str, tmp_path: Path) -> None:
    """With validation. Its name and UUID are the test's own: others may be at work on the same daemon."""
    only_since(case, NEWER, UNREAD)
    if machine_of(case).providers.libvirt.accel == "kvm" and not Path("/dev/kvm").exists():
        pytest.skip("only where /dev/kvm is does libvirt take domains for it")
    name, uuid = f"serai-test-{case}-{os.getpid()}", str(uuid4())
    text = rendered(case).replace(UUID, uuid).replace("<name>shop_web</name>", f"<name>{name}</name>")
    (tmp_path / "domain.xml").write_text(text)
    try:
        done = virsh(libvirtd, "define", "--validate", str(tmp_path / "domain.xml"))
        assert done.returncode == 0, done.stderr
    finally:
        virsh(libvirtd, "undefine", "--nvram", uuid)


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.parametrize("case", STARTED)
def test_a_real_qemu_starts_with_it(case: str, libvirtd: str, place: Path) -> None:
    """Paused: every option was taken, and every device realized."""
    machine = machine_of(case)
    for disk in site_of(machine).disks:
        file = place / Path(disk.path).name
        subprocess.run(["qemu-img", "create", "-q", "-f", disk.format, str(file), "1G"], check=True)
    name, uuid = f"serai-test-{case}-{os.getpid()}", str(uuid4())
    text = rendered(case).replace(UUID, uuid).replace("<name>shop_web</name>", f"<name>{name}</name>")
    for elsewhere in ("/srv/shop", "/var/log"):
        text = text.replace(elsewhere, str(place))
    (place / "domain.xml").write_text(text)
    try:
        assert virsh(libvirtd, "define", "--validate", str(place / "domain.xml")).returncode == 0
        done = virsh(libvirtd, "start", "--paused", uuid)
        assert done.returncode == 0, done.stderr
    finally:
        virsh(libvirtd, "destroy", uuid)
        virsh(libvirtd, "undefine", "--nvram", uuid)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that QEMU's own user can look into, which those of pytest are not."""
    path = Path(tempfile.mkdtemp(prefix="serai-t", dir="/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.mark.parametrize("case", case_names())
def test_the_test_driver_runs_it(case: str, need: Need, tmp_path: Path) -> None:
    need("virsh")
    only_since(case, NEWER, UNREAD)
    machine = machine_of(case)
    (tmp_path / "domain.xml").write_text(domain(machine, of_test_driver(site_of(machine))))
    done = virsh("test:///default", f"define --validate {tmp_path}/domain.xml; start shop_web; domstate shop_web")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "running"


def virsh(uri: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["virsh", "-q", "-c", uri, *words], capture_output=True, text=True, check=False)
