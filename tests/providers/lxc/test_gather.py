"""What of the host a configuration is made of."""

from __future__ import annotations

import pytest

from serai.providers.lxc import gather, render
from serai.spec.container import Container
from serai.spec.container_parts import IdMap
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def test_both_versions_of_control_groups_are_told_apart(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("io pids\n")
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "tmpfs /x tmpfs rw 0 0\ncgroup /c/cpu cgroup rw,relatime,cpu 0 0\ncgroup /c/s cgroup rw,name=systemd 0 0\n"
        f"cgroup2 {tmp_path} cgroup2 rw 0 0\ncgroup2 /nowhere cgroup2 rw 0 0\nshort\n"
    )

    assert gather.cgroups(str(mounts)) == {"cpu": 1, "io": 2, "pids": 2, "devices": 2}


def test_a_host_of_version_2_alone_limits_by_it(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids rdma misc\n")
    mounts = tmp_path / "mounts"
    mounts.write_text(f"cgroup2 {tmp_path} cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0\n")

    seen = gather.cgroups(str(mounts))

    assert {seen[name] for name in ("cpuset", "cpu", "memory", "pids", "devices")} == {2}
    box = Container(memory=1 << 26, memory_swap=1 << 27, cpus=1.5, cpu_shares=1024, pids=9, cpuset="0")
    assert render.limits(Machine(name="web", container=box), seen) == {
        "memory.max": str(1 << 26),
        "memory.swap.max": str(1 << 26),
        "cpu.max": "150000 100000",
        "cpu.weight": "39",
        "cpuset.cpus": "0",
        "pids.max": "9",
    }


@pytest.mark.parametrize(("text", "there"), [("Y\n", True), ("N\n", False), (None, False)])
def test_apparmor_is_there_where_the_kernel_says_so(tmp_path, monkeypatch, text, there):
    monkeypatch.setattr(gather, "APPARMOR", tmp_path / "enabled")
    if text:
        (tmp_path / "enabled").write_text(text)

    assert gather.apparmor() is there


def test_ids_come_from_the_hosts_files(tmp_path):
    ids = tmp_path / "subuid"
    ids.write_text("me:1:2\nroot:100000:65536\n")
    machine = Machine(name="web", container=Container(unprivileged=True))

    assert gather.idmap(machine, ids, ids) == ("u 0 100000 65536", "g 0 100000 65536")
    assert gather.idmap(Machine(name="web"), ids, ids) == ()


def test_stated_ids_count_over_those(tmp_path):
    machine = Machine(name="web", container=Container(idmap=[IdMap(host=7, size=9)]))

    assert gather.idmap(machine, tmp_path / "none", tmp_path / "none") == ("u 0 7 9", "g 0 7 9")


def test_a_host_that_gives_root_no_ids_says_so(tmp_path):
    machine = Machine(name="web", container=Container(unprivileged=True))

    with pytest.raises(SeraiError) as caught:
        gather.idmap(machine, tmp_path / "none", tmp_path / "none")

    assert caught.value.code is Code.MISSING
    assert caught.value.hint.startswith("echo root:100000:65536 >> ")


def test_a_device_that_is_not_there_is_named(scope, tmp_path):
    machine = Machine(name="web", container=Container(devices=["/dev/no-such"], network_mode="none"))

    with pytest.raises(SeraiError, match=r"container\.devices: /dev/no-such: No such file"):
        gather.site_for(scope, machine, gather.Materials(), tmp_path)


def test_a_file_of_settings_that_is_not_there_is_named(scope, tmp_path):
    machine = Machine(name="web", container=Container(env_file=["no.env"], network_mode="none"))

    with pytest.raises(SeraiError, match=r"container\.env_file: .*no\.env: No such file"):
        gather.site_for(scope, machine, gather.Materials(), tmp_path)
