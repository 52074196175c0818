"""A machine like another one: what both have, and what only one of them can have."""

from __future__ import annotations

import msgspec

from serai.spec.likeness import OWN, fork_of, interfaces, like
from serai.spec.machine import Machine

WEB = msgspec.convert(
    {
        "name": "web",
        "image": "tiny",
        "hostname": "www",
        "aliases": ["site"],
        "memory": {"size": 1 << 30},
        "ssh": {"host_port": 2222},
        "warm": True,
        "keep": True,
        "networks": [
            {"forwarded_port": {"guest": 80, "host": 8080}},
            {"private": {"network": "back", "address": "10.40.0.9", "mac": "52:54:00:00:00:01"}},
            {"public": {"bridge": "br0"}},
        ],
        "provision": [{"shell": {"inline": "true"}}],
    },
    Machine,
)


def test_what_only_one_machine_can_have_is_left_out():
    found = like(WEB, "copy")

    assert (found.name, found.hostname, found.keep, found.ssh.host_port) == ("copy", None, False, None)
    port, private = found.networks
    assert port.forwarded_port is not None
    assert port.forwarded_port.auto_correct
    assert private.private is not None
    assert (private.private.network, private.private.address, private.private.mac) == ("back", None, None)
    assert found.memory == WEB.memory


def test_a_fork_is_its_parent_with_nothing_left_to_do():
    found = fork_of(WEB, "test")

    assert (found.fork, found.warm, found.aliases, found.provision) == ("web", False, [], [])
    assert found.image == "tiny"
    assert found.memory == msgspec.structs.replace(WEB.memory, balloon=False)


def test_a_fork_states_some_keys_itself():
    own = msgspec.convert({"name": "test", "hostname": "t.example", "keep": True, "image": "other"}, Machine)
    found = fork_of(WEB, "test", own, {"hostname", "keep"})

    assert (found.hostname, found.keep, found.image) == ("t.example", True, "tiny")
    assert "image" not in OWN


def test_interfaces_are_told_by_what_they_lead_to():
    assert interfaces(WEB) == ["private back", "public"]
    assert interfaces(msgspec.convert({"networks": [{"uplink": {}}]}, Machine)) == ["uplink auto"]
