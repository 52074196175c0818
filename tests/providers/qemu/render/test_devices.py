"""Devices beside disks and cards (GUI-9)."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.qemu.render.devices import controls, options, screen, sockets, video


def words(found: Any) -> list[str]:
    return [word for option in found for word in option[1:]]


def test_no_agent_no_socket_for_it(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(devices={"guest_agent": False})
    assert "agent" not in sockets(machine)
    assert not [word for word in words(controls(machine, site_of())) if "agent" in word]
    assert not [word for word in words(options(machine, site_of())) if "agent" in word or "channels" in word]


@pytest.mark.parametrize(
    ("port", "said"),
    [
        ({}, "pty,id=serial1"),
        ({"type": "file"}, "file,id=serial1,path=serial1.log"),
        ({"type": "file", "path": "/var/log/a,b"}, "file,id=serial1,path=/var/log/a,,b"),
        ({"type": "unix"}, "socket,id=serial1,path=serial1.sock,server=on,wait=off"),
        ({"type": "unix", "path": "gps"}, "socket,id=serial1,path=/p/gps,server=on,wait=off"),
    ],
)
def test_a_serial_port_leads_where_it_is_told(
    port: dict[str, str], said: str, site_of: Any, machine_of: Any
) -> None:
    assert said in words(controls(machine_of(devices={"serial": [port]}), site_of()))


@pytest.mark.parametrize(
    ("graphics", "said"),
    [
        ({"type": "vnc"}, "unix:vnc.sock"),
        ({"type": "spice"}, "unix=on,addr=spice.sock,disable-ticketing=on"),
        ({"type": "vnc", "listen": "::1", "password_file": "p"}, "[::1]:7,password-secret=screen0"),
        ({"type": "spice", "listen": "::1", "password_file": "p"}, "addr=::1,port=5907,password-secret=screen0"),
    ],
)
def test_a_screen_is_a_socket_or_has_a_password(
    graphics: dict[str, str], said: str, site_of: Any, machine_of: Any
) -> None:
    assert said in words(screen(machine_of(devices={"graphics": graphics}), site_of(screen_port=5907)))


@pytest.mark.parametrize(
    ("devices", "display", "arch", "card"),
    [
        ({}, "none", "amd64", ""),
        ({}, "vnc", "amd64", "VGA"),
        ({"graphics": {"type": "vnc"}}, "none", "amd64", "virtio-vga"),
        ({"graphics": {"type": "vnc"}}, "none", "arm64", "virtio-gpu-pci"),
        ({"graphics": {"type": "vnc"}, "video": "none"}, "none", "amd64", ""),
        ({"video": "bochs"}, "none", "amd64", "bochs-display"),
        ({"video": "qxl"}, "none", "amd64", "qxl-vga"),
    ],
)
def test_a_graphics_card_comes_with_a_screen(
    devices: dict[str, Any], display: str, arch: str, card: str, site_of: Any, machine_of: Any
) -> None:
    machine = machine_of(devices=devices, providers={"qemu": {"display": display}})
    assert video(machine, site_of(arch=arch)) == card


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        ({"tpm": {}}, "tpm-crb,tpmdev=tpm0"),
        ({"tpm": {"model": "tis", "version": "1.2"}}, "tpm-tis,tpmdev=tpm0"),
        ({"watchdog": {"action": "poweroff"}}, "watchdog=poweroff"),
        ({"watchdog": {"model": "itco"}}, "ICH9-LPC.noreboot=off"),
        ({"vsock": {}}, "vhost-vsock-pci,id=vsock0,guest-cid=42"),
        ({"channels": [{"name": "a.b"}]}, "virtserialport,bus=channels.0,chardev=channel0,name=a.b"),
    ],
)
def test_a_device_is_there_when_it_is_asked_for(
    devices: dict[str, Any], said: str, site_of: Any, machine_of: Any
) -> None:
    site = site_of(vsock_cid=42 if "vsock" in devices else 0)
    assert said in words(options(machine_of(devices=devices), site))
    assert said not in words(options(machine_of(), site_of()))


def test_the_balloon_and_random_numbers_can_be_left_out(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(devices={"rng": False}, memory={"balloon": False})
    assert not [word for word in words(options(machine, site_of())) if "rng" in word or "balloon" in word]
