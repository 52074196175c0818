"""NEST-6 and NEST-7: what a guest lacks of its host to run guests itself; no check of a peer is missing."""

from __future__ import annotations

import re
import subprocess

import pytest

from host_cases import Case, cases, named, source, write, wrong
from serai.host.checks.examine import ROWS, examine
from serai.host.checks.row import Outcome
from serai.host.facts.host import Facts


@pytest.mark.parametrize("case", cases("nested"), ids=named)
def test_a_guest_is_judged_against_its_host(case):
    assert wrong(case) == ""


def test_without_a_guest_they_do_not_apply(tmp_path):
    write(tmp_path, {})
    for ident in (each for each in ROWS if each.startswith("nest.")):
        assert examine(ROWS[ident], Facts(source(tmp_path, Case(outcome=Outcome.PASS)))).result == "not applicable"


PEER = {
    "hardware virtualization": "cpu.flags",
    "device /dev/kvm exists": "cpu.kvm-api",
    "device /dev/kvm is accessible": "kvm.access",
    "device /dev/vhost-net exists": "kvm.vhost-net",
    "device /dev/net/tun exists": "kvm.tun",
    "cgroup '(cpu|cpuacct|cpuset|memory|blkio)' controller support": "sys.controllers",
    "cgroup 'devices' controller support": "sys.cgroups",
    "device assignment IOMMU support": "iommu.acpi",
    "IOMMU is enabled by kernel": "iommu.enabled",
    "secure guest support": "kvm.secure-guests",
}
"""What virt-host-validate looks at -> the check that does; cgroup v2 gives devices without a controller."""


def test_all_that_virt_host_validate_looks_at_is_checked(need):
    need("virt-host-validate")
    told = subprocess.run(["virt-host-validate", "qemu"], capture_output=True, text=True, check=False).stdout
    looked_at = [
        line.split("Checking ")[1].split(" : ")[0].strip() for line in told.splitlines() if "Checking" in line
    ]
    assert looked_at
    for what in looked_at:
        name = re.sub("^(for|if) ", "", what)
        assert any(re.fullmatch(pattern, name) and ident in ROWS for pattern, ident in PEER.items()), name
