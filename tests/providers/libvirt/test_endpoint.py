"""The way into a machine."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.contract import Forward, Materials, SshEndpoint, State
from serai.providers.libvirt import ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.define import UPLINK
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.endpoint import asked, jump, place
from serai.providers.libvirt.record import Record
from serai.spec.disk import Disk
from serai.spec.guest import Ssh
from serai.spec.machine import Machine
from serai.spec.network import Nic, PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError
from serai.util.units import MIB

WEB = Machine(
    name="web", provider="libvirt", disks={"data": Disk(size=MIB)}, ssh=Ssh(options={"Compression": "yes"})
)


def record(uri: str = "qemu:///system", **more: Any) -> Record:
    return Record(name="web", project="shop", project_id="t1", project_root="/", uri=uri, **more)


def test_a_machine_on_a_network_is_reached_at_its_uplinks_address() -> None:
    state = record(addresses={"back": "10.40.0.10/24", UPLINK: "192.168.122.5/24"})
    assert place(state, WEB, None) == ("192.168.122.5", 22)
    assert place(record(addresses={"back": "10.40.0.10/24"}), WEB, None) == ("10.40.0.10", 22)


def test_one_with_user_networking_at_its_forwarded_port() -> None:
    user = Machine(networks=[Nic(uplink=UplinkNic(type=UplinkType.USER))])
    state = record(forwards=(Forward(guest=22, host=2205, id="ssh"),))
    assert place(state, user, None) == ("127.0.0.1", 2205)


def test_one_on_the_hosts_network_at_the_address_it_states() -> None:
    bridged = Machine(
        networks=[
            Nic(uplink=UplinkNic(type=UplinkType.NONE)),
            Nic(public=PublicNic(bridge="br0", address="192.168.1.50/24")),
        ]
    )
    assert place(record(), bridged, None) == ("192.168.1.50", 22)


class Guest:
    """A domain whose agent knows an address, and a network that leased another."""

    def __init__(self, leases: list[dict[str, str]], *said: str) -> None:
        self.leased = leases
        self.said = said or ("192.168.1.77",)

    def connect(self) -> Guest:
        return self

    def listAllNetworks(self, _flags: int) -> list[Guest]:
        return [self]

    def DHCPLeases(self) -> list[dict[str, str]]:
        return self.leased

    def interfaceAddresses(self, source: int) -> dict[str, Any]:
        addresses = [{"type": 1, "addr": "fe80::1"}, *({"type": 0, "addr": each} for each in self.said)]
        return {"eth0": {"hwaddr": "52:54:00:00:00:0A", "addrs": addresses}} if source == 1 else {}

    def networkLookupByName(self, _name: str) -> Guest:
        return self


def test_an_address_that_the_server_gave_counts_more_than_the_one_that_was_reserved() -> None:
    state = record(addresses={UPLINK: "192.168.122.5/24"}, macs=("52:54:00:00:00:0a",), uplink="default")
    other = Guest([{"mac": "52:54:00:00:00:0a", "ipaddr": "192.168.122.215"}])
    assert place(state, WEB, other) == ("192.168.122.215", 22)
    both = Guest([{"mac": "52:54:00:00:00:0a", "ipaddr": each} for each in ("192.168.122.215", "192.168.122.5")])
    assert place(state, WEB, both) == ("192.168.122.5", 22)
    assert place(state, WEB, Guest([])) == ("192.168.122.5", 22)


def test_an_address_that_nobody_stated_is_asked_for() -> None:
    macs = ("52:54:00:00:00:0a",)
    assert asked(Guest([{"mac": "52:54:00:00:00:0A", "ipaddr": "192.168.122.9"}]), macs) == "192.168.122.9"
    assert asked(Guest([]), macs) == "192.168.1.77"
    assert asked(Guest([]), ("52:54:00:00:00:0b",)) == ""
    with pytest.raises(SeraiError, match="web: it has no address yet") as caught:
        place(record(), Machine(), Guest([]))
    assert "qemu-guest-agent" in caught.value.hint


def test_what_an_agent_calls_an_address_must_be_one() -> None:
    macs = ("52:54:00:00:00:0a",)
    said = ("-oProxyCommand=touch x", "10.0.0.1\n  ProxyCommand touch x", "localhost", "", "10.0.0.7")
    assert asked(Guest([], *said), macs) == "10.0.0.7"
    assert asked(Guest([], *said[:-1]), macs) == ""


def test_another_host_is_gone_through_as_libvirt_does() -> None:
    assert jump("qemu:///system") == {}
    plain = jump("qemu+ssh://root@far/system")["ProxyCommand"]
    assert plain == "ssh -o BatchMode=yes -l root -W '[%h]:%p' far"
    said = jump("qemu+ssh://far:2222/system?keyfile=/k&no_verify=1")["ProxyCommand"]
    assert "-p 2222" in said
    assert "-i /k" in said
    assert "StrictHostKeyChecking=no" in said
    assert "-p 16514" not in jump("qemu+tls://far:16514/system")["ProxyCommand"]


def test_what_is_off_has_no_way_in(pretended: Libvirt) -> None:
    with pytest.raises(SeraiError, match="web does not exist: there is no way in"):
        pretended.endpoint("web")
    pretended.create(WEB, Materials())
    with pytest.raises(SeraiError, match="web is off: there is no way in") as caught:
        pretended.endpoint("web")
    assert caught.value.code is Code.FAILED


def test_its_host_keys_leave_with_it(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials(user="admin"))
    pretended.start(WEB, Materials(user="admin"))
    with ledger.editing(pretended.scope, "web") as state:
        state.addresses = {UPLINK: "192.168.122.5/24"}
    way = pretended.endpoint("web")
    assert isinstance(way, SshEndpoint)
    assert (way.host, way.port, way.user) == ("192.168.122.5", 22, "admin")
    assert way.key == pretended.scope.home / "ssh" / "id_ed25519"
    assert str(pretended.directory("web")) in way.options["UserKnownHostsFile"]
    assert way.options["Compression"] == "yes"


def test_a_life_that_somebody_else_began_is_noted_on_the_way_in(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    with ledger.editing(pretended.scope, "web") as state:
        state.addresses = {UPLINK: "192.168.122.5/24"}
    state = ledger.made(pretended.scope, "web")
    conn = opened(uri)
    conn.lookupByUUIDString(state.uuid).destroy()
    conn.lookupByUUIDString(state.uuid).create()
    pretended.endpoint("web")
    pretended.mark("web", {}, ready=True)
    assert ledger.made(pretended.scope, "web").life == conn.lookupByUUIDString(state.uuid).ID() != state.life
    assert pretended.observe(["web"])["web"].state is State.READY
