"""Packets as large as the way out takes them, for networks of podman, LXC and libvirt."""

from __future__ import annotations

import json

import pytest

from host_cases import write
from serai.host.apply import tune, undo
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.ledger import Ledger
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import SeraiError
from serai.util.process import Result

ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 0100090A 3 0 0 0 00000000"
HOST = {"proc/net/route": ROUTE, "sys/class/net/eth0/mtu": "1450", "usr/bin/podman": "", "usr/bin/virsh": ""}
SHOP = "/etc/containers/networks/shop.json"
PODMAN = "/etc/containers/networks/podman.json"
WEB = "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.1.type = macvlan\n# end"


def source(root, files=None, said=None, ask=None):
    write(root, HOST | (files or {}))

    def run(argv):
        shown = " ".join(argv)
        return Result(argv, 0 if shown in (said or {}) else 1, (said or {}).get(shown, ""), "")

    found = Source(root, run, ask)
    found.live = True
    return found


def planned(name, found, **asked):
    return TUNINGS[name].plan(Facts(found), Asked(**asked))


def test_podmans_networks_have_it_in_their_files_and_all_comes_back(tmp_path):
    old = '{"name": "shop", "driver": "bridge"}'
    found = source(tmp_path, {SHOP: old})
    plan = planned("podman-mtu", found)
    tune(found.reach, "podman-mtu", "", plan.changes, lambda line: None)

    assert json.loads((tmp_path / PODMAN[1:]).read_text())["options"] == {"mtu": "1450"}
    assert json.loads((tmp_path / SHOP[1:]).read_text())["options"] == {"mtu": "1450"}
    undo(found.reach, Ledger(found.reach).read("podman-mtu"), lambda line: None)
    assert (tmp_path / SHOP[1:]).read_text() == old
    assert not (tmp_path / PODMAN[1:]).exists()


def test_podmans_own_words_of_its_network_are_kept(tmp_path):
    own = '[{"name": "podman", "dns_enabled": true, "options": {"isolate": "true"}}]'
    plan = planned("podman-mtu", source(tmp_path, said={"podman network inspect podman": own}))

    written = json.loads(plan.changes[0].text)
    assert written == {"name": "podman", "dns_enabled": True, "options": {"isolate": "true", "mtu": "1450"}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '{"plugins": [\n  {\n    "type": "bridge",\n    "x": 1}]}',
            '"type": "bridge",\n    "mtu": 1450,\n    "x"',
        ),
        ('{"plugins": [{"type": "bridge", "mtu": 1500}]}', '"mtu": 1450}'),
    ],
)
def test_networks_of_cni_have_it_in_their_bridge_plugin_and_come_back_byte_for_byte(tmp_path, old, new):
    path = "etc/cni/net.d/87-podman.conflist"
    found = source(tmp_path, {path: old})
    tune(found.reach, "podman-mtu", "", planned("podman-mtu", found).changes, lambda line: None)

    assert new in (tmp_path / path).read_text()
    assert json.loads((tmp_path / path).read_text())["plugins"][0]["mtu"] == 1450
    assert not (tmp_path / PODMAN[1:]).exists()
    undo(found.reach, Ledger(found.reach).read("podman-mtu"), lambda line: None)
    assert (tmp_path / path).read_text() == old


def test_where_podman_says_netavark_files_of_cni_are_left(tmp_path):
    said = {"podman info --format {{.Host.NetworkBackend}}": "netavark"}
    found = source(tmp_path, {"etc/cni/net.d/87-podman.conflist": '{"type": "bridge",}'}, said)

    assert [change.path for change in planned("podman-mtu", found).changes] == [PODMAN]


def test_each_pair_of_veth_of_lxc_has_it_and_the_rest_keeps_every_byte(tmp_path):
    found = source(tmp_path, {"etc/lxc/default.conf": "lxc.net.0.type = veth", "var/lib/lxc/web/config": WEB})
    plan = planned("lxc-mtu", found, value="1400")
    tune(found.reach, "lxc-mtu", "", plan.changes, lambda line: None)

    assert (tmp_path / "etc/lxc/default.conf").read_text() == "lxc.net.0.type = veth\nlxc.net.0.mtu = 1400\n"
    assert (tmp_path / "var/lib/lxc/web/config").read_text() == WEB.replace(
        "link = lxcbr0\n", "link = lxcbr0\nlxc.net.0.mtu = 1400\n"
    )
    assert planned("lxc-mtu", source(tmp_path), value="1400").changes == ()
    undo(found.reach, Ledger(found.reach).read("lxc-mtu"), lambda line: None)
    assert (tmp_path / "var/lib/lxc/web/config").read_text() == WEB


def test_a_container_without_a_network_has_nothing_to_fit(tmp_path):
    plan = planned("lxc-mtu", source(tmp_path, {"etc/lxc/default.conf": "lxc.net.0.type = empty\n"}))

    assert plan.notes == ("no container has a network of its own: serai host tune lxc-bridge",)


def test_libvirts_networks_have_it_but_those_of_projects_and_of_others_bridges(tmp_path):
    ask = "virsh -c qemu:///system net-"
    said = {
        f"{ask}list --all --name": "default\nlan\nserai-a1-inside\n",
        f"{ask}dumpxml --inactive default": "<network><forward mode='nat'/></network>",
        f"{ask}dumpxml --inactive lan": "<network><forward mode='bridge'/></network>",
    }
    plan = planned("libvirt-mtu", source(tmp_path, said=said))

    assert [(each.name, each.size) for each in plan.changes] == [("default", 1450)]
    assert plan.notes == ("serai-a1-inside is a project's: mtu: 1450 in its serai.yaml",)


@pytest.mark.parametrize("name", ["podman-mtu", "lxc-mtu", "libvirt-mtu"])
def test_a_wide_way_out_needs_nothing(tmp_path, name):
    files = {"sys/class/net/eth0/mtu": "9000", "etc/lxc/default.conf": "lxc.net.0.type = veth\n"}
    plan = planned(name, source(tmp_path, files))

    assert (plan.changes, len(plan.notes)) == ((), 1)


@pytest.mark.parametrize("name", ["podman-mtu", "lxc-mtu", "libvirt-mtu"])
def test_without_the_engine_there_is_nothing_to_tune(tmp_path, name):
    write(tmp_path, {})
    with pytest.raises(SeraiError, match=r"there is no (podman|LXC) here|on the host itself"):
        TUNINGS[name].plan(Facts(Source(tmp_path)), Asked())


def test_a_path_is_measured_and_one_that_is_too_narrow_is_refused(tmp_path):
    answers = {"10.9.1.2 1450 1.0": "1400 silent", "10.9.0.1 1450 0.4": "600 silent"}
    files = {"etc/lxc/default.conf": "lxc.net.0.type = veth\n"}
    found = source(tmp_path, files, ask=lambda question, about: answers[about])

    assert planned("lxc-mtu", found, value="path:10.9.1.2").changes[0].mtu == 1400
    with pytest.raises(SeraiError, match=r"packets of 600 bytes reach 10\.9\.0\.1: too few"):
        planned("lxc-mtu", found, value="path")
