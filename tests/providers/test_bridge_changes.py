"""A network whose bridge is there otherwise than the file states it now."""

from __future__ import annotations

import pytest

from serai.providers.bridge_changes import changes
from serai.providers.contract import Effect
from serai.spec.machine import Machine
from serai.spec.network import Network, NetworkMode, Nic, PrivateNic

WEB = Machine(name="web", networks=[Nic(private=PrivateNic(network="back"))])
HAD = {"back": Network(subnet="10.40.0.0/24", mtu=1400)}


@pytest.mark.parametrize(
    ("network", "keys"),
    [
        (Network(subnet="10.40.0.0/24", mtu=1400), []),
        (Network(mtu=1400), []),  # the subnet was chosen by serai
        (Network(subnet="10.41.0.0/24", mtu=1400), ["subnet"]),
        (Network(subnet="10.40.0.0/24"), ["mtu"]),  # it has left the file
        (Network(mtu=1400, mode=NetworkMode.NAT), ["mode"] if Network().mode is not NetworkMode.NAT else []),
        (Network(external="br0", mtu=1300), []),
    ],
)
def test_each_key_that_differs_is_named(network, keys):
    assert [each.key for each in changes({"back": network}, [(WEB, HAD)])] == keys


def test_it_is_told_who_is_on_it_and_what_helps():
    db = Machine(name="db", networks=WEB.networks)
    (change,) = changes({"back": Network(mtu=1300)}, [(WEB, HAD), (db, HAD)])

    assert change.verdict.effect is Effect.IMMUTABLE
    assert "serai halt web db" in change.verdict.reason
    assert (change.old, change.new) == (1400, 1300)


def test_a_network_that_nobody_is_on_is_made_as_the_file_states_it():
    assert changes({"back": Network(mtu=1300)}, []) == []
    assert changes({"back": Network(mtu=1300)}, [(Machine(name="web"), HAD)]) == []
