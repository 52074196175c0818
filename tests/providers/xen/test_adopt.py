"""Domains of xl's in serai's words: from what `xl list -l` says of them, as xl 4.17 writes it."""

from __future__ import annotations

import json

import pytest

from serai.providers.contract import Materials, State
from serai.providers.xen import adopt
from serai.providers.xen.check import check
from serai.providers.xen.dom0 import Dom0
from serai.providers.xen.inventory import foreign
from serai.providers.xen.render import text
from serai.spec.xen import AtEnd, XenType
from serai.util.errors import SeraiError
from xen_site import site_of

HVM = {
    "c_info": {"type": "hvm", "hap": "True", "name": "old", "uuid": "u-1", "pool_name": "Pool-0"},
    "b_info": {
        "max_vcpus": 4,
        "avail_vcpus": [0, 1],
        "vcpu_hard_affinity": [[2, 3], [4]],
        "max_memkb": 2097152,
        "target_memkb": 1048576,
        "sched_params": {"weight": 512, "cap": 50},
        "nested_hvm": "True",
        "type.hvm": {"bios": "ovmf"},
    },
    "disks": [
        {"pdev_path": "/srv/a.qcow2", "vdev": "xvda", "format": "qcow2", "readwrite": 1},
        {"pdev_path": "/dev/vg/b", "vdev": "xvdb", "format": "raw", "readwrite": 0},
        {"pdev_path": "", "vdev": "hdc", "format": "raw", "is_cdrom": 1, "readwrite": 0},
    ],
    "nics": [
        {
            "mac": "00:16:3e:00:00:01",
            "bridge": "xenbr0",
            "script": "/etc/xen/scripts/vif-bridge",
            "nictype": "vif",
        },
        {"mac": "00:16:3e:00:00:02", "bridge": "br9", "model": "e1000", "nictype": "vif_ioemu", "ip": "10.0.0.2"},
    ],
    "vfbs": [{"devid": 0}],
    "on_crash": "coredump_destroy",
}
PV = {
    "c_info": {"type": "pv", "name": "p", "uuid": "u-2"},
    "b_info": {"max_vcpus": 1, "max_memkb": 262144, "bootloader": "pygrub", "type.pv": {"kernel": "/var/run/x"}},
    "nics": [],
}


def test_a_domain_is_a_machine() -> None:
    machine, kept = adopt.machine_of(HVM, "web", "dom0")
    raw = machine.providers.xen

    assert (machine.cpu.count, machine.cpu.max, machine.cpu.nested) == (2, 4, True)
    assert machine.cpu.pin.each == {"0": "2-3", "1": "4"}
    assert (machine.memory.size, machine.memory.max) == (1 << 30, 2 << 30)
    assert machine.firmware == "uefi"
    assert [(name, disk.path, disk.readonly) for name, disk in machine.disks.items()] == [
        ("root", "/srv/a.qcow2", False),
        ("xvdb", "/dev/vg/b", True),
        ("hdc", None, False),
    ]
    assert (raw.type, raw.weight, raw.cap, raw.on_crash, raw.host) == (
        XenType.HVM, 512, 50, AtEnd.COREDUMP_DESTROY, "dom0",
    )  # fmt: skip
    assert raw.vifs["1"].ip == "10.0.0.2"
    assert kept == ("vfb: 1 of them",)


def test_what_pygrub_found_is_no_choice_of_anybodys() -> None:
    machine, _ = adopt.machine_of(PV, "web")

    assert (machine.providers.xen.bootloader, machine.providers.xen.kernel) == ("pygrub", None)
    assert machine.networks[0].uplink is not None


@pytest.mark.parametrize("config", [HVM, PV])
def test_what_is_described_can_be_written_for_xl_again(config) -> None:
    machine, _ = adopt.machine_of(config, "web")

    assert f'type = "{config["c_info"]["type"]}"' in text(machine, site_of(machine))


@pytest.mark.root
@pytest.mark.engine
def test_a_domain_of_libvirts_that_is_off_is_taken_over_and_started_by_libvirt(
    both_inventories, here, driver
) -> None:
    machine, _ = driver.take("off", "web")
    assert (machine.providers.xen.via, machine.providers.xen.uri) == ("libvirt", "xen:///system")
    assert driver.observe()["web"].state is State.STOPPED
    assert foreign("") == [("other", "xl on this host")]
    driver.start(machine, Materials())
    assert driver.observe()["web"].state is State.RUNNING
    assert "virsh start --paused off" in here.calls()
    driver.destroy("web")
    assert here.domains() == ["other"]
    assert json.loads((here.state / "defined.json").read_text()) == {}


def test_what_libvirt_does_not_read_of_a_file_is_left_out_and_named(scope) -> None:
    machine, lost = adopt._by_libvirt(adopt.machine_of(HVM, "web")[0], "root@dom0")

    assert lost == ("providers.xen.weight: 512", "providers.xen.cap: 50", "cpu.pin: 2-3, 4, all, all")
    assert machine.providers.xen.uri == "xen+ssh://root@dom0/system"
    assert check(machine, scope) == []


@pytest.mark.root
@pytest.mark.engine
def test_a_domain_of_somebody_elses_is_taken_over_and_left_alone(here, driver, root, scope) -> None:
    config = root / "other.cfg"
    config.write_text(
        'name = "other"\nuuid = "11111111-2222-3333-4444-555555555555"\nmemory = 64\nvcpus = 1\ntype = "pv"\n'
    )
    Dom0("").run(f"xl create {config} && xl unpause other")
    assert foreign("") == [("other", "xl on this host")]

    machine, _ = driver.take("other", "web")
    assert machine.memory.size == 64 << 20
    assert driver.observe()["web"].state is State.RUNNING
    assert foreign("") == []
    with pytest.raises(SeraiError, match="has no domain 'none'"):
        driver.take("none", "db")
    driver.destroy("web")
    assert here.domains() == []
