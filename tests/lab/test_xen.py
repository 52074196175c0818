"""A real dom0: serai makes guests of all three kinds in it over SSH, to the end of their life, and leaves nothing.

Both toolstacks take every file that serai writes for xl (XEN-1, XEN-2, NEST-5).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

import pytest

from lab.dom0 import PROGRAMS, Host, ready, started
from person import Serai
from serai.providers.xen.render import text
from xen_site import case_names, machine_of, site_of

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(3600)]
LISTS = {"one-on-one", "pinned-each"}
"""Cases whose list of CPUs libvirt does not read."""
FLAGS = {"trusted", "untrusted", "one-untrusted"}
"""Cases with a word without a value, which libvirt does not read either."""
NODES = {"numa"}
"""Cases that name a node of the host's that this one does not have: xl looks."""
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
LEFT = """
echo domains $(xl list | tail -n +3 | wc -l)
echo files $(ls -d /var/lib/serai/xen 2>/dev/null | wc -l)
echo loops $(losetup -a | wc -l)
echo cards $(ls /sys/class/net | grep -c -e '^vif' -e '^serai-')
echo nodes $(xenstore-list /local/domain | grep -vx 0 | wc -l) $(xenstore-list /vm | wc -l)
echo backends $(for k in vbd vif qdisk; do xenstore-list /local/domain/0/backend/$k 2>/dev/null; done | wc -l)
"""
"""What a guest can leave in its dom0."""


@pytest.fixture(scope="module")
def dom0(test_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Gone on with from its kept memory; made where there is none."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs {', '.join(missing) or 'root'}")
    host = started(ready(test_cache), tmp_path_factory.mktemp("dom0") / "host")
    yield host
    host.stop()


@pytest.fixture(scope="module")
def serai(dom0: Host, image_cache: Path) -> Iterator[Serai]:
    """The command line elsewhere; by ssh's configuration, dom0 is the host."""
    place = Path(tempfile.mkdtemp(prefix="serai-x", dir="/tmp"))
    (place / "config").write_text(dom0.ssh_config("dom0"))
    (place / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {place}/config "$@"\n')
    (place / "ssh").chmod(0o755)
    (place / "home").mkdir()
    (place / "home/images").symlink_to(image_cache, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(place), prepend=":")
        patch.setenv("XDG_RUNTIME_DIR", str(place))
        patch.setenv("SERAI_HOME", str(place / "home"))
        person = Serai(place / "shop")
        person.file(PROJECT)
        yield person
    shutil.rmtree(place, ignore_errors=True)


def inside(serai: Serai, name: str, command: str) -> str:
    return serai("exec", name, "--", command, timeout=300).stdout.strip()


def test_it_is_a_dom0_with_both_toolstacks(dom0: Host) -> None:
    assert "Domain-0" in dom0.run("xl list").stdout
    assert "hvm" in dom0.run("xl info virt_caps").stdout
    dom0.run("virsh -c xen:///system list --all")


def test_xl_and_libvirt_take_what_is_written(dom0: Host) -> None:
    """Each case is read by xl without a domain being made, and by libvirt's converter."""
    lines = ["cd $(mktemp -d)"]
    for case in case_names():
        machine = machine_of(case)
        lines.append(f"printf %s {quote(text(machine, site_of(machine)))} >{case}")
        if case not in NODES:
            lines.append(f"xl create -n {case} >/dev/null 2>{case}.said || {{ echo xl {case}; cat {case}.said; }}")
        if case not in LISTS | FLAGS:
            lines.append(
                f"virsh -c xen:///system domxml-from-native xen-xl {case} >/dev/null || echo libvirt {case}"
            )
    assert dom0.run("\n".join(lines), budget=900).stdout == ""


def test_machines_of_all_three_kinds_live_and_leave_nothing(dom0: Host, serai: Serai) -> None:
    before = dom0.run(LEFT).stdout
    serai("up", timeout=1800)
    assert serai.states() == {"para": "ready", "light": "ready", "whole": "ready"}
    for name, kind in (("para", "PV"), ("light", "PVH"), ("whole", "HVM")):
        assert inside(serai, name, "cat /root/kind") == kind
    assert inside(serai, "light", "ping -c 1 -W 20 para >/dev/null && echo there") == "there"
    assert inside(serai, "whole", "grep -c -w svm /proc/cpuinfo") == "1"
    assert inside(serai, "light", "grep -c -w svm /proc/cpuinfo || true") == "0"

    inside(serai, "light", "echo kept >/run/note")
    serai("suspend", "--to-disk", "light", timeout=600)
    serai("halt", "whole", timeout=600)
    assert serai.states() == {"para": "ready", "light": "suspended", "whole": "stopped"}
    serai("resume", "light", timeout=600)
    assert inside(serai, "light", "cat /run/note") == "kept"

    grown = PROJECT.replace("size: 96MiB", "size: 128MiB").replace("{count: 1, max: 2}", "{count: 2, max: 2}")
    serai.file(grown)
    serai("up", "light", timeout=600)
    listed = dom0.run("xl list | grep shop_light").stdout.split()
    assert listed[2:4] == ["128", "2"]
    assert inside(serai, "light", "nproc") == "2"

    serai("destroy", "-y", timeout=600)
    assert dom0.run(LEFT).stdout == before
