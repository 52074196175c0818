"""A domain is what the spec wants, laid over what others changed; its record goes with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from serai.providers.contract import Image, Mark, Materials
from serai.providers.libvirt import define, ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.networks_xml import Host
from serai.providers.libvirt.observe import from_metadata
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import Network, Nic, PrivateNic, PublicNic, UplinkNic, UplinkType
from serai.spec.raw import LibvirtRaw, Raw, XmlEdit
from serai.util.errors import SeraiError
from serai.util.units import MIB

WEB = Machine(name="web", provider="libvirt", disks={"data": Disk(size=MIB)}, memory=Memory(size=64 * MIB))


def test_the_record_is_in_the_domain_as_in_the_file(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    pretended.mark("web", {"page": Mark(digest="abc", at=1.0)})
    domain = define.lookup(opened(uri), ledger.made(pretended.scope, "web").uuid)
    assert from_metadata(domain) == ledger.made(pretended.scope, "web")
    assert define.lookup(opened(uri), "00000000-0000-0000-0000-000000000000") is None


def test_what_others_added_survives_a_start(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    pretended.create(WEB, Materials())
    tree = ElementTree.fromstring(conn.lookupByName("shop_web").XMLDesc(0))
    ElementTree.SubElement(tree, "description").text = "mine"
    conn.defineXML(ElementTree.tostring(tree, encoding="unicode"))
    larger = msgspec.structs.replace(WEB, memory=Memory(size=128 * MIB))
    pretended.start(larger, Materials())
    now = ElementTree.fromstring(conn.lookupByName("shop_web").XMLDesc(0))
    assert now.findtext("description") == "mine"
    assert now.findtext("memory") == str(128 * 1024)
    assert ledger.made(pretended.scope, "web").applied == larger


def test_xml_that_libvirt_does_not_know_is_refused(pretended: Libvirt) -> None:
    wrong = msgspec.structs.replace(WEB, providers=Raw(libvirt=LibvirtRaw(xml=[XmlEdit(add="<nonsense/>")])))
    with pytest.raises(SeraiError, match="web: libvirt refuses its domain") as caught:
        pretended.create(wrong, Materials())
    assert caught.value.hint == "serai render web shows it"
    pretended.destroy("web")


def test_addresses_are_those_of_the_project_where_nothing_is_reserved(pretended: Libvirt, uri: str) -> None:
    machine = Machine(name="web", networks=[Nic(private=PrivateNic(network="back"))])
    materials = Materials(networks={"back": Network(subnet="10.40.3.0/24")}, addresses={"back": "10.40.3.10/24"})
    assert define.join(opened(uri), pretended.scope, machine, materials) == {"back": "10.40.3.10/24"}
    assert opened(uri).networkLookupByName("serai-t1-back").isActive()


def test_the_seed_says_each_cards_address(pretended: Libvirt, uri: str) -> None:
    from serai.providers.libvirt import links

    machine = Machine(
        name="web",
        networks=[
            Nic(private=PrivateNic(network="back")),
            Nic(public=PublicNic(bridge="br0", address="192.168.1.50/24", gateway="192.168.1.1")),
        ],
    )
    materials = Materials(networks={"back": Network()}, addresses={"back": "10.40.3.10/24"})
    cards = links.links_of(opened(uri), pretended.scope, machine, materials.networks)
    found = [define._seed_nic(card, machine, materials) for card in cards]
    assert [(nic.dhcp, nic.address, nic.gateway) for nic in found] == [
        (True, None, None),
        (False, "10.40.3.10/24", None),
        (False, "192.168.1.50/24", "192.168.1.1"),
    ]


@pytest.mark.parametrize(("seed", "by"), [("none", "reserve"), ("cloud-init", "tell_name")])
def test_each_card_on_a_network_has_an_address_and_the_first_the_name(
    pretended: Libvirt, uri: str, monkeypatch: pytest.MonkeyPatch, seed: str, by: str
) -> None:
    told: list[Host] = []

    def tell(network: Any, host: Host, *, domain: str | None = None) -> str:
        told.append(host)
        return ""

    monkeypatch.setattr(define, "is_test", lambda uri: False)
    monkeypatch.setattr(define.networks, by, tell)
    nics = [PrivateNic(network="back", address=f"10.40.3.{number}") for number in (20, 21)]
    machine = Machine(
        name="web", networks=[Nic(uplink=UplinkNic(type=UplinkType.NONE)), *(Nic(private=each) for each in nics)]
    )
    image = Image(reference="box", digest="sha256:00", disk=Path("/x"), seed=seed)
    materials = Materials(
        image=image, networks={"back": Network(subnet="10.40.3.0/24")}, addresses={"back": "10.40.3.20/24"}
    )

    define.join(opened(uri), pretended.scope, machine, materials)

    assert [(host.name, host.address) for host in told] == [("web", "10.40.3.20"), ("", "10.40.3.21")]
    cards = pretended.cards(machine, materials)
    assert [card.address for card in cards] == ["10.40.3.20/24", "10.40.3.21/24"]


def test_an_image_without_seed_gets_none(pretended: Libvirt, uri: str) -> None:
    image = Image(reference="box", digest="sha256:00", disk=Path("/x"), seed="none")
    state = ledger.Record(name="web", project="shop", project_id="t1", project_root="/", uri=uri)
    define.write_seed(opened(uri), pretended.scope, state, Machine(name="web"), Materials(image=image))
    assert state.volumes == ()
    define.ensure_kernel(opened(uri), pretended.scope, Machine(name="web"), Materials(image=image), lambda _: None)


def test_a_guest_without_a_seed_is_told_of_its_cards_beside_the_uplink(pretended: Libvirt) -> None:
    networks = [Nic(private=PrivateNic(network="back")), Nic(public=PublicNic(network_name="default"))]
    machine = Machine(name="web", provider="libvirt", networks=networks)
    materials = Materials(networks={"back": Network(subnet="10.40.3.0/24")}, addresses={"back": "10.40.3.10/24"})
    cards = pretended.cards(machine, materials)
    assert [(card.address, card.dhcp) for card in cards] == [("10.40.3.10/24", False), (None, True)]


def test_disks_that_are_no_files_here_cannot_be_packed(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    with pytest.raises(SeraiError, match="cannot be read as a file"):
        pretended.disk_paths("web")
