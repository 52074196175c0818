"""What other checkers find in a lab host serai finds, too: an IOMMU, KVM and tuned are there to be looked at."""

from __future__ import annotations

import sys

import msgspec
import pytest

from lab.compared import DEVICES, compared
from lab.image import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
peers = pytest.importorskip("peers", reason="only with the benchmarks beside the tests")

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]


@pytest.mark.lab_long
def test_nothing_that_other_checkers_find_in_a_host_of_the_lab_is_missing(host):
    found = msgspec.json.decode(compared(host(DEVICES), rounds=1), type=peers.Machine)

    assert found.silent == {}
    assert {line.peer for line in found.lines} == set(peers.PEERS)
    assert any("vm.swappiness" in line.text for line in found.lines if line.bad), "tuned's value was changed"
    assert [line.text for line in found.missed()] == []
