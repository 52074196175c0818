"""IOMMU groups, what shares them, SR-IOV, and VFIO that went missing (HW-2, HW-3, GPU-1, GPU-3, GPU-4)."""

from __future__ import annotations

import pytest

from lab.topologies import GROUPS, INTEL, SPLIT

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

CHECK = "serai host check --role gpu-passthrough --json"
GROUPS_OF_THE_KERNEL = """
for each in /sys/kernel/iommu_groups/*/devices/*; do
    place=${each%/devices/*}
    echo ${place##*/} ${each##*/}
done
"""
MAKE_FUNCTIONS = """
echo 0 >/sys/bus/pci/devices/0000:05:00.0/sriov_drivers_autoprobe
echo 2 >/sys/bus/pci/devices/0000:05:00.0/sriov_numvfs
"""
TAKE_MODULE = """
mount -o remount,rw / && mv /lib/modules/*/kernel/drivers/vfio/vfio_iommu_type1.ko /root/ && depmod
modprobe -r vfio_pci vfio_iommu_type1 2>/dev/null
"""
FORBID_MODULE = """
mv /root/vfio_iommu_type1.ko /lib/modules/*/kernel/drivers/vfio/ && depmod
echo 'install vfio_iommu_type1 /bin/false' >/etc/modprobe.d/no-vfio.conf
"""


@pytest.fixture(scope="module")
def host(ask):
    """One boot for all: what is changed in it is changed in the order of the parts."""
    parts = {
        "check": CHECK,
        "groups": GROUPS_OF_THE_KERNEL,
        "functions": f"{MAKE_FUNCTIONS}{CHECK}",
        "of the functions": GROUPS_OF_THE_KERNEL,
        "without module": f"{TAKE_MODULE}{CHECK}",
        "forbidden module": f"{FORBID_MODULE}{CHECK}",
    }
    return ask([*SPLIT, *INTEL, *GROUPS], parts)


def groups_of(host, part="groups"):
    found = {}
    for line in host.parts[part].split("\n"):
        if line:
            group, address = line.split()
            found.setdefault(group, set()).add(address)
    return found


def test_groups_are_there_without_any_argument(host):
    found = host.checks()["iommu.enabled"]

    assert (found["result"], found["value"]) == ("pass", f"{len(groups_of(host))} groups")


def test_a_card_behind_a_bridge_to_pci_shares_its_group_and_is_named(host):
    found = host.checks()["iommu.groups"]

    assert found["result"] == "warn"
    (shared,) = [group for group in groups_of(host).values() if "0000:06:02.0" in group]
    assert shared == {"0000:00:05.0", "0000:06:01.0", "0000:06:02.0"}
    assert found["value"] == "0000:06:01.0", "the bridge goes with the host, the other device does not"
    assert found["why"] == "0000:06:02.0 shares it"


def test_a_card_that_can_be_shared_by_sriov_is_found_and_its_functions_have_groups_of_their_own(host):
    before, after = host.checks()["sriov.functions"], host.checks("functions")["sriov.functions"]

    assert (before["result"], before["value"]) == ("note", "0 of 4")
    assert after["result"] == "pass"
    assert {"0000:05:00.1"} in groups_of(host, "of the functions").values()


def test_vfio_is_found(host):
    assert host.checks()["vfio.available"]["result"] == "pass"


def test_a_module_of_vfio_that_is_missing_is_named(host):
    found = host.checks("without module")["vfio.available"]

    assert (found["result"], found["value"]) == ("fail", "no vfio_iommu_type1")


def test_a_module_of_vfio_that_modprobe_may_not_load_is_named_with_the_file(host):
    found = host.checks("forbidden module")["vfio.available"]

    assert found["result"] == "fail"
    assert found["read"] == "/etc/modprobe.d/no-vfio.conf"
    assert "install vfio_iommu_type1 /bin/false" in found["value"]
