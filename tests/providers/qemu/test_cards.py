"""A card on a private network comes while the machine runs; what is not so simple waits for a restart."""

from __future__ import annotations

import msgspec
import pytest

from bare_metal import WEB, state, up
from monitor import Monitor, refusal
from serai.providers.contract import Effect, Materials, State, Verdict
from serai.providers.qemu import cards, gather, launch, leases
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import load, save
from serai.providers.qemu.render import nics
from serai.providers.qemu.site import Link, LinkKind
from serai.spec.machine import Machine
from serai.spec.network import Network, Nic, NicModel, PrivateNic, PublicNic, UplinkNic
from serai.util.errors import SeraiError

BACK, SIDE = Nic(private=PrivateNic(network="back")), Nic(private=PrivateNic(network="side"))
PUBLIC, UPLINK = Nic(public=PublicNic(bridge="br0")), Nic(uplink=UplinkNic(mtu=1400))
OLD_CARD = Nic(private=PrivateNic(network="side", model=NicModel.RTL8139))
MATERIALS = Materials(networks={"back": Network(subnet="10.40.0.0/24")}, addresses={"back": "10.40.0.10/24"})
LINK = Link(mac="52:54:00:00:00:01", kind=LinkKind.HUB, index=0, network="back", socket="back.sock")


def machine(*networks: Nic, **more: object) -> Machine:
    return Machine(name="web", networks=list(networks), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "effect", "why"),
    [
        ([], [BACK], Effect.LIVE, ""),
        ([UPLINK, BACK], [UPLINK, BACK, SIDE], Effect.LIVE, ""),
        ([BACK], [SIDE, BACK], Effect.RESTART, "the interfaces that it has"),
        ([BACK, SIDE], [BACK], Effect.RESTART, "the interfaces that it has"),
        ([BACK], [UPLINK, BACK, SIDE], Effect.RESTART, "the interfaces that it has"),
        ([BACK], [BACK, PUBLIC], Effect.RESTART, "only a private interface"),
        ([BACK], [BACK, SIDE, PUBLIC], Effect.RESTART, "only a private interface"),
        ([], [OLD_CARD], Effect.RESTART, "model rtl8139"),
    ],
)
def test_only_private_interfaces_behind_those_that_it_has_are_plugged(
    before: list[Nic], now: list[Nic], effect: Effect, why: str
) -> None:
    found = cards.verdict(machine(*now), machine(*before))

    assert found.effect is effect
    assert why in found.reason


def test_without_a_machine_to_compare_with_it_waits() -> None:
    assert cards.verdict(machine(BACK), None).effect is Effect.RESTART


def test_a_card_that_is_refused_takes_its_netdev_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nics, "reconnecting", lambda _: {})
    monitor = Monitor({"device_add": refusal("device_add", "no")})
    with pytest.raises(SeraiError):
        cards._plug(monitor, machine(BACK), 1, LINK, None, "port2")  # type: ignore[arg-type]

    assert monitor.asked("device_add")[0]["bus"] == "port2"
    assert monitor.asked("netdev_del") == [{"id": "net1"}]


def test_a_netdev_of_a_run_that_was_killed_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nics, "reconnecting", lambda _: {})
    monitor = Monitor({"netdev_add": refusal("netdev_add", "Duplicate ID 'net1' for netdev")})

    card = cards._plug(monitor, machine(BACK), 1, LINK, None, "port2")  # type: ignore[arg-type]

    assert monitor.asked("device_add") == [card]
    other = Monitor({"netdev_add": refusal("netdev_add", "no such file")})
    with pytest.raises(SeraiError, match="no such file"):
        cards._plug(other, machine(BACK), 1, LINK, None, "port2")  # type: ignore[arg-type]
    assert other.asked("device_add") == []


@pytest.mark.engine
def test_a_card_is_plugged_once_survives_a_suspend_and_leaves_its_network(qemu: Qemu) -> None:
    up(qemu)
    directory = qemu.directory("web")
    changed = msgspec.structs.replace(WEB, networks=[BACK])
    for _ in range(2):  # the second time there is nothing left to do
        qemu.apply(changed, {"networks.private": Verdict(Effect.LIVE)}, materials=MATERIALS)
    with launch.connect(directory, "web") as qmp:
        assert "nic1" in {each["name"] for each in qmp.execute("qom-list", {"path": cards.PARTS})}
    record = load(directory)
    assert record and record.hardware
    assert [part.option for part in record.hardware.plugged] == ["-netdev", "-device"]
    assert (record.addresses, record.applied) == (MATERIALS.addresses, changed)

    qemu.suspend("web", to_disk=True)
    assert not (qemu.scope.home / "networks/back").exists()
    qemu.resume("web")

    assert state(qemu) is State.RUNNING
    assert (qemu.scope.home / "networks/back").exists()
    assert "nic1" in (directory / "argv").read_text()
    qemu.stop("web", budget=5, force=True)
    assert not (qemu.scope.home / "networks/back").exists()


@pytest.mark.engine
def test_a_card_that_a_killed_run_did_not_write_down_is_written_down_by_the_next(qemu: Qemu) -> None:
    up(qemu)
    directory = qemu.directory("web")
    changed = msgspec.structs.replace(WEB, networks=[BACK])
    before = load(directory)
    assert before
    qemu.apply(changed, {"networks.private": Verdict(Effect.LIVE)}, materials=MATERIALS)
    after = load(directory)
    save(directory, before)

    qemu.apply(changed, {"networks.private": Verdict(Effect.LIVE)}, materials=MATERIALS)

    again = load(directory)
    assert after and again
    assert again.hardware == after.hardware
    qemu.stop("web", budget=5, force=True)


@pytest.mark.engine
def test_the_site_of_a_resumed_machine_has_the_card_among_what_was_plugged(qemu: Qemu) -> None:
    up(qemu)
    changed = msgspec.structs.replace(WEB, networks=[BACK])
    qemu.apply(changed, {"networks.private": Verdict(Effect.LIVE)}, materials=MATERIALS)
    record = load(qemu.directory("web"))
    assert record and record.hardware
    spec = record.hardware.machine
    site = gather.site_for(
        qemu.scope, spec, None, record.networks, forwards=(), place=qemu.directory("web"), saved=record.hardware
    )

    words = [word for _, word in nics.options(spec, site)]

    assert [word for word in words if "net1" in word] == []
    assert len(words) == 2  # the uplink's
    qemu.stop("web", budget=5, force=True)


@pytest.mark.engine
def test_its_network_tells_the_guest_the_address_as_soon_as_it_is_plugged(qemu: Qemu) -> None:
    up(qemu)
    changed = msgspec.structs.replace(WEB, networks=[BACK])

    qemu.apply(changed, {"networks.private": Verdict(Effect.LIVE)}, materials=MATERIALS)

    with launch.connect(qemu.scope.home / "networks/back", "back") as client:
        assert "dhcp-out-hub" in client.hmp("info network")
    found, _ = leases.reserved(qemu.scope, "back")
    assert list(found) == ["10.40.0.10"]
    qemu.stop("web", budget=5, force=True)
