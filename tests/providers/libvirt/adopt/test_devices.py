"""The other devices are read back."""

from __future__ import annotations

from serai.providers.libvirt.adopt.devices import devices_of, folders_of, functions_of
from serai.spec.device import Devices, GraphicsType, PciDevice, Video


def pci(slot: int, function: int) -> str:
    address = f"<address domain='0x0000' bus='0x01' slot='0x{slot:02x}' function='0x{function}'/>"
    return f"<hostdev type='pci'><source>{address}</source></hostdev>"


def test_an_empty_domain_has_neither_agent_nor_random_numbers(make):
    assert devices_of(make()) == Devices(rng=False, guest_agent=False)


def test_functions_of_one_slot_are_one_device(make):
    root = make(devices=pci(0, 0) + pci(0, 1) + pci(2, 3))

    assert devices_of(root).pci == [
        PciDevice(address="0000:01:00"),
        PciDevice(address="0000:01:02.3", all_functions=False),
    ]
    assert functions_of(root)["0000:01:00"] == ("0000:01:00.0", "0000:01:00.1")


def test_a_screen_on_a_socket_is_read_and_one_on_a_port_is_not(make):
    socket = "<graphics type='vnc'><listen type='socket'/></graphics><video><model type='virtio'/></video>"
    port = "<graphics type='vnc' port='5900'><listen type='address'/></graphics>"

    assert devices_of(make(devices=socket)).graphics.type is GraphicsType.VNC
    assert devices_of(make(devices=socket)).video is None
    assert devices_of(make(devices=port)).graphics.type is GraphicsType.NONE
    assert devices_of(make(devices="<video><model type='vga'/></video>")).video is Video.VGA


def test_small_devices(make):
    text = (
        "<watchdog model='itco' action='poweroff'/><vsock><cid auto='no' address='7'/></vsock>"
        "<tpm model='tpm-tis'><backend type='emulator' version='1.2'/></tpm>"
        "<serial type='pty'/><serial type='file'><source path='/log'/></serial>"
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
        "<hostdev type='usb'><source startupPolicy='optional'><vendor id='0x046d'/><product id='0xc52b'/></source>"
        "</hostdev>"
    )
    found = devices_of(make(devices=text))

    assert (found.watchdog.model, found.watchdog.action) == ("itco", "poweroff")
    assert found.vsock.cid == 7
    assert (found.tpm.version, found.tpm.model) == ("1.2", "tis")
    assert [each.path for each in found.serial] == ["/log"]
    assert found.guest_agent and not found.channels
    assert (found.usb[0].vendor, found.usb[0].optional) == ("046d", True)


def test_shares(make):
    text = "<filesystem><driver type='virtiofs'/><source dir='/srv'/><target dir='tag'/></filesystem>"

    assert [(each.tag, each.path, each.kind) for each in folders_of(make(devices=text))] == [
        ("tag", "/srv", "virtiofs")
    ]
