"""What machines by xl refuse beside what Xen does: keys of libvirt's, files that must be on dom0."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers import own_files
from serai.providers.contract import Scope
from serai.providers.contradictions import once
from serai.providers.xen import cfg
from serai.providers.xen_check import check as of_xen
from serai.providers.xen_check import refuse
from serai.spec.machine import Machine
from serai.spec.xen import Via
from serai.util.destination import Destination
from serai.util.errors import Code, SeraiError

OF_LIBVIRT = "bridge:, a bridge of dom0's"
BY_SERAI = ("name", "uuid", "type", "disk", "vif")
"""Keys of xl.cfg by which serai finds its machines again."""


def check(machine: Machine, scope: Scope) -> list[SeraiError]:
    """Every refusal, one a key."""
    return once([*of_xen(machine), *_all(machine, scope)])


def _all(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    raw = machine.providers.xen
    if raw.host:
        try:
            Destination(raw.host)
        except SeraiError as error:
            yield refuse(machine, "providers.xen.host", f"{raw.host} names no host", error.hint, Code.INPUT)
    if raw.via is Via.LIBVIRT:
        why = "this version makes machines on Xen by xl alone, on this host or by providers.xen.host over SSH"
        yield refuse(machine, "providers.xen.via", why, "via: xl; serai render NAME --as libvirt shows the XML")
    if raw.uri:
        yield refuse(machine, "providers.xen.uri", "xl has none", "providers.xen.host")
    yield from _networks(machine)
    for name, disk in machine.disks.items():
        if raw.host and disk.path and not disk.path.startswith("/"):
            why = f"{disk.path} would have to be on {raw.host}"
            yield refuse(machine, f"disks.{name}.path", why, "a path that begins with /", Code.INPUT)
    if not raw.host:
        yield from own_files.missing(machine, scope.root)
    for name, value in raw.config.items():
        key = f"providers.xen.config.{name}"
        if name in BY_SERAI:
            yield refuse(machine, key, "serai finds its machines by it", "the key of the spec", Code.INPUT)
            continue
        yield from _written(machine, key, value)
    if raw.cmdline:
        yield from _written(machine, "providers.xen.cmdline", raw.cmdline)


def _written(machine: Machine, key: str, value: cfg.Value) -> Iterator[SeraiError]:
    """What a file of xl's cannot hold."""
    try:
        cfg.text({key: value})
    except SeraiError as error:
        yield SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint)


def _networks(machine: Machine) -> Iterator[SeraiError]:
    for index, nic in enumerate(machine.networks):
        key = f"networks[{index}]"
        if nic.private and nic.private.portgroup:
            yield refuse(machine, f"{key}.private.portgroup", "port groups are libvirt's", OF_LIBVIRT)
        if nic.public:
            if nic.public.network_name or nic.public.portgroup:
                name = "network_name" if nic.public.network_name else "portgroup"
                yield refuse(machine, f"{key}.public.{name}", "networks are libvirt's", OF_LIBVIRT)
            elif not nic.public.bridge:
                why = "none is stated"
                yield refuse(machine, f"{key}.public.bridge", why, "a bridge of dom0's (brctl show)", Code.INPUT)
    cards = sum(1 for nic in machine.networks if nic.private or nic.public) + 1
    for number in machine.providers.xen.vifs:
        if int(number) >= cards:
            why = f"it has {cards} card{'s' if cards > 1 else ''}, counted from 0"
            yield refuse(machine, f"providers.xen.vifs.{number}", why, "the uplink is 0", Code.INPUT)
