"""Given a machine, this argv: and the real QEMU takes every word of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml

from serai.providers.contract import Forward, Image
from serai.providers.qemu import disks, hub, ports, render
from serai.providers.qemu.features import Features, binary_for, features
from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.site import DiskFile, Folder, Link, Site
from serai.spec.machine import Machine

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/machine.yaml"))
IMAGE = Image(reference="debian:12", digest="sha256:0", disk=Path("/images/debian.qcow2"), virtual_size=2 << 30)
OVMF = Uefi("/usr/share/OVMF/OVMF_CODE_4M.fd", "raw", "/usr/share/OVMF/OVMF_VARS_4M.fd", "raw")


def machine_of(case: str) -> Machine:
    data = yaml.safe_load((HERE / case / "machine.yaml").read_text()) or {}
    return msgspec.convert({"name": "web", **data}, Machine)


def site_of(machine: Machine, able: Features) -> Site:
    """A Site of fixed values: only the features are the binary's."""
    links = [Link(mac="52:54:00:00:00:00")]
    for number, nic in enumerate((each for each in machine.networks if each.private), start=1):
        assert nic.private
        socket = hub.port_socket(nic.private.network, machine.name, number)
        links.append(Link(mac=f"52:54:00:00:00:0{number}", network=nic.private.network, socket=socket, mtu=1400))
    files = []
    for name, spec in disks.specs(machine, IMAGE).items():
        aio = "io_uring" if spec.io == "auto" else str(spec.io)
        path = disks.file_path(name, spec)
        files.append(DiskFile(name=name, path=path, format=str(spec.format), direct=True, aio=aio))
    return Site(
        features=able,
        accel="tcg",
        arch="amd64",
        title="shop/web",
        uuid="00000000-0000-8000-8000-000000000000",
        disks=tuple(files),
        links=tuple(links),
        forwards=tuple(each if each.host else ports.with_host(each, 2200) for each, _ in ports.wanted(machine)),
        folders=tuple(Folder(each.tag, "/srv", each.readonly) for each in machine.synced_folders),
        image=IMAGE,
        uefi=OVMF if machine.firmware == "uefi" else None,
        seed=True,
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


@pytest.mark.engine
@pytest.mark.parametrize("case", CASES)
def test_qemu_takes_every_word(case: str, able: Features, tmp_path: Path) -> None:
    machine = machine_of(case)
    site = site_of(machine, able)
    (tmp_path / "disks").mkdir()
    for disk in site.disks:
        subprocess.run(["qemu-img", "create", "-q", "-f", disk.format, tmp_path / disk.path, "1G"], check=True)
    (tmp_path / "seed.iso").write_bytes(bytes(2048))
    (tmp_path / "efivars.fd").write_bytes(Path(OVMF.variables).read_bytes())
    words = [word for option in render.options(machine, site) for word in _without_neighbours(option)]
    argv = [able.binary, *words, "-S", "-qmp", "stdio"]
    talk = '{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n'
    done = subprocess.run(argv, cwd=tmp_path, input=talk, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def _without_neighbours(option: tuple[str, ...]) -> tuple[str, ...]:
    """The hub of a private network and free ports are not what is looked at here."""
    if option[0] == "-netdev":
        head = option[1].partition(",hostfwd")[0]
        return ("-netdev", f"hubport,hubid=0,{head.split(',')[1]}" if head.startswith("stream") else head)
    return option


def test_commas_in_values_are_doubled() -> None:
    assert render.escape("a,b") == "a,,b"


def test_a_forward_names_both_ends() -> None:
    forward = Forward(guest=53, host=5353, protocol="udp", guest_ip="10.0.2.15")
    assert render.hostfwd(forward) == "udp:127.0.0.1:5353-10.0.2.15:53"
