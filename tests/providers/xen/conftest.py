"""A dom0 with a stand-in for xl, here or behind a real sshd; all that is made lies in the test's directory."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import xl_stand_in_file
from real_sshd import Sshd
from second_host import line
from serai.providers.contract import Image, Materials, Scope
from serai.providers.xen import logs, place
from serai.providers.xen.dom0 import dom0
from serai.providers.xen.driver import Xen
from serai.providers.xen.toolstack import VIRSH
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.process import run
from serai.util.units import MIB
from stand_in import sshd
from xen_site import loaded

__all__ = ["line", "sshd"]
IP = '#!/bin/sh\necho "$@" >>"$XL_STATE/ip"\n'
"""dom0's bridges are only written down: those of this host are nobody's business here."""


class StandIn:
    """What the stand-in has, and what it is told."""

    def __init__(self, state: Path, host: str) -> None:
        self.state, self.host = state, host

    def domains(self) -> list[str]:
        return [each["name"] for each in xl_stand_in_file.domains(self.state)]

    def states(self) -> list[str]:
        return [each["state"] for each in xl_stand_in_file.domains(self.state)]

    def domain(self, name: str) -> dict[str, object]:
        return next(each for each in xl_stand_in_file.domains(self.state) if each["name"] == name)

    def fault(self, *names: str) -> None:
        (self.state / "faults").write_text(" ".join(names))

    def calls(self) -> list[str]:
        file = self.state / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def forget_calls(self) -> None:
        (self.state / "calls").unlink(missing_ok=True)

    def ip(self) -> list[str]:
        file = self.state / "ip"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """dom0's own directories, below one with a short name."""
    path = Path(tempfile.mkdtemp(prefix="serai-x", dir="/tmp"))
    monkeypatch.setattr(place, "ROOT", f"{path}/lib")
    monkeypatch.setattr(place, "AUTO", f"{path}/auto")
    monkeypatch.setattr(place, "LOGS", f"{path}/log")
    (path / "lib").mkdir()
    (path / "log").mkdir()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def state(root: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[..., None]) -> Path:
    """Of the stand-in, which is the first `xl` and `ip` of the path."""
    need("qemu-img", root=True)
    programs, kept = root / "programs", root / "state"
    programs.mkdir()
    kept.mkdir()
    (programs / "xl").write_text(f'#!/bin/sh\nexec {sys.executable} -SE {xl_stand_in_file.PROGRAM} "$@"\n')
    virsh = xl_stand_in_file.PROGRAM.with_name("virsh_stand_in.py")
    (programs / "virsh").write_text(f'#!/bin/sh\nexec {sys.executable} -SE {virsh} "$@"\n')
    (programs / "ip").write_text(IP)
    for name in ("xl", "virsh", "ip"):
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("XL_STATE", str(kept))
    monkeypatch.setenv("XL_LOGS", f"{root}/log")
    monkeypatch.setattr(logs, "DRIVER", f"{kept}/libxl-driver.log")
    return kept


@pytest.fixture
def here(state: Path) -> StandIn:
    """This host as a dom0."""
    return StandIn(state, "")


@pytest.fixture
def far(state: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The same behind a real sshd, as `far`."""
    server: Sshd = request.getfixturevalue("sshd")
    path = os.environ["PATH"]
    request.getfixturevalue("line")
    server.stop()
    server.extra = f"SetEnv PATH={path} XL_STATE={state}\n"
    server.start()
    request.addfinalizer(lambda: dom0("far").hang_up())
    return StandIn(state, "far")


@pytest.fixture
def xl(request: pytest.FixtureRequest) -> StandIn:
    """This host; `far` or both where a test asks for them by `indirect`."""
    found: StandIn = request.getfixturevalue(getattr(request, "param", "here"))
    return found


THEIRS = (
    'name = "{name}"\nuuid = "11111111-2222-3333-4444-55555555555{number}"\nmemory = 64\nvcpus = 1\ntype = "pv"\n'
)


@pytest.fixture
def both_inventories(here: StandIn, root: Path) -> None:
    """A domain of somebody else's that libvirt knows, and does not run, beside one of xl's that runs."""
    config, xml = root / "off.cfg", root / "off.xml"
    config.write_text(THEIRS.format(name="off", number=6))
    dom0("").run(f"{VIRSH} domxml-from-native xen-xl {config} >{xml} && {VIRSH} define {xml}")
    config.write_text(THEIRS.format(name="other", number=5))
    dom0("").run(f"xl create {config}")


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path / "home")


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """A disk of 64 MiB with a kernel of its own, which nothing boots."""
    folder = tmp_path / "image"
    folder.mkdir()
    run(["qemu-img", "create", "-q", "-f", "qcow2", folder / "disk.qcow2", "64M"])
    for name in ("kernel", "initrd"):
        (folder / name).write_text(f"the {name}\n" * 100)
    return Image(
        reference="small:1",
        digest="sha256:" + "ab12" * 16,
        disk=folder / "disk.qcow2",
        virtual_size=64 * MIB,
        kernel=folder / "kernel",
        initrd=folder / "initrd",
        cmdline="console=ttyS0 quiet",
        seed="tiny",
    )


@pytest.fixture
def materials(image: Image) -> Materials:
    return Materials(
        image=image,
        public_keys=("ssh-ed25519 AAAA test",),
        networks={"back": Network(subnet="10.40.0.0/24")},
        addresses={"back": "10.40.0.10/24"},
    )


@pytest.fixture
def machine(xl: StandIn) -> Callable[..., Machine]:
    """`machine("cpu: {count: 2}")`: one on that dom0."""

    def make(body: str = "", raw: str = "") -> Machine:
        host = f"host: {xl.host}" if xl.host else ""
        inner = ", ".join(filter(None, [host, raw]))
        return loaded(f"image: small\nproviders: {{xen: {{{inner}}}}}\n{body}")

    return make


@pytest.fixture
def driver(scope: Scope) -> Xen:
    return Xen(scope)
