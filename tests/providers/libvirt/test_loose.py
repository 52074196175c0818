"""A tap without a bridge is an interface that leads nowhere; it is told by the network's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from libvirt_shop import Shop, virsh
from serai.providers.libvirt.loose import cut_off, loose
from serai.providers.libvirt.record import Record
from serai.spec.machine import Machine
from serai.spec.network import Nic, PrivateNic, PublicNic


def tap(root: Path, name: str, address: str, *, bridge: bool) -> None:
    directory = root / "sys/class/net" / name
    directory.mkdir(parents=True)
    (directory / "address").write_text(f"{address}\n")
    if bridge:
        (directory / "master").mkdir()


def record(*nics: Nic, macs: tuple[str, ...], uplink: str = "") -> Record:
    machine = Machine(name="web", networks=list(nics))
    fixed = {"name": "web", "project": "shop", "project_id": "1", "project_root": "/", "uri": ""}
    return Record(**fixed, applied=machine, macs=macs, uplink=uplink)


BACK = Nic(private=PrivateNic(network="back"))


def test_only_taps_of_libvirts_that_no_bridge_has_are_loose(tmp_path: Path) -> None:
    tap(tmp_path, "vnet0", "fe:54:00:00:00:01", bridge=True)
    tap(tmp_path, "vnet1", "fe:54:00:00:00:02", bridge=False)
    tap(tmp_path, "eth0", "52:54:00:00:00:03", bridge=False)
    assert loose(tmp_path) == {"54:00:00:00:02"}
    assert loose(tmp_path / "nothing") == frozenset()


def test_the_network_is_named_and_the_uplink_comes_first() -> None:
    seen = record(BACK, macs=("52:54:00:00:00:01", "52:54:00:00:00:0A"), uplink="default")
    gone = "destroyed under it: its interface leads nowhere"
    assert cut_off(seen, frozenset({"54:00:00:00:0a"})) == f"network back was {gone}"
    assert cut_off(seen, frozenset({"54:00:00:00:01"})) == f"network default was {gone}"
    both = frozenset({"54:00:00:00:01", "54:00:00:00:0a"})
    assert cut_off(seen, both) == f"networks default and back were {gone}"


def test_a_bridge_is_named_where_there_is_no_uplink() -> None:
    seen = record(Nic(public=PublicNic(bridge="br0")), macs=("52:54:00:00:00:01",))
    assert cut_off(seen, frozenset({"54:00:00:00:01"})).startswith("network br0 was destroyed")


def test_interfaces_of_others_say_nothing_of_ours() -> None:
    assert cut_off(record(BACK, macs=("52:54:00:00:00:01",)), frozenset({"54:00:00:00:99"})) == ""
    assert cut_off(record(BACK, macs=("52:54:00:00:00:01",)), frozenset()) == ""


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_network_destroyed_under_a_machine_is_seen_and_a_reload_joins_it_again(
    libvirt_shop: Shop,
) -> None:
    libvirt_shop.file("networks: {back: {}}\nmachines:\n  web: {networks: [{private: back}]}\n")
    libvirt_shop("up")
    assert "destroyed" not in libvirt_shop("status").stdout
    (network,) = [name for name in virsh("net-list", "--name").split() if name.endswith("-back")]
    virsh("net-destroy", network)
    assert "network back was destroyed under it" in libvirt_shop("status").stdout
    planned = libvirt_shop("plan", code=2).stdout
    assert "networks" in planned
    assert "restart" in planned
    virsh("net-start", network)  # there again, and the machine is still not on it
    assert "network back was destroyed under it" in libvirt_shop("status").stdout
    libvirt_shop("reload")
    assert "destroyed" not in libvirt_shop("status").stdout
    assert "nothing to do" in libvirt_shop("plan").stdout
