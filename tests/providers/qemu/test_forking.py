"""Forks: what is refused, what goes with the last that stands on it; and real ones, to the last trace."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Materials
from serai.providers.qemu import forking, template
from serai.providers.qemu.capabilities import no_forks
from serai.providers.qemu.record import Hardware, Phase, Ram, Record, save
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.locks import lock

MATERIALS = Materials()
WAY: Any = None
"""Nobody is asked into what is not forked."""


def machine(**more: Any) -> Machine:
    return msgspec.convert({"name": "db", "image": "tiny", **more}, Machine)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"devices": {"graphics": {"type": "vnc"}}}, "devices.graphics"),
        ({"devices": {"pci": [{"address": "0000:01:00.0"}]}}, "devices.pci"),
        ({"memory": {"max": 8 << 30}}, "memory.max"),
        ({}, ""),
    ],
)
def test_what_forbids_forks_is_named(more, key):
    assert forking.why_not(machine(**more))[0] == key


def test_a_machine_that_does_not_run_is_not_forked(qemu):
    with pytest.raises(SeraiError, match="db is not made"):
        forking.take(qemu.scope, machine(), MATERIALS, WAY, lambda phrase: None)
    record = Record(name="db", project="shop", project_id="t1", project_root="/", phase=Phase.MADE)
    record.applied = machine()
    directory = qemu.directory("db")
    directory.mkdir(parents=True)
    save(directory, record)
    with pytest.raises(SeraiError, match="db does not run: there is nothing to fork"):
        forking.take(qemu.scope, machine(), MATERIALS, WAY, lambda phrase: None)


def test_the_hardware_of_a_fork_is_its_parents_with_its_own_name(qemu):
    parent = machine(memory={"size": 1 << 30})
    origin = template.Template(
        key="fork-1",
        host="",
        image="tiny",
        image_digest="",
        hardware=Hardware(machine=parent, kind="pc-q35-7.2", accel="tcg", ram=Ram.FORK),
        at=0.0,
        hostname="db",
        instance_id="i",
        cards=(),
        hosts="",
        seals={},
    )
    found = forking.fitted(machine(name="test", hostname="t"), origin)
    assert (found.machine.name, found.machine.hostname, found.machine.memory) == ("test", "t", parent.memory)
    assert (found.kind, found.ram) == ("pc-q35-7.2", Ram.FORK)
    assert forking.known("fork-1") is None


def test_a_moment_goes_with_the_last_that_stands_on_it_and_with_a_killed_run(qemu):
    used, held, left = (template.place(f"fork-{name}") for name in ("used", "held", "left"))
    for place in (used, held, left):
        (place / template.DISKS).mkdir(parents=True)
        (place / forking.LIFE).touch()
    record = Record(name="test", project="shop", project_id="t1", project_root="/", template="fork-used")
    qemu.directory("test").mkdir(parents=True)
    save(qemu.directory("test"), record)

    with lock(held / forking.LIFE, what="a fork"):
        forking.sweep()
        assert [used.exists(), held.exists(), left.exists()] == [True, True, False]
    qemu.destroy("test")
    assert list(template.forks().glob("fork-*")) == []
    assert template.keys() == []


SHOP = """
project: shop
networks: {back: {subnet: 10.77.4.0/24}}
defaults: {image: tiny, memory: 192M, networks: [{private: back}], ready: {within: 5m}}
machines:
  db: {provision: [{shell: "echo in memory >/run/cache; echo on disk >/root/data"}]}
  test: {fork: db, count: 2, provision: [{shell: "cat /run/cache /root/data >/root/seen"}]}
"""
WHO = """
hostname; cat /etc/hostname /var/lib/tiny/instance-id
cat /sys/class/net/eth0/address /sys/class/net/eth1/address
md5sum /etc/dropbear/dropbear_ed25519_host_key | cut -d ' ' -f 1
ip -4 -o addr show dev eth1 | awk '{print $4}'
head -c 16 /dev/urandom | md5sum | cut -d ' ' -f 1
"""


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_forks_go_on_from_where_their_parent_is_as_themselves_and_leave_no_trace(
    home_with_images: Path, serai: Any, need: Any
):
    need("qemu-system-x86_64", "qemu-img", "ssh")
    if reason := no_forks("amd64"):
        pytest.skip(f"only where {reason}")
    serai.file(SHOP)
    try:
        assert serai("up").stderr.count("going on where the other one was") == 2
        booted = serai("exec", "db", "--", "cat /proc/sys/kernel/random/boot_id").stdout
        serai("exec", "test-1", "--", "echo mine >/run/cache")
        deep = serai("fork", "test-1", "--as", "deep").stderr
        assert "test-1 stood still for" in deep
        serai("fork", "db", "--count", "2")

        names = ("db", "test-1", "test-2", "deep", "db-fork-1", "db-fork-2")
        said = json.loads(serai("exec", "--json", *names, "--", WHO).stdout)["machines"]
        words = {name: said[name]["stdout"].split() for name in names}
        assert {name: each[0] for name, each in words.items()} == {name: name for name in names}
        alike = [(one, other) for one in names for other in names if one < other]
        assert [pair for pair in alike if set(words[pair[0]]) & set(words[pair[1]])] == []

        for name, cache in (("test-2", "in memory"), ("db-fork-2", "in memory"), ("deep", "mine")):
            assert serai("exec", name, "--", "cat /run/cache /root/data").stdout == f"{cache}\non disk\n"
        assert serai("exec", "test-1", "--", "cat /root/seen").stdout == "in memory\non disk\n"
        assert serai("exec", "db", "--", "cat /proc/sys/kernel/random/boot_id; cat /run/cache").stdout == (
            f"{booted}in memory\n"
        )
        for name, peer in (("test-1", "db"), ("deep", "db")):
            assert " 0% packet loss" in serai("exec", name, "--", f"ping -c 2 -W 10 {peer}").stdout

        left = serai("exec", "db", "--", "ls /tmp; ps | grep -c '[d]ropbear .*/tmp/'", code=None).stdout
        assert left == "0\n"  # nothing waits in a parent any more

        serai("destroy", "-y", "deep", "db-fork-*")
        assert serai("plan").stdout.startswith("shop: 3 machines on qemu, plan: nothing to do")
    finally:
        serai("destroy", "-y", "--force", code=None)
    assert list((home_with_images / "forks").iterdir()) == []


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_forks_are_asked_at_once_and_go_without_a_trace(home_with_images: Path, serai: Any, need: Any):
    need("qemu-system-x86_64", "qemu-img", "ssh")
    if reason := no_forks("amd64"):
        pytest.skip(f"only where {reason}")
    serai.file("project: shop\nmachines: {db: {image: tiny, memory: 128M, ready: {within: 10m}}}\n")
    names = [f"db-fork-{number}" for number in range(1, 21)]
    up = "read up rest </proc/uptime; echo $up"
    asked = f"cat /run/cache; hostname; {up}; sleep 15; {up}"
    try:
        serai("up")
        serai("exec", "db", "--", "echo in memory >/run/cache")
        serai("fork", "db", "--count", "20")
        began = time.monotonic()
        said = json.loads(serai("exec", "--json", "db-fork-*", "--", asked).stdout)["machines"]
        took = time.monotonic() - began
        lines = {name: each["stdout"].splitlines() for name, each in said.items()}
        assert {name: each[:2] for name, each in lines.items()} == {name: ["in memory", name] for name in names}
        slept = sum(float(each[3]) - float(each[2]) for each in lines.values())
        assert slept >= 20 * 15
        assert took < slept / 2  # one after another they would take all of it
        serai("destroy", "-y", "db-fork-*")
        assert list(json.loads(serai("status", "--json").stdout)["machines"]) == ["db"]
    finally:
        serai("destroy", "-y", "--force", code=None)
    assert list((home_with_images / "forks").iterdir()) == []
