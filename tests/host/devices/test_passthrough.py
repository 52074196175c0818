"""Giving devices: what is refused and why, what is done, and that undo gives them back (GPU-4, GPU-6, PCI-1)."""

from __future__ import annotations

import pytest

from fake_pci import FakePci, Killed
from serai.host.apply import tune, undo
from serai.host.changes.change import State
from serai.host.changes.pci_binding import PciBinding
from serai.host.devices.inventory import inventory
from serai.host.devices.passthrough import plan
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.ledger import Ledger
from serai.util.errors import Code, SeraiError

CARD, SOUND, NIC, TWIN, PORT = "0000:01:00.0", "0000:01:00.1", "0000:02:00.0", "0000:03:00.0", "0000:00:01.0"
REFUSED = [
    (["08:01.0"], False, "0000:08:02.0 in group 5 is used by e1000", "passthrough 0000:08:01.0 0000:08:02.0"),
    (["08:01.0", "08:02.0"], False, "default route", "passthrough 0000:08:01.0 0000:08:02.0 --force"),
    (["00:10.0"], False, "it shows the host's console", "passthrough 0000:00:10.0 --force"),
    (["05:00"], True, "/srv is mounted from nvme0n1", "umount /srv"),
    (["81:00.0"], True, "2 virtual functions of it are made", "tune sriov=0000:81:00.0:0"),
    (["00:01.0"], True, "is a bridge", "devices 0000:00:01.0"),
]


@pytest.fixture
def host(tmp_path):
    """A card with sound, two network cards of one kind in groups of their own, a port."""
    found = FakePci(tmp_path, {"nouveau": ["10de:1b80"], "snd_hda_intel": ["10de:10f0"], "e1000e": ["8086:10d3"]})
    found.device(PORT, "8086:1901", "0604", group="1", driver="pcieport")
    found.device(CARD, "10de:1b80", "0300", group="1", driver="nouveau")
    found.device(SOUND, "10de:10f0", "0403", group="1", driver="snd_hda_intel")
    found.device(NIC, "8086:10d3", "0200", group="2", driver="e1000e")
    found.device(TWIN, "8086:10d3", "0200", group="3", driver="e1000e")
    return found


def planned(reach, *addresses, force=False):
    facts = Facts(Source(reach=reach))
    return plan(facts, inventory(facts), addresses, force)


def give(reach, *addresses, force=False):
    seen = []
    for each in planned(reach, *addresses, force=force):
        seen += tune(reach, each.id, "", each.changes, lambda line: None)
    return seen


def take_back(reach):
    for record in Ledger(reach).all():
        undo(reach, record, lambda line: None)


def files(root):
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and not path.is_symlink()}


@pytest.mark.parametrize(("addresses", "force", "why", "way"), REFUSED, ids=[each[2] for each in REFUSED])
def test_what_the_host_needs_is_refused_with_the_way_out(captured, addresses, force, why, way):
    facts = Facts(Source(captured("workstation")))
    with pytest.raises(SeraiError) as error:
        plan(facts, inventory(facts), addresses, force)

    assert error.value.code is Code.REFUSED
    assert why in error.value.message
    assert way in error.value.hint


@pytest.mark.parametrize("name", ["no-remapping", "iommu-off", "virtio-iommu"])
def test_a_platform_that_cannot_is_refused_even_with_force(captured, name):
    facts = Facts(Source(captured(name)))
    with pytest.raises(SeraiError) as error:
        plan(facts, inventory(facts), ["01:00.0"], True)

    assert error.value.code is Code.REFUSED


def test_a_device_that_is_not_there_is_said(host):
    with pytest.raises(SeraiError) as error:
        planned(host, "09:00")

    assert error.value.code is Code.INPUT


def test_a_card_goes_with_its_sound_and_comes_back_with_every_file_as_before(host):
    before = files(host.root)
    give(host, "01:00")

    assert [host.driver(each) for each in (CARD, SOUND, PORT)] == ["vfio-pci", "vfio-pci", "pcieport"]
    take_back(host)
    assert [host.driver(each) for each in (CARD, SOUND)] == ["nouveau", "snd_hda_intel"]
    assert {
        path: data
        for path, data in files(host.root).items()
        if "/vfio_pci" not in path and "/vfio-pci" not in path
    } == before


def test_of_two_cards_of_one_kind_the_one_that_is_named_goes(host):
    give(host, "03:00.0")

    assert (host.driver(NIC), host.driver(TWIN)) == ("e1000e", "vfio-pci")
    rule = next(host.root.glob("etc/udev/rules.d/*")).read_text()
    assert f'KERNEL=="{TWIN}"' in rule
    assert NIC not in rule


def test_it_can_be_given_twice(host):
    give(host, "03:00.0")

    assert all(change.holds(host) for each in planned(host, "03:00.0") for change in each.changes)


def test_a_card_that_a_program_has_open_waits_for_the_next_boot(host):
    (host.root / "sys/class/drm").mkdir(parents=True)
    (host.root / "sys/class/drm/card0").symlink_to(f"../../devices/pci0000:00/{CARD}/drm/card0")
    host.users = "/dev/dri/card0 Xorg (812)"
    (given,) = planned(host, "01:00.0")
    seen = give(host, "01:00.0")

    assert any("next reboot (nouveau cannot let go of it now" in note for note in given.notes)
    assert [each.state for each in seen][:2] == [State.PENDING, State.PENDING]
    assert host.driver(CARD) == "nouveau"


def test_the_card_of_the_console_is_given_by_force_at_the_next_boot(host):
    (host.root / f"sys/bus/pci/devices/{CARD}/boot_vga").write_text("1\n")
    with pytest.raises(SeraiError):
        planned(host, "01:00.0")
    (given,) = planned(host, "01:00.0", force=True)

    assert any("the host shows nothing there afterwards" in note for note in given.notes)
    assert [change.now for change in given.changes if isinstance(change, PciBinding)] == [False, False]


@pytest.mark.parametrize("left", range(0, 40, 2))
def test_killed_at_any_moment_the_next_run_ends_it_and_undo_gives_it_back(host, left):
    before = host.driver(CARD), host.override(CARD), host.driver(SOUND), host.override(SOUND)
    host.left = left
    try:
        give(host, "01:00.0")
    except Killed:
        host.left = -1
        give(host, "01:00.0")
    host.left = -1
    assert (host.driver(CARD), host.driver(SOUND)) == ("vfio-pci", "vfio-pci")
    take_back(host)
    assert (host.driver(CARD), host.override(CARD), host.driver(SOUND), host.override(SOUND)) == before
    assert not list(host.root.glob("etc/udev/rules.d/*"))
