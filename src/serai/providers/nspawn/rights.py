"""Capabilities: their names, which a set has not, and what a container is given and refused. Pure."""

from __future__ import annotations

from serai.providers.nspawn.site import Site
from serai.spec.container import Container

CAPABILITIES = (
    *("chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"),
    *("linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner"),
    *("sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice"),
    *("sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap"),
    *("mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf"),
    "checkpoint_restore",
)
"""By their numbers. Source: linux/capability.h."""


def missing(bits: int) -> list[str]:
    """The capabilities that are not in a set."""
    return [name for number, name in enumerate(CAPABILITIES) if not bits >> number & 1]


def added(box: Container, site: Site) -> list[str]:
    """Beside what systemd-nspawn leaves to every container: who has a network of its own may set it up."""
    if box.privileged:
        return ["all"]
    own = ["CAP_NET_ADMIN"] if site.has_namespace and not _drops_all(box) else []
    found = [*own, *(_name(word) for word in box.cap_add)]
    return ["all"] if "all" in found else list(dict.fromkeys(found))


def dropped(box: Container, site: Site) -> list[str]:
    """What it has not; of `ALL`, those that are added are left out: what is dropped counts over what is added."""
    if box.privileged:
        return []
    wanted = {_name(word) for word in box.cap_add}
    if _drops_all(box):
        return [name for each in CAPABILITIES if (name := _name(each)) not in wanted]
    found = [_name(word) for word in box.cap_drop]
    if not site.by_systemd and site.cgroups.get("devices") != 1 and not wanted & {"CAP_MKNOD", "all"}:
        found.append("CAP_MKNOD")  # nobody would hold it back from devices that it makes itself
    return list(dict.fromkeys(found))


def _drops_all(box: Container) -> bool:
    return any(_name(word) == "all" for word in box.cap_drop)


def _name(word: str) -> str:
    """`NET_ADMIN`, `cap_net_admin` -> CAP_NET_ADMIN; `ALL` -> all."""
    plain = word.upper().removeprefix("CAP_")
    return "all" if plain == "ALL" else f"CAP_{plain}"
