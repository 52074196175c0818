"""A network of libvirt's: active now, and started with the host."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.running import must
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

VIRSH = ("virsh", "-c", "qemu:///system")


class StartNetwork(Change, frozen=True, kw_only=True, tag="libvirt-network"):
    """The network `name` of the system's libvirt, which is defined already."""

    name: str = "default"

    @property
    def subject(self) -> str:
        return f"libvirt network {self.name}"

    def title(self) -> str:
        return f"start libvirt's network {self.name}, now and at boot"

    def holds(self, reach: Reach) -> bool:
        return _state(reach, self.name) == {"Active": "yes", "Autostart": "yes"}

    def diff(self, reach: Reach) -> list[str]:
        now = _state(reach, self.name)
        was = ", ".join(f"{key}: {value}" for key, value in now.items()) or "not there yet"
        return [f"network {self.name}: {was} -> Active: yes, Autostart: yes"]

    def before(self, reach: Reach) -> Kept:
        """In `words` what holds of it: Active, Autostart."""
        now = _state(reach, self.name)
        return Kept(there=bool(now), words=tuple(key for key, value in now.items() if value == "yes"))

    def do(self, reach: Reach, before: Kept) -> None:
        now = _state(reach, self.name)
        if not now:
            raise SeraiError(
                Code.MISSING,
                f"libvirt does not answer, or knows no network {self.name}",
                hint="virsh -c qemu:///system net-list --all; its package is libvirt-daemon-config-network",
            )
        if now.get("Active") != "yes":
            must(reach, *VIRSH, "net-start", self.name)
        if now.get("Autostart") != "yes":
            must(reach, *VIRSH, "net-autostart", self.name)

    def read_back(self, reach: Reach) -> Seen:
        now = _state(reach, self.name)
        value = ", ".join(f"{key}: {each}" for key, each in now.items()) or "libvirt does not answer"
        done = now == {"Active": "yes", "Autostart": "yes"}
        return Seen(State.DONE if done else State.LOST, f"virsh net-info {self.name}", value)

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        """Guests that are on its bridge lose their network."""
        if "Active" in before.words or not (bridge := _bridge(reach, self.name)):
            return ""
        ports = [port for port in reach.names(f"/sys/class/net/{bridge}/brif") or () if port.startswith("vnet")]
        return f"{min(ports)}, a guest, is on the network {self.name}, which would be stopped" if ports else ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        now = _state(reach, self.name)
        if now.get("Active") == "yes" and "Active" not in before.words:
            must(reach, *VIRSH, "net-destroy", self.name)
        if now.get("Autostart") == "yes" and "Autostart" not in before.words:
            must(reach, *VIRSH, "net-autostart", "--disable", self.name)


def _info(reach: Reach, name: str) -> dict[str, str]:
    """What `virsh net-info` says; empty: there is no virsh, no libvirt that answers, or no such network."""
    if not reach.live or not reach.program("virsh"):
        return {}
    done = reach.run((*VIRSH, "net-info", name), timeout=30)
    pairs = [line.partition(":") for line in done.stdout.splitlines()] if done.ok else []
    return {key.strip(): value.strip() for key, _, value in pairs if value}


def _state(reach: Reach, name: str) -> dict[str, str]:
    info = _info(reach, name)
    return {key: info[key] for key in ("Active", "Autostart") if key in info}


def _bridge(reach: Reach, name: str) -> str:
    return _info(reach, name).get("Bridge", "")
