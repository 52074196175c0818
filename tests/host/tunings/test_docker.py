"""docker's packets, chains and drops: planned from what this docker knows, and seen in a real one."""

from __future__ import annotations

import json

import pytest

from host_cases import write
from private_docker import PrivateDocker
from serai.host.changes.filter import IptablesRules
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.run.wait import poll
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 01 3 0 0 0 00000000"
HOST = {
    "usr/sbin/dockerd": "",
    "run/docker.sock": "",
    "proc/1/comm": "init",
    "proc/net/route": ROUTE,
    "sys/class/net/eth0/mtu": "1450",
    "sys/class/net/br0/bridge": None,
}
OLD, NEW = "  --mtu int \n", "  --mtu int \n  --default-network-opt map \n  --ip-forward-no-drop \n"
MTU = "com.docker.network.driver.mtu"


def planned(root, name, files=None, help=NEW, running="", **asked):
    write(root, HOST | (files or {}))

    def run(argv):
        said = {"dockerd --help": help, "docker ps --format {{.Names}}": running}.get(" ".join(argv), "")
        return Result(argv, int(argv[0] == "iptables"), said or ("28" if "version" in argv else ""), "")

    source = Source(root, run)
    source.live = True
    return TUNINGS[name].plan(Facts(source), Asked(**asked))


def keys(change):
    return {key.name: key.value for key in change.keys}


def test_containers_have_the_size_of_the_way_out(tmp_path):
    (file,) = planned(tmp_path, "docker-mtu").changes

    assert keys(file) == {"mtu": 1450, f"default-network-opts.bridge.{MTU}": "1450"}
    assert file.owes == ("docker-restart",)


def test_an_older_docker_is_told_what_it_knows(tmp_path):
    plan = planned(tmp_path, "docker-mtu", help=OLD)

    assert keys(plan.changes[0]) == {"mtu": 1450}
    assert f"docker network create --opt {MTU}=1450 NAME" in plan.notes[0]


def test_networks_that_are_there_keep_theirs_and_are_named(tmp_path):
    there = {"sys/class/net/br-0123456789ab/bridge": None, "sys/class/net/br-0123456789ab/mtu": "1500"}

    assert planned(tmp_path, "docker-mtu", there).notes == (
        "br-0123456789ab keeps its 1500 bytes until it is made anew",
    )


def test_a_wide_way_out_needs_nothing(tmp_path):
    assert not planned(tmp_path, "docker-mtu", {"sys/class/net/eth0/mtu": "9000"}).changes


def test_a_flag_in_the_unit_gives_way_to_the_file(tmp_path):
    unit = {"lib/systemd/system/docker.service": "[Service]\nExecStart=/usr/sbin/dockerd -H fd:// --mtu 1400\n"}
    drop_in, file = planned(tmp_path, "docker-mtu", unit, value="1400").changes

    assert drop_in.text.endswith("[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H fd://\n")
    assert keys(file)["mtu"] == 1400


def test_the_file_of_old_is_told_of(tmp_path):
    assert (
        "is read by no docker of today"
        in planned(tmp_path, "docker-mtu", {"etc/sysconfig/docker": "OPTIONS=--mtu=1400"}).notes[-1]
    )


@pytest.mark.parametrize(
    ("files", "asked", "why"),
    [
        ({}, {"value": "12"}, "a number of bytes from 1280"),
        ({"proc/net/route": "Iface"}, {}, "there is no default route"),
    ],
)
def test_what_is_no_size_is_refused(tmp_path, files, asked, why):
    with pytest.raises(SeraiError, match=why):
        planned(tmp_path, "docker-mtu", files, **asked)


@pytest.mark.parametrize("name", ["docker-mtu", "docker-forward", "docker-chains"])
def test_without_docker_there_is_nothing_to_tune(tmp_path, name):
    write(tmp_path, {})
    with pytest.raises(SeraiError, match="there is no docker here"):
        TUNINGS[name].plan(Facts(Source(tmp_path)), Asked())


def test_ours_is_read_last_or_refused(tmp_path):
    place = "etc/systemd/system/docker.service.d"
    flag = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --mtu=1400\n"
    files = {"lib/systemd/system/docker.service": "", f"{place}/override.conf": flag}
    drop_in, _ = planned(tmp_path, "docker-mtu", files, value="1400").changes

    assert drop_in.path.rpartition("/")[2] > "override.conf"
    with pytest.raises(SeraiError, match=r"zzz\.conf gives docker --mtu") as error:
        planned(tmp_path, "docker-mtu", {f"{place}/zzz.conf": flag}, value="1400")
    assert error.value.code is Code.REFUSED


def test_a_new_docker_is_told_not_to_drop_and_with_an_old_one_bridges_are_accepted(tmp_path):
    (told,) = planned(tmp_path, "docker-forward").changes
    (accepted, *_) = planned(tmp_path, "docker-forward", help=OLD).changes

    assert keys(told) == {"ip-forward-no-drop": True}
    assert isinstance(accepted, IptablesRules)
    assert accepted.rules == (
        "DOCKER-USER -i br0 -j ACCEPT",
        "DOCKER-USER -o br0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    )


def test_a_restart_for_the_chains_stops_no_container_unasked(tmp_path):
    with pytest.raises(SeraiError, match="it stops web, db: live-restore is off") as caught:
        planned(tmp_path, "docker-chains", running="web db")
    assert caught.value.code is Code.REFUSED
    assert planned(tmp_path, "docker-chains", running="web db", force=True).changes
    assert planned(tmp_path, "docker-chains").changes


@pytest.fixture
def dockerd(tmp_path, need):
    """A dockerd of its own, with its own network, files and /run, and a narrow uplink."""
    need("dockerd", "docker", "iptables", "unshare", root=True)
    host = PrivateDocker(tmp_path)
    try:
        for line in (
            "link add eth0 mtu 1400 type veth peer name far",
            "addr add 10.9.0.2/24 dev eth0",
            "link set eth0 up",
            "link set far up",
        ):
            host.run("ip", *line.split())
        host.run("ip", "route", "add", "default", "via", "10.9.0.1")
        host.start_docker()
        yield host
    finally:
        host.end()


def bridge_mtu(host):
    return host.run(
        "docker", "network", "inspect", "bridge", "--format", f'{{{{index .Options "{MTU}"}}}}'
    ).strip()


@pytest.mark.root
@pytest.mark.engine
@pytest.mark.slow
def test_a_real_docker_takes_the_size_and_its_chains_come_again(dockerd):
    own = '{\n\t"log-driver": "local",\n\t"userland-proxy": false\n}\n'
    dockerd.write("/etc/docker/daemon.json", own)
    before = bridge_mtu(dockerd)
    said = dockerd.serai("host", "tune", "docker-mtu", "--yes")

    assert bridge_mtu(dockerd) == "1400" != before
    assert "done" in said and "docker network inspect bridge" in said
    assert json.loads(dockerd.read("/etc/docker/daemon.json"))["log-driver"] == "local"
    dockerd.run("iptables", "-t", "nat", "-F")
    dockerd.run("iptables", "-t", "nat", "-X")
    assert "fail" in dockerd.serai("host", "check", "net.docker-chains", check=False)
    dockerd.serai("host", "tune", "docker-chains", "--yes")
    assert ":DOCKER " in dockerd.run("iptables-save", "-t", "nat")
    dockerd.run("ip", "link", "add", "br0", "type", "bridge")
    dockerd.run("iptables", "-P", "FORWARD", "DROP")
    assert "fail" in dockerd.serai("host", "check", "net.docker-forward", check=False)
    dockerd.serai("host", "tune", "docker-forward", "--yes")
    if "--ip-forward-no-drop" in dockerd.run("dockerd", "--help"):  # the policy is what it is until a reboot
        assert json.loads(dockerd.read("/etc/docker/daemon.json"))["ip-forward-no-drop"] is True
    else:
        assert "FORWARD DROP, bridges accepted" in dockerd.serai("host", "check", "net.docker-forward")
    dockerd.serai("host", "undo", "--all", "--yes")
    assert dockerd.read("/etc/docker/daemon.json") == own
    assert poll(lambda: bridge_mtu(dockerd) == before or None, budget=10)
    assert "br0" not in dockerd.run("iptables", "-S", "DOCKER-USER")
