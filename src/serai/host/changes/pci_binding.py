"""Which driver has a PCI device: taken from the host's for vfio-pci, and given back (PCI-1, GPU-4).

Only the one slot is named, by driver_override; never new_id, which is for all devices of a kind.
Source: Linux, Documentation/ABI/testing/sysfs-bus-pci: driver_override, drivers_probe.
"""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

DEVICES = "/sys/bus/pci/devices"
PROBE = "/sys/bus/pci/drivers_probe"
UNSET = "(null)"
"""What driver_override says when there is none."""
MODULES = ("vfio-pci", "vfio_iommu_type1")


class PciBinding(Change, frozen=True, kw_only=True, tag="pci-binding"):
    """`address` gets `driver`. `ids`: vendor and product, so that no other device in that place is taken for it.

    `now` is False where the host's driver cannot let go while it runs: the next boot does it.
    """

    address: str
    ids: str
    driver: str = "vfio-pci"
    now: bool = True
    waits: str = "reboot"
    """Why it is not done now."""

    @property
    def subject(self) -> str:
        return f"{DEVICES}/{self.address}/driver"

    def title(self) -> str:
        return f"bind {self.address} to {self.driver}" + ("" if self.now else " at the next boot")

    def holds(self, reach: Reach) -> bool:
        if not reach.live:
            return True
        return _driver(reach, self.address) == self.driver and _override(reach, self.address) == self.driver

    def diff(self, reach: Reach) -> list[str]:
        return [f"{self.address}: driver {_driver(reach, self.address) or 'none'} -> {self.driver}"]

    def before(self, reach: Reach) -> Kept:
        there = reach.has(f"{DEVICES}/{self.address}")
        return Kept(there=there, value=_driver(reach, self.address), words=(_override(reach, self.address),))

    def do(self, reach: Reach, before: Kept) -> None:
        """The group is looked for first: without one no driver would have the device afterwards."""
        self._same_device(reach)
        if not self.now:
            return
        if not reach.target(f"{DEVICES}/{self.address}/iommu_group"):
            raise SeraiError(
                Code.REFUSED,
                f"{reach.name}: {self.address} is in no IOMMU group",
                hint="serai host check iommu says why",
            )
        _load(reach, *MODULES)
        reach.put(f"{DEVICES}/{self.address}/driver_override", self.driver)
        if _driver(reach, self.address) not in ("", self.driver):
            reach.put(f"{DEVICES}/{self.address}/driver/unbind", self.address)
        if not _driver(reach, self.address):
            reach.put(PROBE, self.address)
        if _driver(reach, self.address) != self.driver:
            raise SeraiError(
                Code.FAILED,
                f"{reach.name}: {self.driver} did not take {self.address}",
                hint="dmesg says why: the driver's last lines",
            )

    def _same_device(self, reach: Reach) -> None:
        place = f"{DEVICES}/{self.address}"
        there = ":".join(_text(reach, f"{place}/{name}").removeprefix("0x") for name in ("vendor", "device"))
        if there != self.ids:
            raise SeraiError(
                Code.REFUSED,
                f"{reach.name}: {self.address} is {there if there != ':' else 'not there'}, not {self.ids}",
                hint="serai host devices lists what is where",
            )

    def read_back(self, reach: Reach) -> Seen:
        if not reach.live:
            return Seen(State.PENDING, self.subject, _driver(reach, self.address), "the next boot of this tree")
        now, group = _driver(reach, self.address), _group(reach, self.address)
        if now == self.driver:
            node = f"/dev/vfio/{group}"
            if reach.has(node):
                return Seen(State.DONE, self.subject, f"{now}, {node}")
            return Seen(State.LOST, node, "not there", "the driver has the device, but nobody can open its group")
        if not self.now:
            return Seen(State.PENDING, self.subject, now or "none", self.waits)
        return Seen(State.LOST, self.subject, now or "none", f"{self.driver} was to have it")

    def rebooted(self, seen: Seen) -> Seen:
        """The next boot was to do it."""
        return Seen(State.LOST, seen.read, seen.value, f"the boot did not bind it to {self.driver}")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        """A guest that has it must stop first; a driver that neither serai nor the host chose stays."""
        if not reach.live or not reach.has(f"{DEVICES}/{self.address}"):
            return ""
        now = _driver(reach, self.address)
        if now not in ("", self.driver, before.value):
            return f"{self.address} is with {now} now, neither {self.driver} nor {before.value or 'no driver'}"
        if now == self.driver and (who := _holder(reach, _group(reach, self.address))):
            return f"{self.address} is in use: {who} has /dev/vfio/{_group(reach, self.address)} open"
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """The override first, so that the probe finds the host's own driver."""
        place = f"{DEVICES}/{self.address}"
        if not reach.live or not reach.has(place):
            return
        old = (before.words or (UNSET,))[0]
        if _override(reach, self.address) != old:
            reach.put(f"{place}/driver_override", "" if old == UNSET else old)
        if _driver(reach, self.address) == before.value:
            return
        if _driver(reach, self.address):
            reach.put(f"{place}/driver/unbind", self.address)
        if not before.value:
            return
        if alias := _text(reach, f"{place}/modalias"):
            _load(reach, alias)
        reach.put(PROBE, self.address)
        if _driver(reach, self.address) != before.value:
            raise SeraiError(
                Code.FAILED,
                f"{reach.name}: {before.value} did not take {self.address} back",
                hint=f"modprobe the driver, then serai host undo passthrough-{self.address}",
            )


def _load(reach: Reach, *modules: str) -> None:
    """A module that is built in, or loaded, is no failure; what is missing shows when nobody takes the device."""
    reach.run(["modprobe", "-a", "-b", *modules])


def _text(reach: Reach, path: str) -> str:
    return (reach.read(path) or b"").decode(errors="replace").strip()


def _driver(reach: Reach, address: str) -> str:
    return reach.target(f"{DEVICES}/{address}/driver").rpartition("/")[2]


def _override(reach: Reach, address: str) -> str:
    return _text(reach, f"{DEVICES}/{address}/driver_override") or UNSET


def _group(reach: Reach, address: str) -> str:
    return reach.target(f"{DEVICES}/{address}/iommu_group").rpartition("/")[2]


def _holder(reach: Reach, group: str) -> str:
    """The program that has the group open; empty: none, or nobody can tell."""
    from serai.host.facts.source import Unknown

    try:
        lines = reach.ask("device-users").splitlines()
    except Unknown:
        return ""
    return next(
        (who for node, _, who in (line.partition(" ") for line in lines) if node == f"/dev/vfio/{group}"), ""
    )
