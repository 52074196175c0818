"""A machine's Site: disks, cards and devices as its dom0 has them."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import Image, Materials
from serai.providers.xen import gather
from serai.spec.network import Network
from xen_site import loaded

IMAGE = Image(reference="tiny", digest="sha256:" + "ab" * 32, disk=Path("/store/d"), kernel=Path("/store/k"))


def test_an_images_files_are_the_stores_own_here_and_pushed_ones_elsewhere() -> None:
    here, far = loaded(""), loaded("providers: {xen: {host: dom0}}")

    assert gather.image_part(here, IMAGE, gather.KERNEL) == "/store/k"
    assert gather.image_part(far, IMAGE, gather.KERNEL) == "/var/lib/serai/xen/images/abababababababab/kernel"
    assert gather.image_part(far, IMAGE, gather.DISK).endswith("/disk.qcow2")
    assert gather.image_part(far, IMAGE, gather.INITRD) == ""


def test_the_root_disk_is_the_first_and_need_not_be_stated() -> None:
    machine = loaded("disks: {data: 1GiB, root: 8GiB}")

    assert list(gather.specs(machine, IMAGE)) == ["root", "data"]
    assert list(gather.specs(loaded(""), IMAGE)) == ["root"]
    assert list(gather.specs(loaded("disks: {data: 1GiB}"), None)) == ["data"]


def test_cards_are_counted_and_joined_to_their_bridges(scope) -> None:
    machine = loaded("networks: [{private: {network: back}}, {public: {bridge: br9}}]")
    cards = gather.cards(scope, machine, {"back": Network(mtu=1400)})

    assert [card.bridge for card in cards] == ["xenbr0", gather.bridge_of(scope, "back", Network()), "br9"]
    assert [card.index for card in cards] == [-1, 0, 1]
    assert cards[1].mtu == 1400
    assert len({card.mac for card in cards}) == 3
    assert gather.cards(scope, loaded("networks: [{uplink: none}]"), {}) == ()


def test_the_seed_tells_of_addresses_that_are_known(scope) -> None:
    machine = loaded(
        "networks: [{private: {network: back}}, {public: {bridge: br9, address: 10.0.0.2/24, gateway: 10.0.0.1}}]"
    )
    materials = Materials(networks={"back": Network()}, addresses={"back": "10.40.0.10/24"})

    up, back, public = gather.seed_cards(scope, machine, materials)
    assert (up.dhcp, back.address, public.address, public.gateway) == (
        True,
        "10.40.0.10/24",
        "10.0.0.2/24",
        "10.0.0.1",
    )


def test_two_cards_on_a_network_have_an_address_each(scope) -> None:
    two = ", ".join(f"{{private: {{network: back, address: 10.40.0.{number}}}}}" for number in (20, 21))
    materials = Materials(networks={"back": Network()}, addresses={"back": "10.40.0.20/24"})

    _, *cards = gather.seed_cards(scope, loaded(f"networks: [{two}]"), materials)

    assert [card.address for card in cards] == ["10.40.0.20/24", "10.40.0.21/24"]


def test_all_functions_of_a_slot_go_along() -> None:
    machine = loaded('devices: {pci: ["01:00", {address: "0000:02:00.0", all_functions: false}]}')
    there = {"0000:01:00": ("0000:01:00.0", "0000:01:00.1"), "0000:02:00": ("0000:02:00.0", "0000:02:00.1")}

    assert gather.slots(machine) == ["0000:01:00", "0000:02:00"]
    assert gather.functions(machine, there) == {
        "01:00": ("0000:01:00.0", "0000:01:00.1"),
        "0000:02:00.0": ("0000:02:00.0",),
    }
