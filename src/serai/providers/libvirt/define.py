"""A machine's domain: its networks, reservations and seed brought up to date, its XML rendered and defined."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import msgspec

from serai.providers.card_address import card_address
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.libvirt import bases, gather, ledger, links, merge, networks, pools, record, volumes
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking, is_test
from serai.providers.libvirt.networks_xml import Host
from serai.providers.libvirt.record import NAMESPACE, PREFIX, Record
from serai.providers.libvirt.render.domain import domain as render
from serai.spec.guest import Guest
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.digest import sha256
from serai.util.files import write_atomic

UPLINK = "@uplink"
"""Key of the uplink among a record's addresses: no network of a project can be called so."""


def define(
    conn: Any, scope: Scope, state: Record, machine: Machine, materials: Materials, progress: Progress
) -> Any:
    """Define the domain for the spec given, and keep the record with it. What others changed in it stays.

    The machine is off. Its record is complete afterwards, in the file and in the domain's metadata.
    """
    state.domain = state.domain or gather.domain_name(conn, scope, machine.name)
    state.applied = machine
    state.user = materials.user
    state.console_log = gather.console_log(conn, scope, machine, state, materials)
    ensure_kernel(conn, scope, machine, materials, progress)
    write_seed(conn, scope, state, machine, materials)
    wanted = render(machine, gather.site_for(conn, scope, machine, state, materials))
    return put(conn, scope, state, wanted)


def put(conn: Any, scope: Scope, state: Record, wanted: str) -> Any:
    """Define `wanted`, laid over what the domain is now; validated against libvirt's schema."""
    libvirt = library()
    old = lookup(conn, state.uuid)
    xml = wanted
    if old is not None:
        now = old.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
        xml = merge.merged(now, ledger.defined(scope, state.name), wanted)
    with asking(f"{state.name}: libvirt refuses its domain", hint=f"serai render {state.name} shows it"):
        domain = conn.defineXMLFlags(xml, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
    machine = state.applied
    if machine is not None and not is_test(conn.getURI()):
        domain.setAutostart(int(machine.providers.libvirt.autostart))
    ledger.save(scope, state)
    write_atomic(ledger.directory_of(scope, state.name) / ledger.DEFINED, wanted, sync=False)
    return domain


def lookup(conn: Any, uuid: str) -> Any:
    """The domain, or None."""
    libvirt = library()
    try:
        return conn.lookupByUUIDString(uuid)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return None
        raise


def keep(conn: Any, scope: Scope, state: Record) -> None:
    """Write the record to its file and to the domain, which may run."""
    libvirt = library()
    ledger.save(scope, state)
    domain = lookup(conn, state.uuid)
    if domain is None:
        return
    element = ElementTree.Element("machine")
    element.text = record.encode(state)
    text = ElementTree.tostring(element, encoding="unicode")
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG
    if domain.isActive():
        flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
    with asking(f"{state.name}: its record cannot be kept with its domain"):
        domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, text, PREFIX, NAMESPACE, flags)


def join(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> dict[str, str]:
    """Make sure of the networks that it is on, and reserve its addresses there; network -> address.

    A static address needs no reservation where the seed gives it to the guest: each one makes libvirt write its
    firewall rules anew, which takes a second on a busy host.
    """
    uri = conn.getURI()
    _, spec = links.uplink_of(machine)
    addresses = dict(materials.addresses)
    uplink = None
    if links.uplink_kind(machine, uri) is UplinkType.NETWORK:
        uplink = networks.uplink(conn, spec.network_name)
    named: set[str] = set()
    seeded = materials.image is not None and materials.image.seed != "none"
    for nic in machine.networks:
        if nic.private and nic.private.network in materials.networks:
            name = nic.private.network
            networks.ensure(conn, scope, name, materials.networks[name], materials)
    cards = links.links_of(conn, scope, machine, materials.networks)
    if is_test(uri):
        return addresses  # the test driver has no DHCP to reserve anything with
    for position, card in enumerate(cards):
        entry = machine.networks[card.index] if card.index >= 0 else None
        if uplink is not None and position == 0:
            if address := networks.reserve(uplink, Host(mac=card.mac, name="", address="")):
                addresses[UPLINK] = address
        elif entry and entry.private and (own := card_address(entry.private, materials.addresses)):
            name = entry.private.network
            network = materials.networks[name]
            first = "" if name in named else machine.name  # libvirt knows a name once a network
            named.add(name)
            host = Host(mac=card.mac, name=first, address=own.partition("/")[0])
            there = networks.find(conn, card.source)
            if seeded:
                networks.tell_name(there, host, domain=network.domain)
            else:
                networks.reserve(there, host, domain=network.domain)
    return addresses


def ensure_kernel(conn: Any, scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """The image's kernel and initrd in the pool, where the emulator can read them."""
    image = materials.image
    if image is None or image.kernel is None:
        return
    pool = volumes.file_pool(conn, scope, machine, materials)
    bases.ensure(pool, image, bases.KERNEL, progress)
    if image.initrd:
        bases.ensure(pool, image, bases.INITRD, progress)


def write_seed(conn: Any, scope: Scope, state: Record, machine: Machine, materials: Materials) -> None:
    """The seed, when it says something new: names, keys and addresses."""
    image = materials.image
    if image is None or image.seed == "none":
        return
    from serai.guest import seed
    from serai.guest.keys import with_keys

    cards = links.links_of(conn, scope, machine, materials.networks)
    nics = [_seed_nic(card, machine, materials) for card in cards]
    told = with_keys(machine, scope.root)
    if state.set_up:
        told = msgspec.structs.replace(told, guest=Guest(users=told.guest.users))
    content = seed.files(told, materials, instance_id=state.instance_id, nics=nics, kind=image.seed)
    digest = sha256(repr(sorted(content.items())).encode()).hexdigest()
    if digest != state.seed_digest or volumes.current(state, volumes.SEED) is None:
        volumes.write_seed(conn, scope, state, machine, materials, seed.iso(content))
        state.seed_digest = digest


def further_cards(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> list[Any]:
    """What a seed would say of its interfaces beside the uplink."""
    cards = links.links_of(conn, scope, machine, materials.networks)
    further = [card for card in cards if card.index >= 0 and not machine.networks[card.index].uplink]
    return [_seed_nic(card, machine, materials) for card in further]


def _seed_nic(card: Any, machine: Machine, materials: Materials) -> Any:
    from serai.guest.seed import SeedNic

    nic = machine.networks[card.index] if card.index >= 0 else None
    address = gateway = ipv6 = None
    if nic and nic.private:
        ipv6 = nic.private.ipv6
        address = card_address(nic.private, materials.addresses) or None
    elif nic and nic.public:
        address, gateway = nic.public.address, nic.public.gateway
    return SeedNic(mac=card.mac, dhcp=address is None, address=address, mtu=card.mtu, gateway=gateway, ipv6=ipv6)


def used_pool_names(scope: Scope, machine: Machine) -> set[str]:
    """libvirt's names of the project's own pools that the machine may be in."""
    return {pools.own_name(scope, name) for name in volumes.used_pools(scope, machine)}
