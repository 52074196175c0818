"""What a spec asks of a host that has it not is said, with the way out; what the host has is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.contradictions import contradictions, once
from serai.providers.host_facts import HostFacts, HugePages
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

MIB, GIB = 1 << 20, 1 << 30
HOST = HostFacts(
    accel="kvm",
    online=frozenset(range(4)),
    nodes=frozenset({0}),
    hugepages=(HugePages(2 * MIB, 512, 256), HugePages(GIB, 0, 0)),
    default_hugepage=2 * MIB,
    vhost_net=True,
)
POOR = msgspec.structs.replace(
    HOST, root=False, memlock=8 * MIB, vhost_net=False, uses={"/dev/sdb": "mounted at /srv"}
)
SLOW = msgspec.structs.replace(HOST, accel="tcg", accel_note="guests run under TCG: there is no /dev/kvm")
CELLS = [{"cpus": "0", "memory": 256 * MIB}, {"cpus": "1", "memory": 768 * MIB}]


def found(host: HostFacts, spec: dict[str, Any]) -> list[SeraiError]:
    return contradictions(msgspec.convert({"name": "web", **spec}, Machine), host)


FINE: list[tuple[HostFacts, dict[str, Any]]] = [
    (SLOW, {}),
    (POOR, {}),
    (
        HOST,
        {"cpu": {"model": "host", "dedicated": True, "cache": "passthrough", "pin": {"cpus": "2"}}, "hyperv": {}},
    ),
    (SLOW, {"cpu": {"model": "maximum", "cache": "emulate"}}),
    (HOST, {"cpu": {"pin": {"scheduler": "fifo", "each": {"0": "0-3"}}}}),
    (POOR, {"cpu": {"pin": {"scheduler": "batch"}}}),
    (HOST, {"numa": {"host_nodes": "0"}}),
    (HOST, {"memory": {"size": 512 * MIB, "hugepages": {}}}),
    (HOST, {"memory": {"size": GIB, "hugepages": {"nodes": "0"}}, "numa": {"cells": CELLS}}),
    (HOST, {"memory": {"locked": True}, "devices": {"pci": [{"address": "01:00.0"}]}}),
    (HOST, {"networks": [{"uplink": {"vhost": True}}]}),
    (POOR, {"networks": [{"uplink": {"vhost": False}}], "disks": {"d": {"path": "/dev/sdc"}}}),
    (HostFacts(), {"cpu": {"model": "host", "pin": {"cpus": "99"}}, "memory": {"hugepages": {}}}),
]

REFUSED: list[tuple[HostFacts, dict[str, Any], str, str]] = [
    (SLOW, {"cpu": {"model": "host"}}, "cpu.model: host needs KVM", "there is no /dev/kvm"),
    (SLOW, {"cpu": {"model": "host-passthrough"}}, "cpu.model: host-passthrough needs KVM", "TCG"),
    (SLOW, {"hyperv": {}}, "hyperv: it is KVM's", "TCG"),
    (SLOW, {"gpu": {"hide_hypervisor": True}}, "gpu.hide_hypervisor: it is KVM's", "TCG"),
    (SLOW, {"cpu": {"dedicated": True}}, "cpu.dedicated: it is KVM's", "TCG"),
    (SLOW, {"cpu": {"cache": "passthrough"}}, "cpu.cache: it is KVM's", "TCG"),
    (POOR, {"cpu": {"pin": {"scheduler": "rr"}}}, "cpu.pin.scheduler", "only root"),
    (HOST, {"cpu": {"pin": {"cpus": "2-5"}}}, "cpu.pin.cpus", "CPUs 4-5 are not online"),
    (HOST, {"cpu": {"pin": {"emulator": "7"}}}, "cpu.pin.emulator", "CPU 7 is not online"),
    (HOST, {"cpu": {"pin": {"each": {"0": "0,9"}}}}, "cpu.pin.each.0", "CPU 9 is not online"),
    (HOST, {"cpu": {"pin": {"iothreads": {"1": "4"}}}}, "cpu.pin.iothreads.1", "CPU 4 is not online"),
    (HOST, {"numa": {"host_nodes": "0-1"}}, "numa.host_nodes", "NUMA node 1 is not there"),
    (
        HOST,
        {"numa": {"cells": [{"cpus": "0", "memory": 512 * MIB, "host_nodes": "2"}]}},
        "numa.cells[0].host_nodes",
        "NUMA node 2 is not there",
    ),
    (HOST, {"memory": {"hugepages": {"size": 16 * MIB}}}, "memory.hugepages", "no pages of 16MiB"),
    (
        HOST,
        {"memory": {"size": 4 * GIB, "hugepages": {"size": GIB}}},
        "memory.hugepages",
        "4 pages of 1GiB are needed, and the host has 0",
    ),
    (
        HOST,
        {"memory": {"size": GIB, "hugepages": {}}},
        "memory.hugepages",
        "512 pages of 2MiB are needed, and 256 of 512 are free",
    ),
    (
        HostFacts(hugepages=()),
        {"memory": {"hugepages": {}}},
        "memory.hugepages",
        "the host's kernel has no huge pages",
    ),
    (POOR, {"memory": {"locked": True}}, "memory.locked", "this user may lock 8MiB"),
    (POOR, {"devices": {"pci": [{"address": "01:00.0"}]}}, "devices.pci", "all 512MiB are locked"),
    (POOR, {"devices": {"mdev": [{"uuid": "c0ffee00-0000-4000-8000-000000000001"}]}}, "devices.mdev", "may lock"),
    (POOR, {"networks": [{"private": {"vhost": True}}]}, "networks[0].private.vhost", "no /dev/vhost-net"),
    (POOR, {"disks": {"d": {"path": "/dev/sdb"}}}, "disks.d.path", "/dev/sdb is in use: mounted at /srv"),
]


@pytest.mark.parametrize(("host", "spec"), FINE)
def test_what_the_host_has_is_not_refused(host: HostFacts, spec: dict[str, Any]) -> None:
    assert found(host, spec) == []


@pytest.mark.parametrize(("host", "spec", "key", "why"), REFUSED, ids=[each[2] for each in REFUSED])
def test_what_the_host_has_not_is_refused(host: HostFacts, spec: dict[str, Any], key: str, why: str) -> None:
    (problem,) = found(host, spec)

    assert problem.message.startswith(f"web: {key}")
    assert why in problem.message
    assert problem.hint


def test_pages_that_are_only_not_free_may_be_the_machine_s_own() -> None:
    (short,) = found(HOST, {"memory": {"size": GIB, "hugepages": {}}})
    (none,) = found(HOST, {"memory": {"size": 4 * GIB, "hugepages": {}}})

    assert (short.code, none.code) == (Code.BUSY, Code.REFUSED)
    assert short.hint.startswith("as root: serai host tune hugepages --for 1536MiB --page-size 2MiB")


def test_a_key_is_refused_once_by_who_knows_more() -> None:
    own = SeraiError(Code.UNSUPPORTED, "web: cpu.model: this libvirt has no host-passthrough", hint="auto")
    other = SeraiError(Code.UNSUPPORTED, "db: cpu.model: the same", hint="auto")

    assert once([own, *found(SLOW, {"cpu": {"model": "host"}}), other]) == [own, other]
