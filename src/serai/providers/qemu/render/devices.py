"""Devices beside disks and network cards: monitors, serial ports, channels, balloon, TPM, watchdog, screen."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.qemu.render.chipset import is_pc, pcie
from serai.providers.qemu.render.words import Option, escape, switch
from serai.providers.qemu.site import Site
from serai.spec.device import Channel, GraphicsType, Serial, SerialType, TpmModel, Video, WatchdogModel
from serai.spec.machine import Machine

SPARE_PORTS = 2
"""PCIe root ports left free for disks added while it runs; each costs firmware and kernel a bus to scan."""

SOCKETS = {"qmp": "qmp.sock", "status": "status.sock", "console": "console.sock", "agent": "agent.sock"}
TPM_SOCKET = "tpm.sock"
SCREEN_SECRET = "screen.password"
VNC_FIRST = 5900
"""The port of VNC's display 0 (RFC 6143)."""

VIDEO = {
    Video.VIRTIO: "virtio-vga",
    Video.VGA: "VGA",
    Video.QXL: "qxl-vga",
    Video.BOCHS: "bochs-display",
}


def sockets(machine: Machine) -> dict[str, str]:
    """Chardev -> the socket that serai opens for it, before QEMU is started."""
    return {name: path for name, path in SOCKETS.items() if name != "agent" or machine.devices.guest_agent}


def controls(machine: Machine, site: Site) -> Iterator[Option]:
    """The monitors, the console, and what the guest agent is talked to through."""
    log = f",logfile=serial.log,logappend={'on' if site.resuming else 'off'}"
    for name, path in sockets(machine).items():
        more = log if name == "console" else ""
        yield "-chardev", f"socket,id={name},path={path},server=on,wait=off{more}"
    yield "-qmp", "chardev:qmp"
    yield "-qmp", "chardev:status"
    yield "-serial", "chardev:console"
    for number, port in enumerate(machine.devices.serial, start=1):
        yield "-chardev", _serial(number, port, site)
        yield "-serial", f"chardev:serial{number}"


def _serial(number: int, port: Serial, site: Site) -> str:
    if port.type is SerialType.PTY:
        return f"pty,id=serial{number}"
    if port.type is SerialType.FILE:
        return f"file,id=serial{number},path={escape(site.place(port.path, f'serial{number}.log'))}"
    path = escape(site.place(port.path, f"serial{number}.sock"))
    return f"socket,id=serial{number},path={path},server=on,wait=off"


def screen(machine: Machine, site: Site) -> Iterator[Option]:
    """A screen and its graphics card (GUI-9); a socket of the machine's directory unless an address is stated."""
    graphics = machine.devices.graphics
    if graphics.password_file and graphics.type is not GraphicsType.NONE:
        yield "-object", f"secret,id=screen0,file={SCREEN_SECRET}"
    if graphics.type is GraphicsType.SPICE:
        yield "-spice", _spice(machine, site)
    elif graphics.type is GraphicsType.VNC:
        yield "-vnc", _vnc(machine, site)
    elif machine.providers.qemu.display == "vnc":
        yield "-vnc", "unix:vnc.sock"
    else:
        yield "-display", "none"
    if card := video(machine, site):
        yield "-device", card


def _vnc(machine: Machine, site: Site) -> str:
    graphics = machine.devices.graphics
    secret = ",password-secret=screen0" if graphics.password_file else ""
    if graphics.listen is None:
        return f"unix:vnc.sock{secret}"
    host = f"[{graphics.listen}]" if ":" in graphics.listen else graphics.listen
    return f"{host}:{site.screen_port - VNC_FIRST}{secret}"


def _spice(machine: Machine, site: Site) -> str:
    graphics = machine.devices.graphics
    secret = "password-secret=screen0" if graphics.password_file else "disable-ticketing=on"
    if graphics.listen is None:
        return f"unix=on,addr=spice.sock,{secret}"
    return f"addr={graphics.listen},port={site.screen_port},{secret}"


def video(machine: Machine, site: Site) -> str:
    """The graphics card; none without a screen, unless it is stated."""
    stated = machine.devices.video
    if stated is None:
        if machine.devices.graphics.type is not GraphicsType.NONE:
            stated = Video.VIRTIO
        elif machine.providers.qemu.display == "vnc":
            stated = Video.VIRTIO if site.arch == "arm64" else Video.VGA
    if stated in (None, Video.NONE):
        return ""
    return "virtio-gpu-pci" if stated is Video.VIRTIO and site.arch == "arm64" else VIDEO[stated]


def options(machine: Machine, site: Site) -> Iterator[Option]:
    devices, memory = machine.devices, machine.memory
    if devices.rng:
        yield "-object", "rng-random,id=rng0,filename=/dev/urandom"
        yield "-device", "virtio-rng-pci,rng=rng0"
    if memory.balloon:
        kept = memory.hugepages or devices.pci or devices.mdev  # pages that cannot be given back
        deflate, report = switch(memory.deflate_on_oom), switch(memory.free_page_reporting and not kept)
        yield (
            "-device",
            f"virtio-balloon-pci,id=balloon0,deflate-on-oom={deflate},free-page-reporting={report}",
        )
    spice = devices.graphics.type is GraphicsType.SPICE
    if devices.guest_agent or devices.channels or spice:
        yield "-device", "virtio-serial-pci,id=channels"
    if devices.guest_agent:
        yield "-device", "virtserialport,bus=channels.0,chardev=agent,name=org.qemu.guest_agent.0"
    for number, channel in enumerate(devices.channels):
        yield from _channel(number, channel, site)
    if spice:  # what spice-vdagent in the guest speaks through: clipboard, size of the screen
        yield "-chardev", "spicevmc,id=vdagent,name=vdagent"
        yield "-device", "virtserialport,bus=channels.0,chardev=vdagent,name=com.redhat.spice.0"
    if "vmgenid" in site.features.devices and site.arch == "amd64":
        yield "-device", "vmgenid,guid=auto"
    yield from _tpm(machine, site)
    yield from _watchdog(machine)
    if site.vsock_cid:
        yield "-device", f"vhost-vsock-pci,id=vsock0,guest-cid={site.vsock_cid}"
    if pcie(machine):
        for number in range(SPARE_PORTS):
            yield "-device", f"pcie-root-port,id=port{number},chassis={number + 1},slot={number + 1}"


def _channel(number: int, channel: Channel, site: Site) -> Iterator[Option]:
    path = escape(site.place(channel.path, f"channel{number}.sock"))
    yield "-chardev", f"socket,id=channel{number},path={path},server=on,wait=off"
    yield "-device", f"virtserialport,bus=channels.0,chardev=channel{number},name={channel.name}"


def _tpm(machine: Machine, site: Site) -> Iterator[Option]:
    """swtpm is behind the socket: serai starts it first (see `companions`)."""
    if tpm := machine.devices.tpm:
        yield "-chardev", f"socket,id=tpm,path={TPM_SOCKET}"
        yield "-tpmdev", "emulator,id=tpm0,chardev=tpm"
        tis = "tpm-tis" if site.arch == "amd64" else "tpm-tis-device"
        yield "-device", f"{'tpm-crb' if tpm.model is TpmModel.CRB else tis},tpmdev=tpm0"


def _watchdog(machine: Machine) -> Iterator[Option]:
    if watchdog := machine.devices.watchdog:
        if watchdog.model is WatchdogModel.ITCO and is_pc(machine):
            yield "-global", "ICH9-LPC.noreboot=off"  # it is in the board, switched off
        else:
            yield "-device", "i6300esb,id=watchdog0"
        yield "-action", f"watchdog={watchdog.action}"
