"""Given a machine, this XML of a container; libvirt's own schema takes it."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree

import msgspec
import pytest

from serai.providers.first_process import STAY, Process
from serai.providers.libvirt.containers.render import domain
from serai.providers.libvirt.containers.site import Bind, Node, Site
from serai.providers.libvirt.site import Link, LinkKind
from serai.spec.machine import Machine

SITE = Site(
    name="shop_web",
    uuid="00000000-0000-8000-8000-000000000001",
    metadata='{"name":"web"}',
    arch="x86_64",
    root="/srv/web/rootfs",
    memory=8 << 30,
    links=(
        Link(kind=LinkKind.NETWORK, mac="52:54:00:00:00:01", source="default"),
        Link(kind=LinkKind.NETWORK, mac="52:54:00:00:00:02", source="serai-t1-back", index=0, mtu=1400),
        Link(kind=LinkKind.BRIDGE, mac="52:54:00:00:00:03", source="br0", index=1),
        Link(kind=LinkKind.OVS, mac="52:54:00:00:00:04", source="ovs0", index=2),
        Link(kind=LinkKind.DIRECT, mac="52:54:00:00:00:05", source="eth0", index=3, mode="bridge"),
    ),
    addresses={0: "192.168.122.10/24", 1: "10.40.0.10/24"},
    gateway="192.168.122.1",
    binds=(Bind("/srv/web/hosts", "/etc/hosts"), Bind("/srv/site", "/srv/site", readonly=True)),
    nodes=(Node("/dev/fuse"), Node("/dev/loop0", block=True)),
    environment=("MODE=file",),
)
CASES = {
    "plain": {},
    "full": {
        "memory": {"size": 64 << 20},
        "providers": {"libvirt": {"title": "Web", "xml": [{"add": "<description>shop</description>"}]}},
        "container": {
            "cmd": ["/bin/httpd", "-f"],
            "env": {"PORT": "80"},
            "working_dir": "/srv",
            "user": "1000:100",
            "volumes": [{"target": "/tmp", "type": "tmpfs", "size": 1 << 20}],
            "tmpfs": ["/run"],
            "shm_size": 1 << 20,
            "read_only": True,
            "cap_add": ["SYS_TIME"],
            "cap_drop": ["NET_RAW"],
            "cpus": 1.5,
            "cpu_shares": 512,
            "cpuset": "0-1",
            "memory_reservation": 32 << 20,
            "memory_swap": 96 << 20,
        },
    },
    "closed": {"container": {"cap_drop": ["ALL"], "cap_add": ["CAP_CHOWN"], "keep_alive": True}},
    "open": {"container": {"privileged": True, "memory": 1 << 26}, "cpu": {"count": 2}},
}


def machine_of(spec: object) -> Machine:
    return msgspec.convert({"name": "web", "provider": "libvirt", **spec}, Machine)  # type: ignore[dict-item]


def tree_of(case: str, site: Site = SITE) -> ElementTree.Element:
    return ElementTree.fromstring(domain(machine_of(CASES[case]), site))


@pytest.mark.parametrize("case", CASES)
def test_libvirts_schema_takes_it(case, need, tmp_path):
    need("virt-xml-validate")
    file = tmp_path / "domain.xml"
    file.write_text(domain(machine_of(CASES[case]), SITE))

    done = subprocess.run(["virt-xml-validate", file, "domain"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_a_container_with_init_and_without_a_limit():
    tree = tree_of("plain")

    assert (tree.get("type"), tree.findtext("os/type"), tree.findtext("os/init")) == ("lxc", "exe", "/sbin/init")
    assert tree.findtext("memory") == str((8 << 30) >> 10)
    assert tree.find("cputune") is None
    assert [each.get("dir") for each in tree.iterfind("devices/filesystem/target")] == [
        *("/", "/etc/hosts", "/srv/site"),
    ]
    assert tree.findtext("metadata/{https://serai.dev/xmlns/libvirt/1}machine") == '{"name":"web"}'


def test_its_cards_have_their_addresses_and_the_first_leads_out():
    cards = tree_of("plain").findall("devices/interface")

    assert [card.get("type") for card in cards] == ["network", "network", "bridge", "bridge", "direct"]
    assert [card.find("guest").get("dev") for card in cards] == [f"eth{number}" for number in range(5)]
    assert [each.get("address") if (each := card.find("ip")) is not None else "" for card in cards] == [
        *("192.168.122.10", "10.40.0.10", "", "", ""),
    ]
    assert [card.find("route") is not None for card in cards] == [True, False, False, False, False]
    assert cards[3].find("virtualport").get("type") == "openvswitch"


def test_process_limits_and_rights_are_what_the_file_says():
    tree = tree_of("full", msgspec.structs.replace(SITE, process=Process(env=("LANG=C",))))

    assert [tree.findtext("os/init"), *(each.text for each in tree.iterfind("os/initarg"))] == ["/bin/httpd", "-f"]
    assert {each.get("name"): each.text for each in tree.iterfind("os/initenv")} == {
        "LANG": "C",
        "MODE": "file",
        "PORT": "80",
    }
    assert (tree.findtext("os/initdir"), tree.findtext("os/inituser"), tree.findtext("os/initgroup")) == (
        *("/srv", "1000", "100"),
    )
    assert tree.findtext("memory") == str((64 << 20) >> 10)
    assert tree.findtext("memtune/swap_hard_limit") == str((96 << 20) >> 10)
    assert [tree.findtext(f"cputune/{name}") for name in ("shares", "period", "quota")] == [
        "512",
        "100000",
        "150000",
    ]
    assert tree.find("vcpu").get("cpuset") == "0-1"
    rights = tree.find("features/capabilities")
    assert (rights.get("policy"), {each.tag: each.get("state") for each in rights}) == (
        *("default", {"net_raw": "off", "sys_time": "on"}),
    )
    assert tree.find("devices/filesystem/readonly") is not None
    assert [each.get("usage") for each in tree.iterfind("devices/filesystem/source[@usage]")] == [
        *("1024", "65536", "1024"),
    ]
    assert tree.findtext("description") == "shop"


def test_all_rights_or_none():
    closed, free = tree_of("closed"), tree_of("open")

    assert closed.find("features/capabilities").get("policy") == "deny"
    assert closed.find("features/capabilities/chown").get("state") == "on"
    assert [each.text for each in closed.iterfind("os/initarg")] == list(STAY[1:])
    assert free.find("features/capabilities").get("policy") == "allow"
    assert free.findtext("cputune/quota") == "200000"


def test_without_a_network_it_has_one_of_its_own():
    tree = tree_of("plain", msgspec.structs.replace(SITE, links=()))

    assert tree.find("features/privnet") is not None
    assert tree.find("devices/interface") is None


def test_devices_are_given_by_their_kind():
    kinds = {each.get("type"): each.find("source")[0].tag for each in tree_of("plain").iterfind("devices/hostdev")}

    assert kinds == {"misc": "char", "storage": "block"}
