"""A machine that is where the file does not put it is found by its addresses alone."""

from __future__ import annotations

import pytest

from serai.plan.subnets import elsewhere
from serai.providers.contract import Observed, State
from serai.spec.machine import Machine
from serai.spec.network import Network, Nic, PrivateNic

WEB = Machine(name="web", networks=[Nic(private=PrivateNic(network="back"))])


def seen(*addresses: str, state: State = State.READY) -> Observed:
    return Observed(name="web", provider="docker", state=state, addresses=addresses)


@pytest.mark.parametrize(
    ("network", "observed", "told"),
    [
        (Network(subnet="10.40.0.0/24"), seen("172.17.0.2", "10.40.0.10"), False),
        (Network(subnet="10.40.0.0/24"), seen("172.17.0.2", "fd00::1", "10.41.0.10"), True),
        (Network(subnet="10.40.0.0/15"), seen("10.41.0.10"), False),
        (Network(subnet="10.40.0.0/24"), seen("10.41.0.10", state=State.STOPPED), False),
        (Network(subnet="10.40.0.0/24"), seen(), False),
        (Network(), seen("10.41.0.10"), False),
        (Network(subnet="10.40.0.0/24", external="corp"), seen("10.41.0.10"), False),
    ],
)
def test_a_machine_that_runs_in_another_subnet_is_told(network, observed, told):
    assert bool(elsewhere(WEB, {"back": network}, observed)) is told


def test_what_is_told_names_the_network_and_what_helps():
    said = elsewhere(WEB, {"back": Network(subnet="10.40.0.0/24")}, seen("10.41.0.10"))

    assert said == "networks.back.subnet: 10.40.0.0/24 in the file, and it is at 10.41.0.10 (serai plan)"
    assert elsewhere(Machine(name="web"), {}, seen("10.41.0.10")) == ""
