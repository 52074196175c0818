"""What machines by xl refuse beside what Xen does: keys of libvirt's, files that must be on dom0."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers import own_files
from serai.providers.contract import Scope
from serai.providers.contradictions import once
from serai.providers.xen import cfg, place, render
from serai.providers.xen_check import check as of_xen
from serai.providers.xen_check import refuse
from serai.providers.xen_guest import has_firmware, host_of_uri, kind_of
from serai.spec.disk import Cache, Discard
from serai.spec.machine import Machine
from serai.spec.xen import Via, XenType
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
    if raw.via is Via.LIBVIRT:
        yield from _by_libvirt(machine)
    elif raw.uri:
        yield refuse(machine, "providers.xen.uri", "xl has none", "providers.xen.host")
    host = place.host_of(machine)
    if host:
        try:
            Destination(host)
        except SeraiError as error:
            key = "uri" if raw.via is Via.LIBVIRT else "host"
            yield refuse(machine, f"providers.xen.{key}", f"{host} names no host", error.hint, Code.INPUT)
    yield from _networks(machine)
    for name, disk in machine.disks.items():
        if host and disk.path and not disk.path.startswith("/"):
            why = f"{disk.path} would have to be on {host}"
            yield refuse(machine, f"disks.{name}.path", why, "a path that begins with /", Code.INPUT)
    if not host:
        yield from own_files.missing(machine, scope.root)
    for name, value in raw.config.items():
        key = f"providers.xen.config.{name}"
        if name in BY_SERAI:
            yield refuse(machine, key, "serai finds its machines by it", "the key of the spec", Code.INPUT)
            continue
        yield from _written(machine, key, value)
    if raw.cmdline:
        yield from _written(machine, "providers.xen.cmdline", raw.cmdline)


def _by_libvirt(machine: Machine) -> Iterator[SeraiError]:
    """What is lost on the way from our xl.cfg to a domain of libvirt's: no key is dropped in silence.

    Source: libvirt 9.0, src/libxl/xen_xl.c and xen_common.c, which read such files.
    """
    raw = machine.providers.xen
    if raw.host:
        why = "libvirt is found by its URI"
        yield refuse(machine, "providers.xen.host", why, f"uri: xen+ssh://{raw.host}/system", Code.INPUT)
    if raw.uri and host_of_uri(raw.uri) is None:
        why = f"{raw.uri} leads to no dom0 by SSH"
        yield refuse(machine, "providers.xen.uri", why, "xen:///system, or xen+ssh://root@dom0/system", Code.INPUT)
    kind = kind_of(machine, kernel=not has_firmware(machine))
    cards = [raw.vif, *raw.vifs.values()]
    nics = [nic.private or nic.public or nic.uplink for nic in machine.networks]
    lost = {
        "cpu.nested": machine.cpu.nested and kind is not XenType.HVM,
        "cpu.pin": isinstance(render.pins(machine), list),
        "providers.xen.cpus_soft": raw.cpus_soft,
        "providers.xen.cpupool": raw.cpupool,
        "providers.xen.weight": raw.weight is not None,
        "providers.xen.cap": raw.cap is not None,
        "providers.xen.pvshim": raw.pvshim,
        "providers.xen.timer_mode": raw.timer_mode,
        "providers.xen.nomigrate": raw.nomigrate,
        "providers.xen.on_watchdog": raw.on_watchdog,
        "providers.xen.pci_seize": raw.pci_seize,
        "providers.xen.pci_power_management": raw.pci_power_management,
        "providers.xen.config": raw.config,
        "providers.xen.vif.trusted": any(card.trusted is not None for card in cards),
        "providers.xen.vif.gatewaydev": any(card.gatewaydev for card in cards),
        "networks.mtu": any(nic and nic.mtu for nic in nics),
        "disks.cache": any(disk.cache in (Cache.NONE, Cache.DIRECTSYNC) for disk in machine.disks.values()),
        "disks.discard": any(disk.discard is Discard.IGNORE for disk in machine.disks.values()),
        "devices.usb": machine.devices.usb,
    }
    for key, there in lost.items():
        if there:
            yield refuse(machine, key, "libvirt does not read it from a file of xl's", "via: xl")


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
