"""Given a machine, this argv: and the real QEMU takes every word of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import yaml

from serai.providers.contract import Image, Scope
from serai.providers.qemu import beside, companions, disks, links, ports, render
from serai.providers.qemu.features import Features, binary_for, features
from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.render.processors import ENLIGHTENMENTS
from serai.providers.qemu.site import DiskFile, Folder, PciSlot, Site
from serai.providers.vfio import functions_of
from serai.spec.machine import Machine
from serai.spec.network import Network

Need = Callable[..., None]
HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/machine.yaml"))
IMAGE = Image(reference="debian:12", digest="sha256:0", disk=Path("/images/debian.qcow2"), virtual_size=2 << 30)
SECURE = Uefi(
    "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "raw", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "raw", secure=True
)
OVMF = Uefi("/usr/share/OVMF/OVMF_CODE_4M.fd", "raw", "/usr/share/OVMF/OVMF_VARS_4M.fd", "raw")


def machine_of(case: str) -> Machine:
    data = yaml.safe_load((HERE / case / "machine.yaml").read_text()) or {}
    return msgspec.convert({"name": "web", **data}, Machine)


SCOPE = Scope(project="shop", project_id="t1", root=Path("/project"), home=Path("/home"))


def site_of(machine: Machine, able: Features) -> Site:
    """A Site of fixed values: only the features are the binary's."""
    files = []
    for name, spec in disks.specs(machine, IMAGE).items():
        aio = "io_uring" if spec.io == "auto" else str(spec.io)
        path = (spec.path or disks.file_path(name, spec)) if disks.is_made(spec) or spec.path else ""
        form = "raw" if spec.device == "cdrom" else str(spec.format)
        files.append(DiskFile(name=name, path=path, format=form, direct=True, aio=aio))
    addresses = [functions_of(each, HERE) for each in machine.devices.pci]
    shares = (each for each in machine.synced_folders if each.type != "rsync")
    return Site(
        features=able,
        accel=str(machine.providers.qemu.accel) if machine.providers.qemu.accel != "auto" else "tcg",
        arch=str(machine.arch or "amd64"),
        title="shop/web",
        uuid="00000000-0000-8000-8000-000000000000",
        root="/project",
        disks=tuple(files),
        links=links.links_of(SCOPE, machine, {"back": Network(mtu=1400)}),
        forwards=tuple(each if each.host else ports.with_host(each, 2200) for each, _ in ports.wanted(machine)),
        folders=tuple(Folder(each.tag, "/srv", each.readonly, each.type) for each in shares),
        slots=tuple(PciSlot(each) for each in addresses),
        image=IMAGE,
        uefi=SECURE if machine.secure_boot else OVMF if machine.firmware == "uefi" else None,
        seed=True,
        vsock_cid=(machine.devices.vsock.cid or 3) if machine.devices.vsock else 0,
        screen_port=machine.devices.graphics.port or 5900 if machine.devices.graphics.listen else 0,
    )


@pytest.fixture(scope="session")
def able(tmp_path_factory: pytest.TempPathFactory) -> Features:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERAI_HOME", str(tmp_path_factory.mktemp("home")))
        return features(binary_for("amd64"))


@pytest.mark.parametrize("case", CASES)
def test_a_machine_renders_as_expected(case: str, able: Features, request: pytest.FixtureRequest) -> None:
    seen = msgspec.structs.replace(
        able,
        binary="qemu-system-x86_64",
        sandbox=True,
        devices=frozenset({"vmgenid"}),
        stream_options=frozenset(),
    )
    machine = machine_of(case)
    text = render.text(machine, site_of(machine, seen))
    expected = HERE / case / "expected.argv"
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(text)
    assert text == expected.read_text()


LEFT_OUT = {
    "arm": "its emulator is another one, and is not installed everywhere",
    "hugepages": "the host must have reserved some",
}

OF_THE_KERNEL = ("hv-vpindex", "hv-synic", "hv-stimer", "hv-tlbflush", "hv-ipi")
"""QEMU asks the kernel for these even before the guest is started; their names are looked up below."""


@pytest.mark.engine
def test_qemu_knows_every_enlightenment(able: Features) -> None:
    argv = [able.binary, "-accel", "tcg", "-device", "qemu64-x86_64-cpu,help"]
    known = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    flags = [flag for each in ENLIGHTENMENTS.values() for flag in each]
    assert [flag for flag in flags if f" {flag}=" not in known] == []


@pytest.mark.engine
@pytest.mark.parametrize("case", [case for case in CASES if case not in LEFT_OUT])
def test_qemu_takes_every_word(case: str, able: Features, tmp_path: Path, need: Need) -> None:
    need("qemu-img", "swtpm", "passt")
    machine = machine_of(case)
    site = msgspec.structs.replace(site_of(machine, able), root=str(tmp_path))
    (tmp_path / "disks").mkdir()
    for disk in site.disks:
        if disk.path.startswith("disks/"):
            subprocess.run(["qemu-img", "create", "-q", "-f", disk.format, tmp_path / disk.path, "1G"], check=True)
    (tmp_path / "seed.iso").write_bytes(bytes(2048))
    (tmp_path / "secret").write_text("sesame\n")
    (tmp_path / "gpu.rom").write_bytes(bytes(2048))
    if site.uefi:
        (tmp_path / "efivars.fd").write_bytes(Path(site.uefi.variables).read_bytes())
    beside.write_password(tmp_path, machine, tmp_path)
    wanted = companions.companions(machine, msgspec.structs.replace(site, forwards=()), tmp_path)
    words = [word for option in render.options(machine, site) for word in _without_neighbours(option)]
    with companions.started(tmp_path, wanted, who="web") as handed:
        for each in handed:
            words = [word.replace(each.said, each.instead) for word in words]
        done = subprocess.run(
            [able.binary, *words, "-S", "-qmp", "stdio"],
            cwd=tmp_path,
            input='{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n',
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            pass_fds=[handle for each in handed for handle in each.handles],
        )
    companions.end_all(tmp_path)
    assert done.returncode == 0, done.stderr


def _without_neighbours(option: tuple[str, ...]) -> tuple[str, ...]:
    """What the host has not: hubs, taps, free ports, KVM that runs guests, devices to give away."""
    head, value = option[0], option[-1]
    if head == "-netdev" and not value.startswith("stream,id=net0"):
        plain = value.partition(",hostfwd")[0]
        return ("-netdev", plain if plain.startswith("user") else f"hubport,hubid=0,{plain.split(',')[1]}")
    if head == "-accel":
        return ("-accel", "tcg")
    if head == "-cpu":
        return ("-cpu", ",".join(part for part in value.split(",") if part.partition("=")[0] not in OF_THE_KERNEL))
    if head == "-device" and (value.startswith("vhost-vsock") or "hostbus=" in value):
        return ()
    if head == "-device" and value.startswith("vfio-pci"):
        return ("-device", ",".join(["virtio-rng-pci", *(part for part in value.split(",") if "us=" in part)]))
    return option
