"""Machines on a real libvirtd are changed, saved, copied and taken over, through the real command line."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from libvirt_shop import Shop, virsh

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(900)]

BEFORE = """
machines:
  web:
    cpu: {count: 1, max: 2}
    memory: {size: 192M, max: 1GiB}
    disks: {data: 64MiB}
"""
AFTER = """
networks: {back: {}}
machines:
  web:
    cpu: {count: 2, max: 2, pin: {each: {"0": "0"}}}
    memory: {size: 400M, max: 1GiB}
    iothreads: 2
    disks: {data: 128MiB, more: 32MiB}
    networks: [{private: back}]
    clock: localtime
"""


def test_a_running_machine_is_changed_and_then_nothing_is_left_to_do(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    shop.file(BEFORE)
    shop("up")
    shop.file(AFTER)
    shop("up")

    assert int(shop.inside("web", "nproc")) == 2
    assert int(shop.inside("web", "free -m").split()[7]) > 350
    sizes = shop.inside("web", "cat /proc/partitions")
    assert "131072 vdb" in sizes and "32768 vdd" in sizes
    assert "eth1" in shop.inside("web", "ip link")
    now = ElementTree.fromstring(virsh("dumpxml", shop.domain("web")))
    assert now.findtext("iothreads") == "2"
    assert now.find("cputune/vcpupin").get("cpuset") == "0"

    # the clock waits for a restart, is defined for it, and nothing else is asked for again
    plan = shop("plan", code=None).stdout
    assert "clock.offset" in plan and "1 change," in plan
    later = ElementTree.fromstring(virsh("dumpxml", "--inactive", shop.domain("web")))
    assert (now.find("clock").get("offset"), later.find("clock").get("offset")) == ("utc", "localtime")
    assert len(later.findall("devices/interface")) == 2
    shop("up")
    assert ElementTree.fromstring(virsh("dumpxml", "--inactive", shop.domain("web"))).find("metadata") is not None

    # what was plugged goes again, and takes its reservation along
    shop.file(BEFORE.replace("192M", "300M"))
    shop("up")
    assert "vdd" not in shop.inside("web", "cat /proc/partitions")
    assert "eth1" not in shop.inside("web", "ip link")
    shop("reload", "web")
    assert "nothing to do" in shop("plan", code=None).stdout


def test_applying_twice_defines_nothing_anew(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    shop.file(BEFORE)
    shop("up")
    shop("halt")
    first = virsh("dumpxml", "--inactive", shop.domain("web")).split("</metadata>")[1]
    shop("up")
    shop("halt")

    assert virsh("dumpxml", "--inactive", shop.domain("web")).split("</metadata>")[1] == first


def test_what_others_changed_in_a_domain_survives(libvirt_shop: Shop, tmp_path: Path) -> None:
    shop = libvirt_shop
    shop.file(BEFORE)
    shop("up")
    shop("halt")
    text = virsh("dumpxml", "--inactive", shop.domain("web"))
    edited = tmp_path / "edited.xml"
    edited.write_text(
        text.replace("</devices>", "<watchdog model='i6300esb' action='none'/></devices>").replace(
            "<on_crash>destroy", "<on_crash>preserve"
        )
    )
    virsh("define", str(edited))
    shop.file(BEFORE.replace("192M", "256M"))
    shop("up")
    found = ElementTree.fromstring(virsh("dumpxml", shop.domain("web")))

    assert found.find("devices/watchdog").get("action") == "none"
    assert found.findtext("on_crash") == "destroy"  # serai says this
    assert found.findtext("memory") == str(256 * 1024)


@pytest.mark.parametrize("firmware", ["bios", pytest.param("uefi", marks=pytest.mark.long)])
def test_states_are_saved_and_come_back_with_what_ran(libvirt_shop: Shop, firmware: str) -> None:
    shop = libvirt_shop
    shop.file(f"machines: {{web: {{firmware: {firmware}, disks: {{data: 64MiB}}}}}}")
    shop("up")
    shop.inside("web", "echo one > /root/f; (sleep 7654 > /dev/null 2>&1 &); sync")
    shop("snapshot", "save", "one")
    shop.inside("web", "echo two > /root/f; kill $(pidof sleep); sync")
    shop("snapshot", "save", "two")
    shop.inside("web", "echo three > /root/f; sync")

    shop("snapshot", "restore", "one")
    assert shop.inside("web", "cat /root/f; ps | grep -c '[s]leep 7654'").split() == ["one", "1"]
    assert shop.serai.json("status")["machines"]["web"]["snapshots"] == ["one", "two"]
    shop("snapshot", "restore", "two")
    assert shop.inside("web", "cat /root/f; ps | grep -c '[s]leep 7654' || true").split() == ["two", "0"]

    # deleting one keeps the present and the other
    shop("snapshot", "delete", "one")
    shop.inside("web", "echo four > /root/f; sync")
    shop("snapshot", "restore", "two")
    assert shop.inside("web", "cat /root/f") == "two"
    shop("snapshot", "delete", "two")
    assert shop.inside("web", "echo five > /root/f; sync; cat /root/f") == "five"
    assert shop("snapshot", "list").stdout == ""

    # off: disks alone
    shop("halt")
    shop("snapshot", "save", "off")
    shop("up")
    assert shop.inside("web", "cat /root/f; echo six > /root/f; sync") == "five"
    shop("halt")
    shop("snapshot", "restore", "off")
    shop("snapshot", "delete", "off")
    shop("up")
    assert shop.inside("web", "cat /root/f") == "five"


def test_a_copy_has_what_was_on_its_disks_and_an_identity_of_its_own(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    shop.file("machines: {web: {firmware: uefi, disks: {data: 32MiB}}}")
    shop("up")
    shop.inside("web", "echo kept > /root/f; sync")
    shop("halt")
    shop("clone", "web", "copy")
    shop.file(
        "machines: {web: {firmware: uefi, disks: {data: 32MiB}}, copy: {firmware: uefi, disks: {data: 32MiB}}}"
    )
    shop("up")

    assert shop.inside("copy", "cat /root/f; hostname").split() == ["kept", "copy"]
    web, copy = (ElementTree.fromstring(virsh("dumpxml", shop.domain(name))) for name in ("web", "copy"))
    for path in ("uuid", "name", "genid"):
        assert web.findtext(path) != copy.findtext(path)
    assert web.find("devices/interface/mac").get("address") != copy.find("devices/interface/mac").get("address")
    images = {disk.get("file") for disk in copy.iterfind("devices/disk/source")}
    assert not images & {disk.get("file") for disk in web.iterfind("devices/disk/source")}
    info = subprocess.run(
        ["qemu-img", "info", "-U", next(each for each in images if "_root" in each)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "backing file: /var/lib/libvirt/images/serai-" in info.stdout


def test_a_screen_is_a_picture(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    shop.file("machines: {web: {devices: {graphics: vnc}}, dark: {}}")
    shop("up")
    shop("screenshot", "web")
    assert (shop.serai.root / "web.png").read_bytes().startswith(b"\x89PNG")
    assert "devices: {graphics: vnc}" in shop("screenshot", "dark", code=1).stderr


def test_a_domain_of_virt_install_becomes_a_machine(libvirt_shop: Shop, need: object, tmp_path: Path) -> None:
    need("virt-install", "qemu-img")  # type: ignore[operator]
    shop = libvirt_shop
    name = f"{shop.project}_theirs"
    disk = f"/var/lib/libvirt/images/{shop.project}.theirs.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "64M"], check=True)
    words = f"--name {name} --memory 128 --disk path={disk},bus=virtio --network default,model=virtio"
    shown = "--graphics vnc --print-xml --dry-run"
    fixed = "--connect qemu:///system --virt-type qemu --machine q35 --osinfo generic --import --check all=off"
    made = subprocess.run(
        ["virt-install", *fixed.split(), *words.split(), *shown.split()],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    (tmp_path / "theirs.xml").write_text(made.stdout)
    virsh("define", str(tmp_path / "theirs.xml"))
    try:
        shop.serai.root.mkdir()
        shop("adopt", name)
        assert "provider: libvirt" in (shop.serai.root / "serai.yaml").read_text()
        file = shop.serai.root / "serai.yaml"
        machine = name.replace("_", "-")
        file.write_text(file.read_text().replace("128MiB", "160MiB"))
        shop("up", code=None, env={"SERAI_FAULT": f"after:{machine}/start"})  # nobody answers in an empty disk
        found = ElementTree.fromstring(virsh("dumpxml", name))
        assert found.findtext("memory") == str(160 * 1024)
        assert found.find("devices/graphics").get("type") == "vnc"
        assert "keep is true" in shop("destroy", "-y", code=None).stderr
        shop("destroy", "-y", "--force")
        assert Path(disk).exists()
    finally:
        Path(disk).unlink()


NETWORK = """
networks: {back: {mtu: MTU, domain: shop.test}}
machines:
  web: {networks: [{private: back}]}
  db: {networks: [{private: back}]}
"""


def test_a_network_that_changed_is_told_and_made_anew_when_its_machines_are_off(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    shop.file(NETWORK.replace("MTU", "1400"))
    shop("up")
    assert shop.inside("web", "cat /sys/class/net/eth1/mtu") == "1400"
    shop.file(NETWORK.replace("MTU", "1300"))
    told = shop("plan", code=None).stdout
    assert "networks.back.mtu" in told and "serai halt db web" in told

    shop("halt")
    assert "nothing runs on it" in shop("plan", code=None).stdout
    shop("up")
    assert shop.inside("web", "cat /sys/class/net/eth1/mtu") == "1300"
    assert "1 packets received" in shop.inside("web", "ping -c 1 -W 20 db")
    assert "nothing to do" in shop("plan", code=None).stdout
