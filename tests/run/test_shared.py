"""A network goes with the last machine on it, whoever made it."""

from __future__ import annotations

from serai.run.shared import leave
from serai.spec.machine import Machine, Project
from serai.spec.network import Network, NetworkMode, Nic, PrivateNic

ON = [Nic(private=PrivateNic(network="back"))]


def left(pretend, monkeypatch, networks, **machines):
    workspace = pretend()
    made = {name: Machine(name=name, provider=provider, networks=ON) for name, provider in machines.items()}
    workspace.project = Project(project="shop", machines=made, networks=networks)
    asked = []

    class Maker:
        def __init__(self, provider):
            self.provider = provider

        def leave_network(self, name, bridge):
            asked.append((self.provider, name, bridge))

    monkeypatch.setattr(workspace, "driver", Maker)
    leave(workspace)
    return asked


def test_the_maker_is_asked_to_take_it_away(pretend, monkeypatch):
    stated = {"back": Network(bridge="shop0")}

    assert left(pretend, monkeypatch, stated, box="lxc", vm="libvirt") == [("libvirt", "back", "shop0")]


def test_a_bridge_of_the_host_and_a_network_of_one_provider_are_nobodys_to_leave(pretend, monkeypatch):
    hosts = {"back": Network(bridge="br0", mode=NetworkMode.BRIDGE)}

    assert left(pretend, monkeypatch, hosts, box="lxc", vm="libvirt") == []
    assert left(pretend, monkeypatch, {}, box="lxc", db="lxc") == []
