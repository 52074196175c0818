"""What is gathered of host, project and image before an argv is rendered."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Image, Scope
from serai.providers.probe import Accel
from serai.providers.qemu import gather
from serai.providers.qemu.record import Hardware
from serai.spec.machine import Machine
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

HOST = host_arch()
OTHER = "arm64" if HOST == "amd64" else "amd64"
BINARY = "/usr/bin/qemu-system-some"


def machine(**values: object) -> Machine:
    return msgspec.convert({"name": "web", **values}, Machine)


def image(**values: object) -> Image:
    return msgspec.structs.replace(Image(reference="debian", digest="sha256:1"), **values)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path / "home")


@pytest.mark.parametrize(
    ("stated", "of_image", "expected"),
    [("arm64", "amd64", "arm64"), (None, "arm64", "arm64"), (None, "amd64", "amd64"), (None, None, HOST)],
)
def test_the_architecture_is_stated_or_the_images_or_the_hosts(
    stated: str | None, of_image: str | None, expected: str
) -> None:
    spec = machine(arch=stated) if stated else machine()
    assert gather.arch_of(spec, image(arch=of_image) if of_image else None) == expected


@pytest.mark.parametrize(
    ("stated", "of_image", "arch", "expected"),
    [
        ("uefi", {"kernel": Path("k")}, "amd64", True),
        ("bios", {"firmware": ("uefi",)}, "amd64", False),
        (None, {"kernel": Path("k"), "firmware": ("uefi",)}, "amd64", False),
        (None, {"firmware": ("uefi", "bios")}, "amd64", True),
        (None, {"firmware": ("bios", "uefi")}, "amd64", False),
        (None, None, "amd64", False),
        (None, None, "arm64", True),
    ],
)
def test_uefi_is_stated_or_what_the_image_prefers(
    stated: str | None, of_image: dict[str, object] | None, arch: str, expected: bool
) -> None:
    spec = machine(firmware=stated) if stated else machine()
    assert gather.boots_by_uefi(spec, image(**of_image) if of_image else None, arch) is expected


def test_only_9p_folders_are_shared_by_qemu_and_by_absolute_paths(scope: Scope) -> None:
    spec = machine(
        synced_folders=[
            {"source": "site", "target": "/srv", "type": "9p"},
            {"source": ".", "target": "/app", "type": "rsync"},
        ]
    )
    assert [folder.path for folder in gather.folders_of(scope, spec)] == [str(scope.root / "site")]


def test_tcg_can_be_demanded_without_a_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "accelerator", lambda binary: pytest.fail("probed"))
    assert gather.accel_for(machine(providers={"qemu": {"accel": "tcg"}}), HOST, BINARY) == Accel("tcg")


def test_kvm_that_runs_no_guest_is_refused_when_it_was_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """HW-1: a device file is no proof."""
    monkeypatch.setattr(gather, "accelerator", lambda binary: Accel("tcg", "no guest runs in it"))
    with pytest.raises(SeraiError) as caught:
        gather.accel_for(machine(providers={"qemu": {"accel": "kvm"}}), HOST, BINARY)
    assert caught.value.code is Code.REFUSED
    assert "no guest runs in it" in caught.value.message and "accel: auto" in caught.value.hint
    assert gather.accel_for(machine(), HOST, BINARY).name == "tcg"


def test_another_architecture_runs_under_tcg_and_says_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "accelerator", lambda binary: pytest.fail("probed"))
    found = gather.accel_for(machine(), OTHER, BINARY)
    assert found.name == "tcg" and "slower" in found.note


@pytest.mark.engine
def test_a_memory_saved_under_another_accelerator_is_not_loaded(scope: Scope, home: Path) -> None:
    spec = machine(providers={"qemu": {"accel": "tcg"}})
    saved = Hardware(machine=spec, accel="kvm")
    scope.home.mkdir(parents=True)
    with pytest.raises(SeraiError, match="saved under kvm, and guests now run under tcg"):
        gather.site_for(scope, spec, None, {}, forwards=(), place=scope.home, saved=saved)


@pytest.mark.engine
def test_an_alias_is_resolved_to_the_versioned_machine(home: Path) -> None:
    spec = machine(arch="amd64")
    assert gather.versioned(spec, gather.features_for(spec)).startswith("pc-q35-")


@pytest.mark.parametrize(
    ("text", "flag"),
    [("flags\t: fpu vmx sse", "vmx"), ("flags\t: fpu svm", "svm"), ("flags\t: fpu", ""), ("", "")],
)
def test_nested_virtualization_is_asked_for_by_the_processors_own_flag(
    monkeypatch: pytest.MonkeyPatch, text: str, flag: str
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self: text)
    assert gather.nested_flag() == flag


def test_secure_boot_brings_uefi_and_starts_no_bare_kernel() -> None:
    spec = machine(secure_boot=True)
    assert gather.boots_by_uefi(spec, None, "amd64")
    with pytest.raises(SeraiError, match="kernel that nobody has signed") as failed:
        gather.uefi_for(spec, image(kernel=Path("k")), "amd64", None)  # type: ignore[arg-type]
    assert failed.value.code is Code.UNSUPPORTED


def test_a_screen_takes_a_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather.ports, "is_free", lambda protocol, host, port: port >= 5903)
    graphics = {"type": "vnc", "listen": "127.0.0.1", "password_file": "p"}
    assert gather.screen_port(machine(devices={"graphics": graphics})) == 5903
    assert gather.screen_port(machine(devices={"graphics": {**graphics, "port": 5999}})) == 5999
    assert gather.screen_port(machine(devices={"graphics": {"type": "vnc"}})) == 0
    assert gather.screen_port(machine()) == 0


def test_a_host_without_free_ports_for_screens_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather.ports, "is_free", lambda protocol, host, port: False)
    graphics = {"type": "vnc", "listen": "127.0.0.1", "password_file": "p"}
    with pytest.raises(SeraiError) as failed:
        gather.screen_port(machine(devices={"graphics": graphics}))
    assert failed.value.code is Code.BUSY


def test_a_number_for_vsock_is_stated_or_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "free_cid", lambda uuid: 77)
    assert gather.vsock_cid(machine(), "u") == 0
    assert gather.vsock_cid(machine(devices={"vsock": {}}), "u") == 77
    assert gather.vsock_cid(machine(devices={"vsock": {"cid": 5}}), "u") == 5


def test_devices_of_the_host_come_by_their_functions(tmp_path: Path) -> None:
    (slot,) = gather.slots_of(machine(devices={"pci": [{"address": "fe:1f.7", "rom": "gpu.rom"}]}), tmp_path)
    assert slot.functions == ("0000:fe:1f.7",)
    assert slot.rom == str(tmp_path / "gpu.rom")
    assert gather.slots_of(machine(), tmp_path) == ()
