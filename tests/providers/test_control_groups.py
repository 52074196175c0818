"""Which control groups a host has, and what a container is limited to in their words."""

from __future__ import annotations

from serai.providers import control_groups
from serai.spec.container import Container
from serai.spec.cpu import Cpu
from serai.spec.machine import Machine


def test_both_versions_of_control_groups_are_told_apart(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("io pids\n")
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "tmpfs /x tmpfs rw 0 0\ncgroup /c/cpu cgroup rw,relatime,cpu 0 0\ncgroup /c/s cgroup rw,name=systemd 0 0\n"
        f"cgroup2 {tmp_path} cgroup2 rw 0 0\ncgroup2 /nowhere cgroup2 rw 0 0\nshort\n"
    )

    assert control_groups.cgroups(str(mounts)) == {"cpu": 1, "io": 2, "pids": 2, "devices": 2}


def test_a_host_of_version_2_alone_limits_by_it(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids rdma misc\n")
    mounts = tmp_path / "mounts"
    mounts.write_text(f"cgroup2 {tmp_path} cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0\n")

    seen = control_groups.cgroups(str(mounts))

    assert {seen[name] for name in ("cpuset", "cpu", "memory", "pids", "devices")} == {2}
    box = Container(memory=1 << 26, memory_swap=1 << 27, cpus=1.5, cpu_shares=1024, pids=9, cpuset="0")
    assert control_groups.limits(Machine(name="web", container=box), seen) == {
        "memory.max": str(1 << 26),
        "memory.swap.max": str(1 << 26),
        "cpu.max": "150000 100000",
        "cpu.weight": "39",
        "cpuset.cpus": "0",
        "pids.max": "9",
    }


def test_without_a_word_there_is_no_limit():
    assert control_groups.limits(Machine(name="web"), {"memory": 1, "cpu": 1}) == {}


def test_the_containers_own_limits_count_over_the_machines():
    machine = Machine(name="web", cpu=Cpu(count=4), container=Container(cpus=0.5, memory=1 << 20))

    assert control_groups.cpu_limit(machine) == 0.5
    assert control_groups.memory_limit(machine) == 1 << 20
    assert control_groups.cpu_limit(Machine(name="web", cpu=Cpu(count=4))) == 4.0
