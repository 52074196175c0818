"""Devices: sockets without a port, passwords where there is one, folders that do no harm."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render import devices
from serai.providers.libvirt.site import Folder, Site
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def machine(**spec: Any) -> Machine:
    return msgspec.convert({"name": "web", **spec}, Machine)


def site(**more: Any) -> Site:
    return msgspec.structs.replace(site_of(machine_of("plain")), **more)


def screen(graphics: dict[str, Any], **more: Any) -> Element:
    parent = Element("devices")
    devices.add_screen(parent, machine(devices={"graphics": graphics}), site(**more))
    return parent


def test_a_screen_is_behind_a_socket() -> None:
    listen = screen({"type": "vnc"}).find("graphics/listen")
    assert listen is not None
    assert listen.attrib == {"type": "socket"}


def test_a_port_without_password_is_refused() -> None:
    with pytest.raises(SeraiError, match="a port needs a password"):
        screen({"type": "vnc", "listen": "0.0.0.0"}, graphics_password="")


def test_a_port_that_is_not_stated_is_a_free_one() -> None:
    found = screen({"type": "spice", "listen": "127.0.0.1"}, graphics_password="key").find("graphics")
    assert found is not None
    assert found.attrib == {"type": "spice", "autoport": "yes", "passwd": "key"}


def test_a_machine_without_screen_has_no_card_unless_it_is_stated() -> None:
    assert list(screen({"type": "none"})) == []
    parent = Element("devices")
    devices.add_screen(parent, machine(devices={"video": "bochs"}), site())
    assert parent.find("video/model[@type='bochs']") is not None


def test_arm_boards_have_no_keyboard_of_their_own() -> None:
    found = [each.get("type") for each in screen({"type": "vnc"}, arch="aarch64").iterfind("input")]
    assert found == ["tablet", "keyboard"]


@pytest.mark.parametrize(
    ("privileged", "readonly", "access"),
    [(True, False, "mapped"), (True, True, "squash"), (False, False, "squash")],
)
def test_a_guest_of_roots_makes_no_setuid_files(privileged: bool, readonly: bool, access: str) -> None:
    parent = Element("devices")
    folder = Folder("tag", "/srv", readonly, "9p")
    devices.add_folders(parent, site(privileged=privileged, folders=(folder,)))
    assert parent[0].get("accessmode") == access
    assert (parent.find("filesystem/readonly") is not None) is readonly


def test_a_serial_port_without_place_needs_one_stated() -> None:
    one = machine(devices={"serial": [{"type": "unix"}]})
    parent = Element("devices")
    devices.add_characters(parent, one, site(directory="/run/web"))
    assert parent.find("serial/source[@path='/run/web/serial1.unix']") is not None
    with pytest.raises(SeraiError, match=r"devices.serial\[0\].path"):
        devices.add_characters(Element("devices"), one, site(directory=""))


def test_a_console_without_log_is_a_console() -> None:
    parent = Element("devices")
    devices.add_characters(parent, machine(), site(console_log=""))
    assert parent.find("serial/log") is None


@pytest.mark.parametrize(
    ("address", "functions", "given"),
    [
        ("01:00", {}, ["0x0"]),
        ("0000:01:00.1", {}, ["0x1"]),
        ("01:00", {"01:00": ("0000:01:00.0", "0000:01:00.1")}, ["0x0", "0x1"]),
    ],
)
def test_a_slot_is_given_with_the_functions_that_were_found(
    address: str, functions: dict[str, tuple[str, ...]], given: list[str]
) -> None:
    parent = Element("devices")
    devices.add_host_devices(parent, machine(devices={"pci": [{"address": address}]}), site(functions=functions))
    assert [each.get("function") for each in parent.iterfind("hostdev/source/address")] == given


def test_an_option_rom_is_a_file_of_the_project_and_of_the_first_function() -> None:
    parent = Element("devices")
    one = machine(devices={"pci": [{"address": "01:00", "rom": "gpu.rom"}]})
    devices.add_host_devices(
        parent, one, site(root="/srv/shop", functions={"01:00": ("0000:01:00.0", "0000:01:00.1")})
    )
    assert [each.get("file") for each in parent.iterfind("hostdev/rom")] == ["/srv/shop/gpu.rom"]


def test_usb_ids_are_hexadecimal_however_they_are_written() -> None:
    (usb,) = machine(devices={"usb": [{"vendor": "0x046D", "product": "C52B"}]}).devices.usb
    element = devices.usb_device(usb)
    assert [each.get("id") for each in element.iterfind("source/*")] == ["0x046d", "0xc52b"]


@pytest.mark.parametrize(
    ("spec", "reporting"),
    [
        ({}, "on"),
        ({"memory": {"free_page_reporting": False}}, "off"),
        ({"memory": {"hugepages": {}}}, "off"),
        ({"devices": {"pci": [{"address": "01:00"}]}}, "off"),
    ],
)
def test_free_pages_are_reported_where_they_can_be_given_back(spec: dict[str, Any], reporting: str) -> None:
    parent = Element("devices")
    devices.add_others(parent, machine(**spec))
    assert parent.find(f"memballoon[@freePageReporting='{reporting}']") is not None


def test_no_balloon_is_said_since_libvirt_adds_one() -> None:
    parent = Element("devices")
    devices.add_others(parent, machine(memory={"balloon": False}))
    assert parent.find("memballoon[@model='none']") is not None
