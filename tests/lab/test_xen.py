"""A real dom0: serai makes guests of all three kinds in it over SSH, to the end of their life, and leaves nothing.

Both toolstacks take every file that serai writes for xl (XEN-1, XEN-2, NEST-5).
"""

from __future__ import annotations

from shlex import quote

import pytest
import yaml

from lab.dom0 import LEFT, Host, inside
from person import Serai
from serai.providers.xen.render import text
from serai.run.wait import poll
from terminal import on_a_terminal
from xen_meaning import ONLY_XL, UNREAD, said, xml_of
from xen_site import case_names, machine_of, site_of

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(3600)]
LARGE = {"numa": "xl: invalid pnode number: 1"}
"""Cases with more of the host's nodes than this one has, and what xl says of that: it has read all else."""
MARK, XML = "@@case", "@@xml"
PROJECT = """
project: shop
networks:
  inner: {subnet: 10.47.0.0/24}
defaults:
  image: tiny
  provider: xen
  memory: {size: 96MiB, max: 160MiB}
  networks: [{private: {network: inner}}]
  provision: [{shell: {inline: "mount -t sysfs sys /sys 2>/dev/null; cat /sys/hypervisor/guest_type >/root/kind"}}]
  ready: {within: 900s}
machines:
  para: {providers: {xen: {host: dom0, type: pv}}}
  light: {after: {para: started}, cpu: {count: 1, max: 2}, providers: {xen: {host: dom0, type: pvh}}}
  whole: {after: {light: started}, cpu: {nested: true}, providers: {xen: {host: dom0, type: hvm}}}
"""
ONE = """
project: watched
defaults: {image: tiny, provider: xen, ready: {within: 900s}}
machines:
  web:
    memory: {size: 96MiB}
    disks: {data: 16MiB}
    providers: {xen: {host: dom0, type: pvh}}
"""
BY_LIBVIRT = """
project: defined
defaults: {image: tiny, provider: xen, ready: {within: 900s}}
machines:
  web:
    memory: {size: 96MiB, max: 160MiB}
    cpu: {nested: NESTED}
    disks: {data: 16MiB}
    providers: {xen: {via: libvirt, uri: "xen+ssh://dom0/system", type: TYPE, autostart: true}}
"""
THEIRS = """
name = "their box"
type = "pvh"
kernel = "/vmlinuz"
ramdisk = "/initrd.img"
cmdline = "console=hvc0"
memory = 128
maxmem = 160
vcpus = 1
maxvcpus = 2
disk = [ "format=raw,vdev=xvda,access=rw,target=/root/their.img" ]
vif = [ "mac=52:54:00:12:34:56,bridge=xenbr0" ]
on_crash = "preserve"
"""


def test_it_is_a_dom0_with_both_toolstacks(dom0: Host) -> None:
    assert "Domain-0" in dom0.run("xl list").stdout
    assert "hvm" in dom0.run("xl info virt_caps").stdout
    dom0.run("virsh -c xen:///system list --all")


def test_xl_and_libvirt_take_what_is_written(dom0: Host) -> None:
    """Each case is read by xl without a domain being made, and by libvirt's converter as the machine that our own
    XML is."""
    lines = ["cd $(mktemp -d)"]
    for case in case_names():
        machine = machine_of(case)
        config = text(machine, site_of(machine))
        lines.append(f"printf %s {quote(config)} >{case}")
        tried = f"xl create -q -n {case} >/dev/null 2>{case}.said || cat {case}.said"
        lines.append(f"echo '{MARK} {case}'; {tried}; echo '{XML}'")
        if case not in UNREAD:
            lines.append(f"virsh -c xen:///system domxml-from-native xen-xl {case}")
    _, *parts = dom0.run("\n".join(lines), budget=900).stdout.split(f"{MARK} ")
    refused, read = {}, {}
    for part in parts:
        case, _, both = part.partition("\n")
        refused[case], _, read[case] = both.partition(f"{XML}\n")
    assert list(refused) == case_names()
    assert {case: text.strip() for case, text in refused.items() if text} == LARGE
    for case, xml in read.items():
        assert xml.strip().endswith("</domain>") is (case not in UNREAD), xml
        if case not in (*ONLY_XL, *UNREAD):
            assert said(xml) == said(xml_of(case)), case


def test_machines_of_all_three_kinds_live_and_leave_nothing(dom0: Host, outside: Serai) -> None:
    before = dom0.run(LEFT).stdout
    outside.file(PROJECT)
    outside("up", timeout=1800)
    assert outside.states() == {"para": "ready", "light": "ready", "whole": "ready"}
    for name, kind in (("para", "PV"), ("light", "PVH"), ("whole", "HVM")):
        assert inside(outside, name, "cat /root/kind") == kind
    assert inside(outside, "light", "ping -c 1 -W 20 para >/dev/null && echo there") == "there"
    assert inside(outside, "whole", "grep -c -w svm /proc/cpuinfo") == "1"
    assert inside(outside, "light", "grep -c -w svm /proc/cpuinfo || true") == "0"

    inside(outside, "light", "echo kept >/run/note")
    outside("suspend", "--to-disk", "light", timeout=600)
    outside("halt", "whole", timeout=600)
    assert outside.states() == {"para": "ready", "light": "suspended", "whole": "stopped"}
    outside("resume", "light", timeout=600)
    assert inside(outside, "light", "cat /run/note") == "kept"

    grown = PROJECT.replace("size: 96MiB", "size: 128MiB").replace("{count: 1, max: 2}", "{count: 2, max: 2}")
    outside.file(grown)
    outside("up", "light", timeout=600)
    listed = dom0.run("xl list | grep shop_light").stdout.split()
    assert listed[2:4] == ["128", "2"]
    assert inside(outside, "light", "nproc") == "2"

    outside("destroy", "-y", timeout=600)
    assert dom0.run(LEFT).stdout == before


def test_a_machine_is_watched_and_put_back(dom0: Host, outside: Serai) -> None:
    """Its console both ways, and a snapshot of its memory and disks."""
    before = dom0.run(LEFT).stdout
    one = Serai(outside.root.with_name("watched"))
    one.file(ONE)
    one("up", timeout=900)
    with on_a_terminal(one.root, "console", "web", budget=300) as terminal:
        terminal.type_until("echo $((6*7)) $(hostname)\r", lambda: "42 web" in terminal.said)
        assert terminal.leave("\x1d") == 0

    def heard() -> bool | None:
        """The log has the console back a moment after the person has left it."""
        inside(one, "web", "echo heard by the log >/dev/console")
        return "heard by the log" in one("logs", "web").stdout or None

    assert poll(heard, budget=60)

    disk = inside(one, "web", "cd /sys/block && grep -l -x 32768 xvd*/size | cut -d/ -f1")
    write, read = f"dd of=/dev/{disk} conv=fsync 2>/dev/null", f"dd if=/dev/{disk} iflag=direct bs=512 count=1"
    inside(one, "web", f"echo first | {write}; echo first >/run/note")
    one("snapshot", "save", "then", "web", timeout=600)
    assert inside(one, "web", "cat /run/note") == "first"
    inside(one, "web", f"echo later | {write}; echo later >/run/note")
    one("snapshot", "restore", "then", "web", timeout=600)
    assert inside(one, "web", "cat /run/note") == "first"
    assert inside(one, "web", f"{read} 2>/dev/null | head -n 1") == "first"
    one("snapshot", "delete", "then", "web", timeout=600)
    assert inside(one, "web", "cat /run/note") == "first"
    one("destroy", "-y", timeout=600)
    assert dom0.run(LEFT).stdout == before


def test_libvirt_has_a_machine_that_serai_drives_by_it_and_keeps_nothing_of_it(dom0: Host, outside: Serai) -> None:
    before = dom0.run(LEFT).stdout
    one = Serai(outside.root.with_name("defined"))
    text = BY_LIBVIRT.replace("TYPE", "pvh").replace("NESTED", "false")
    one.file(text)
    one("up", timeout=900)
    assert inside(one, "web", "cat /sys/hypervisor/guest_type") == "PVH"
    assert dom0.run("virsh -q list --name --all").stdout.split() == ["Domain-0", "defined_web"]
    assert dom0.run("virsh -q list --name --all --autostart").stdout.split() == ["defined_web"]
    with on_a_terminal(one.root, "console", "web", budget=300) as terminal:
        terminal.type_until("echo $((6*7)) $(hostname)\r", lambda: "42 web" in terminal.said)
        assert terminal.leave("\x1d") == 0

    one.file(text.replace("size: 96MiB", "size: 128MiB"))
    one("up", timeout=600)
    assert dom0.run("xl list | grep defined_web").stdout.split()[2] == "128"
    inside(one, "web", "echo first >/run/note")
    one("suspend", "--to-disk", "web", timeout=600)
    assert one.states() == {"web": "suspended"}
    one("resume", "web", timeout=600)
    one("snapshot", "save", "then", "web", timeout=600)
    inside(one, "web", "echo later >/run/note")
    one("snapshot", "restore", "then", "web", timeout=600)
    assert inside(one, "web", "cat /run/note") == "first"

    one("halt", "web", timeout=600)
    assert one.states() == {"web": "stopped"}
    assert dom0.run("virsh -q list --name --all").stdout.split() == ["Domain-0", "defined_web"]
    assert "defined_web" not in one("adopt", "--uri", "xen+ssh://dom0/system").stdout, "it is serai's"
    one("destroy", "-y", timeout=600)
    assert dom0.run("virsh -q list --name --all").stdout.split() == ["Domain-0"]
    assert dom0.run(LEFT).stdout == before


@pytest.mark.parametrize(("kind", "nested"), [("pv", False), ("hvm", True)])
def test_libvirt_has_the_other_kinds_too(dom0: Host, outside: Serai, kind: str, nested: bool) -> None:
    """With `nested` the guest has SVM: libvirt reads it from a file of xl's."""
    before = dom0.run(LEFT).stdout
    one = Serai(outside.root.with_name(f"defined-{kind}"))
    one.file(BY_LIBVIRT.replace("TYPE", kind).replace("NESTED", str(nested).lower()))
    one("up", timeout=900)
    assert inside(one, "web", "cat /sys/hypervisor/guest_type") == kind.upper()
    assert inside(one, "web", "grep -c -w svm /proc/cpuinfo || true") == str(int(nested))
    assert dom0.run("virsh -q list --name").stdout.split() == ["Domain-0", "defined_web"]
    one("halt", "web", timeout=600)
    assert one.states() == {"web": "stopped"}
    one("destroy", "-y", timeout=600)
    assert dom0.run("virsh -q list --name --all").stdout.split() == ["Domain-0"]
    assert dom0.run(LEFT).stdout == before


def test_a_domain_that_xl_made_is_taken_over_and_its_disk_stays(dom0: Host, outside: Serai) -> None:
    before = dom0.run(LEFT).stdout
    dom0.run(f"truncate -s 8M /root/their.img; printf %s {quote(THEIRS)} >/root/their.cfg")
    dom0.run("xl create -q -p /root/their.cfg")
    try:
        person = Serai(outside.root.with_name("theirs"))
        person.root.mkdir()
        assert "their box" in person("adopt", "--dom0", "dom0").stdout
        person("adopt", "--dom0", "dom0", "their box")
        found = yaml.safe_load((person.root / "serai.yaml").read_text())["machines"]["their-box"]
        assert person.states() == {"their-box": "paused"}
        assert found["memory"] == {"size": "128MiB", "max": "160MiB"}
        assert found["cpu"]["count"] == 1
        assert found["cpu"]["max"] == 2
        assert found["disks"]["root"]["path"] == "/root/their.img"
        assert found["providers"]["xen"]["type"] == "pvh"
        assert found["providers"]["xen"]["on_crash"] == "preserve"
        assert "52:54:00:12:34:56" in str(found["networks"])
        assert "their box" not in person("adopt", "--dom0", "dom0").stdout, "it is serai's now"
        asked = (
            (person.root / "serai.yaml")
            .read_text()
            .replace("provider: xen", "provider: xen\n    ready: {within: 5s}")
        )
        person.file(asked)
        said = person("resume", "their-box", code=None).stderr
        assert person.states()["their-box"] == "running", said
        person("destroy", "-y", timeout=600)
    finally:
        dom0.run("xl destroy 'their box' 2>/dev/null", check=False)
    assert dom0.run(LEFT).stdout == before
    assert dom0.run("stat -c %s /root/their.img").stdout.strip() == str(8 << 20)
