"""Given a machine, this argv: and the real QEMU takes every word of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from qemu_site import CASES, case_names, machine_of, site_of
from serai.providers.qemu import beside, companions, render
from serai.providers.qemu.features import Features, binary_for, features
from serai.providers.qemu.render.processors import ENLIGHTENMENTS

Need = Callable[..., None]


@pytest.fixture(scope="session")
def able(tmp_path_factory: pytest.TempPathFactory) -> Features:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERAI_HOME", str(tmp_path_factory.mktemp("home")))
        return features(binary_for("amd64"))


@pytest.mark.parametrize("case", case_names())
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
    expected = CASES / case / "expected.argv"
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
@pytest.mark.parametrize("case", [case for case in case_names() if case not in LEFT_OUT])
def test_qemu_takes_every_word(case: str, able: Features, tmp_path: Path, need: Need) -> None:
    need("qemu-img", "swtpm")
    if case == "passt" and shutil.which("passt") is None:
        pytest.skip("only Debian 12, Ubuntu 23.04 and later have passt")
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
