"""Devices: of the host (PCI-1), and those that a machine has beside disks and network cards."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Port, Spec
from serai.spec.notes import Annotated

PciAddress = Annotated[
    str,
    Meta(
        pattern=r"^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(\.[0-7])?$", examples=["0000:01:00.0", "01:00"]
    ),
]
HexId = Annotated[str, Meta(pattern=r"^(0x)?[0-9a-fA-F]{4}$", examples=["046d"])]
Uuid = Annotated[
    str, Meta(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")
]


class PciDevice(Spec, frozen=True):
    """A PCI device of the host, given to the guest. Short: its address, as lspci prints it."""

    address: Annotated[PciAddress, Meta(description="domain:bus:slot.function; without function: of the slot")]
    all_functions: Annotated[
        bool, Meta(description="with all other functions of its slot: a GPU with its sound device")
    ] = True
    rom: Annotated[str | None, Meta(description="a file with its option ROM, relative to the project")] = None


class UsbDevice(Spec, frozen=True):
    """A USB device of the host. Short: `046d:c52b`, its vendor and product, which survives replugging."""

    vendor: Annotated[HexId | None, Meta(description="vendor id, hexadecimal")] = None
    product: Annotated[HexId | None, Meta(description="product id, hexadecimal")] = None
    bus: Annotated[
        Annotated[int, Meta(ge=1, le=255)] | None, Meta(description="bus, where two devices are of one kind")
    ] = None
    device: Annotated[Annotated[int, Meta(ge=1, le=127)] | None, Meta(description="device on that bus")] = None
    optional: Annotated[bool, Meta(description="start also when it is not plugged in (libvirt)")] = False


class Mdev(Spec, frozen=True):
    """A mediated device of the host (a vGPU). Short: its uuid."""

    uuid: Annotated[Uuid, Meta(description="its name under /sys/bus/mdev/devices")]


class TpmModel(StrEnum):
    CRB = "crb"
    TIS = "tis"


class Tpm(Spec, frozen=True):
    """A TPM, emulated by swtpm. `tpm: true` is version 2.0."""

    version: Annotated[str, Meta(pattern=r"^(1\.2|2\.0)$", description="2.0 or 1.2")] = "2.0"
    model: Annotated[TpmModel, Meta(description="crb, or tis (which 1.2 needs)")] = TpmModel.CRB


class Vsock(Spec, frozen=True):
    """Sockets between guest and host without a network. `vsock: true` finds a free number."""

    cid: Annotated[
        Annotated[int, Meta(ge=3, le=0xFFFFFFFE)] | None,
        Meta(description="the guest's number; default: a free one"),
    ] = None


class WatchdogModel(StrEnum):
    I6300ESB = "i6300esb"
    ITCO = "itco"


class WatchdogAction(StrEnum):
    RESET = "reset"
    SHUTDOWN = "shutdown"
    POWEROFF = "poweroff"
    PAUSE = "pause"
    NONE = "none"


class Watchdog(Spec, frozen=True):
    """What happens when the guest hangs. `watchdog: reset` is short for `watchdog: {action: reset}`."""

    model: Annotated[WatchdogModel, Meta(description="i6300esb on PCI; itco is in the q35 board")] = (
        WatchdogModel.I6300ESB
    )
    action: Annotated[WatchdogAction, Meta(description="what is done to a guest that hangs")] = (
        WatchdogAction.RESET
    )


class SerialType(StrEnum):
    PTY = "pty"
    FILE = "file"
    UNIX = "unix"


class Serial(Spec, frozen=True):
    """A further serial port; the first one is the console."""

    type: Annotated[SerialType, Meta(description="pty, file or unix (a listening socket)")] = SerialType.PTY
    path: Annotated[
        str | None, Meta(description="the file or socket; default: one in the machine's directory")
    ] = None


class Channel(Spec, frozen=True):
    """A virtio-serial port. Short: its name."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="what the guest finds it by")]
    path: Annotated[
        str | None, Meta(description="the host's listening socket; default: one in the machine's directory")
    ] = None


class GraphicsType(StrEnum):
    NONE = "none"
    VNC = "vnc"
    SPICE = "spice"


class Graphics(Spec, frozen=True):
    """A screen. `graphics: vnc` listens on a socket of the machine's directory, which only its owner can open."""

    type: Annotated[GraphicsType, Meta(description="vnc, spice or none")] = GraphicsType.NONE
    listen: Annotated[
        str | None, Meta(description="address to listen on; needs password_file; default: a socket, no port")
    ] = None
    port: Annotated[Port | None, Meta(description="port, with listen; default: a free one from 5900 on")] = None
    password_file: Annotated[
        str | None, Meta(description="file with the password in its first line (VNC: 8 characters count)")
    ] = None


class Video(StrEnum):
    VIRTIO = "virtio"
    VGA = "vga"
    QXL = "qxl"
    BOCHS = "bochs"
    NONE = "none"


class Devices(Spec, frozen=True):
    """Devices of a machine beside its disks and networks."""

    pci: Annotated[list[PciDevice], Meta(description="PCI devices of the host, by VFIO (PCI-1)")] = []
    usb: Annotated[list[UsbDevice], Meta(description="USB devices of the host")] = []
    mdev: Annotated[list[Mdev], Meta(description="mediated devices of the host")] = []
    tpm: Annotated[Tpm | None, Meta(description="a TPM, which Windows 11 wants")] = None
    rng: Annotated[bool, Meta(description="random numbers of the host (virtio-rng)")] = True
    vsock: Annotated[Vsock | None, Meta(description="sockets between guest and host")] = None
    watchdog: Annotated[Watchdog | None, Meta(description="a watchdog")] = None
    serial: Annotated[list[Serial], Meta(description="serial ports after the console")] = []
    channels: Annotated[list[Channel], Meta(description="virtio-serial ports beside the guest agent's")] = []
    guest_agent: Annotated[bool, Meta(description="the port of qemu-guest-agent")] = True
    graphics: Annotated[Graphics, Meta(description="a screen over VNC or SPICE")] = Graphics()
    video: Annotated[Video | None, Meta(description="graphics card; default: virtio with graphics, else none")] = (
        None
    )


class Gpu(Spec, frozen=True):
    """For old drivers of GPUs that are given to a guest (GPU-7)."""

    hide_hypervisor: Annotated[
        bool, Meta(description="hide KVM from the guest, and show vendor_id: NVIDIA drivers before 465 (code 43)")
    ] = False
    vendor_id: Annotated[
        str, Meta(pattern=r"^[^,]{1,12}$", description="Hyper-V's signature that is shown instead; 12 characters")
    ] = "serai-hidden"


class Boot(Spec, frozen=True):
    """What it boots from. `boot: [cd, root]` is short for `boot: {order: [cd, root]}`."""

    order: Annotated[
        list[str], Meta(description="disks by name, and `network`; default: the disks as they are written")
    ] = []
    menu: Annotated[bool, Meta(description="the firmware's boot menu (BIOS)")] = False
