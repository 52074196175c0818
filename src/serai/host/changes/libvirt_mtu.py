"""The size of packets on a network of libvirt's: defined with it, and started anew where no guest is on it."""

from __future__ import annotations

from xml.etree import ElementTree

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.running import must
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

VIRSH = ("virsh", "-c", "qemu:///system")
WAITS = "a restart of the network, when its guests are off"
JOINED = ("bridge", "hostdev", "private", "vepa", "passthrough")
"""Modes of <forward> in which the link is somebody else's. Source: libvirt, formatnetwork."""


class NetworkMtu(Change, frozen=True, kw_only=True, tag="libvirt-mtu"):
    """The network `name` of the system's libvirt with packets of `size` bytes."""

    name: str
    size: int

    @property
    def subject(self) -> str:
        return f"libvirt network {self.name}: mtu"

    def title(self) -> str:
        return f"packets of {self.size} bytes on libvirt's network {self.name}"

    def is_routed(self, reach: Reach) -> bool:
        """Whether its bridge is libvirt's own."""
        forward = _tree(_xml(reach, self.name, "--inactive")).find("forward")
        return forward is None or forward.get("mode", "nat") not in JOINED

    def holds(self, reach: Reach) -> bool:
        return not reach.live or _size(_xml(reach, self.name, "--inactive")) == str(self.size)

    def diff(self, reach: Reach) -> list[str]:
        now = _size(_xml(reach, self.name, "--inactive")) or "none"
        return [f"network {self.name}: mtu {now} -> {self.size}"]

    def before(self, reach: Reach) -> Kept:
        """`value`: its XML, which is defined again to undo it; `words`: the size that it runs with."""
        return Kept(there=True, value=_xml(reach, self.name, "--inactive"), words=(self._live(reach),))

    def _live(self, reach: Reach) -> str:
        return _size(_xml(reach, self.name))

    def do(self, reach: Reach, before: Kept) -> None:
        tree = _tree(_xml(reach, self.name, "--inactive"))
        element = tree.find("mtu")
        if element is None:
            element = ElementTree.SubElement(tree, "mtu")
        element.set("size", str(self.size))
        self._define(reach, ElementTree.tostring(tree, encoding="unicode"))

    def _define(self, reach: Reach, xml: str) -> None:
        done = reach.run((*VIRSH, "net-define", "/dev/stdin"), input=xml)
        if not done.ok:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            raise SeraiError(
                Code.FAILED, f"libvirt does not take the network {self.name}: {said[-1] if said else done.code}"
            )
        info = must(reach, *VIRSH, "net-info", self.name)
        active = any(line.split() == ["Active:", "yes"] for line in info.splitlines())
        if active and not _guests(reach, xml):
            must(reach, *VIRSH, "net-destroy", self.name)
            must(reach, *VIRSH, "net-start", self.name)

    def read_back(self, reach: Reach) -> Seen:
        read = f"virsh net-dumpxml {self.name}"
        if not reach.live:
            return Seen(State.PENDING, read, "", "a run on the host itself")
        if not self.holds(reach):
            return Seen(State.LOST, read, "another size, or no such network", "somebody changed it")
        if self._live(reach) == str(self.size):
            return Seen(State.DONE, read, f"mtu {self.size}")
        return Seen(State.PENDING, read, f"mtu {self._live(reach) or 'none'}", WAITS)

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        now = _xml(reach, self.name, "--inactive")
        if not now or now == before.value or after is None or now == after.value:
            return ""
        return f"libvirt's network {self.name} was changed since"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """A network that is gone stays away."""
        now = _xml(reach, self.name, "--inactive")
        if now and (now != before.value or self._live(reach) != before.words[0]):
            self._define(reach, before.value)


def _xml(reach: Reach, name: str, *how: str) -> str:
    """Empty: there is no such network, or libvirt does not answer."""
    done = reach.run((*VIRSH, "net-dumpxml", *how, name))
    return done.stdout if done.ok else ""


def _tree(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml or "<network/>")


def _size(xml: str) -> str:
    found = _tree(xml).find("mtu")
    return found.get("size", "") if found is not None else ""


def _guests(reach: Reach, xml: str) -> list[str]:
    """Ports of its bridge: a network that is stopped under its guests leaves them without."""
    bridge = _tree(xml).find("bridge")
    name = bridge.get("name", "") if bridge is not None else ""
    return [port for port in reach.names(f"/sys/class/net/{name}/brif") or () if not port.endswith("-nic")]
