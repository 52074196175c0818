"""What rendering is told of the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Image, Scope
from serai.providers.libvirt import engine, gather
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.spec.device import Devices, PciDevice
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def image(**more: object) -> Image:
    return Image(reference="x", digest="", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("machine", "of", "arch", "uefi"),
    [
        (Machine(firmware=Firmware.UEFI), image(kernel=Path("/k")), "x86_64", True),
        (Machine(firmware=Firmware.BIOS), image(firmware=("uefi",)), "x86_64", False),
        (Machine(), image(kernel=Path("/k")), "aarch64", False),
        (Machine(), image(firmware=("uefi", "bios")), "x86_64", True),
        (Machine(), None, "aarch64", True),
        (Machine(), None, "x86_64", False),
    ],
)
def test_the_firmware_is_stated_or_what_the_image_needs(
    machine: Machine, of: Image | None, arch: str, uefi: bool
) -> None:
    assert gather.boots_by_uefi(machine, of, arch) is uefi


def test_a_domain_has_the_plain_name_unless_another_has_it(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    assert gather.domain_name(conn, pretended.scope, "web") == "shop_web"
    conn.defineXML(
        "<domain type='test'><name>shop_web</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    )
    assert gather.domain_name(conn, pretended.scope, "web") == "shop-t1_web"


def scope(root: Path) -> Scope:
    return Scope(project="shop", project_id="t1", root=root, home=root)


def test_folders_are_absolute_and_only_of_this_host(tmp_path: Path) -> None:
    machine = Machine(
        name="web",
        synced_folders=[
            SyncedFolder(source="site", target="/srv", type=FolderType.VIRTIOFS, readonly=True),
            SyncedFolder(source="copied", target="/copied"),
        ],
    )
    (folder,) = gather.folders_of(scope(tmp_path), machine, "qemu:///system")
    assert (folder.path, folder.kind, folder.readonly) == (str(tmp_path / "site"), "virtiofs", True)
    with pytest.raises(SeraiError, match="the machine runs on another") as caught:
        gather.folders_of(scope(tmp_path), machine, "qemu+ssh://far/system")
    assert caught.value.hint == "type: rsync"


def test_a_kernel_under_tcg_does_not_check_its_timer(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    conn = opened(uri)
    of = image(cmdline="quiet", arch="amd64")
    assert gather.cmdline_for(conn, Machine(), of) == "quiet"
    monkeypatch.setattr(engine, "kind_for", lambda *_: engine.TCG)
    assert gather.cmdline_for(conn, Machine(), of) == "quiet no_timer_check"
    assert gather.cmdline_for(conn, Machine(), image(cmdline="quiet", arch="arm64")) == "quiet"


def test_functions_of_another_hosts_device_are_those_that_are_stated() -> None:
    devices = Devices(pci=[PciDevice(address="01:00"), PciDevice(address="0000:02:00.1")])
    found = gather.functions_of(Machine(devices=devices), "qemu+ssh://far/system")
    assert found == {"01:00": ("0000:01:00.0",), "0000:02:00.1": ("0000:02:00.1",)}
