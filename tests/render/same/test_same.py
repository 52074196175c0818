"""One spec, rendered for both providers, is the same QEMU: what libvirt makes of our XML agrees with our argv.

Left out: names, ids, places on buses, sockets and logs, libvirt's own channel to QEMU, and interfaces, which the
conversion replaces (it would make a tap for each). Source of the other side: `virsh domxml-to-native qemu-argv`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
import yaml

import libvirt_site
import qemu_site
from serai.loaders.yaml import load
from serai.providers.libvirt.render.domain import domain
from serai.providers.qemu import render
from serai.providers.qemu.features import binary_for, features
from serai.spec.disk import DiskDevice
from serai.spec.machine import Machine

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
BACKEND = ("qom-type", "size", "share", "prealloc", "prealloc-threads", "host-nodes", "policy", "hugetlb")
DISK = ("write-cache", "num-queues", "max_ioqpairs", "serial")
BLOCK = ("driver", "discard", "detect-zeroes", "cache", "read-only")
PARTS = ("sockets", "dies", "cores", "threads")
BOARD = ("smm", "vmport", "mem-merge", "hpet", "dump-guest-core")
ALIKE = {
    "bochs-display",
    "i6300esb",
    "qxl-vga",
    "tpm-crb",
    "tpm-tis",
    "usb-host",
    "vhost-user-fs-pci",
    "vmgenid",
} | {
    *("virtio-balloon-pci", "virtio-rng-pci", "virtio-scsi-pci", "virtio-serial-pci", "virtio-vga", "VGA"),
    *("virtserialport", "vhost-vsock-pci", "vfio-pci"),
}
"""Devices that must be there equally often."""
SWITCHES = ("deflate-on-oom", "free-page-reporting", "num_queues")
"""Their properties that are compared."""


def machine_of(case: str, provider: str) -> Machine:
    spec = dict(CASES[case])
    accel = spec.pop("accel", "tcg")
    machine = {"image": "debian:12", "provider": provider, **spec, "providers": {provider: {"accel": accel}}}
    text = yaml.safe_dump({"project": "shop", "machines": {"web": machine}})
    return load(Path("/srv/shop/serai.yaml"), text=text, environ={}).machines["web"]


def value_of(text: str) -> dict[str, Any]:
    """An option's value, as words or as JSON; switches are `True` and `False`."""
    if text.startswith("{"):
        found: dict[str, Any] = msgspec.json.decode(text)
    else:
        first, *words = re.split(r"(?<!,),(?!,)", text)
        pairs = [word.partition("=") for word in words]
        found = {key: value for key, _, value in pairs}
        key, equals, value = first.partition("=")
        found |= {key: value} if equals else {"driver": first, "qom-type": first}
    return {key: {"on": True, "off": False}.get(str(value), value) for key, value in found.items()}


class Seen:
    """What an argv says of the machine, in words that both sides share."""

    def __init__(self, argv: list[str]) -> None:
        self.said: dict[str, list[str]] = {}
        for option, value in zip(argv, [*argv[1:], ""], strict=True):
            if option.startswith("-"):
                self.said.setdefault(option, []).append(value)
        self.objects = [value_of(text) for text in self.said.get("-object", [])]
        self.devices = [value_of(text) for text in self.said.get("-device", [])]
        self.blocks = {each["node-name"]: each for each in map(value_of, self.said.get("-blockdev", []))}
        self.threads = [each["id"] for each in self.objects if each["qom-type"] == "iothread"]

    def facts(self) -> dict[str, Any]:
        board = value_of(self.said["-machine"][0])
        if "-no-hpet" in self.said:
            board["hpet"] = False
        smp = value_of(f"smp,{self.said['-smp'][0]}")
        return {
            "cpu": sorted(set(self.said["-cpu"][0].split(",")) - {"migratable=on"}),
            "topology": {key: smp[key] for key in PARTS if smp.get(key, "1") != "1"},
            "board": {key: board[key] for key in BOARD if board.get(key, True) is not True},
            "rtc": self.said["-rtc"],
            "pit": [each for each in self.said.get("-global", []) if "kvm-pit" in each and self.kvm()],
            "locked": "mem-lock=on" in self.said.get("-overcommit", []),
            "memory": self.memory(),
            "nodes": self.nodes(),
            "iothreads": len(self.threads),
            "disks": self.disks(),
            "devices": Counter(each["driver"] for each in self.devices if each.get("driver") in ALIKE),
            "switches": sorted(
                f"{each['driver']} {key}={each[key]}" for each in self.devices for key in SWITCHES if key in each
            ),
            "firmware": sorted(
                str(each["filename"])
                for each in (block.get("file", block) for block in self.blocks.values())
                if isinstance(each, dict) and "CODE" in str(each.get("filename", ""))
            ),
        }

    def kvm(self) -> bool:
        """Without it there is no interval timer of KVM's, whatever is said of it."""
        return self.said.get("-accel") == ["kvm"]

    def memory(self) -> list[dict[str, Any]]:
        """Plain anonymous memory is an object for libvirt, and none for us."""
        found = []
        for each in self.objects:
            if str(each["qom-type"]).startswith("memory-backend"):
                if each["qom-type"] == "memory-backend-memfd":
                    each.setdefault("share", True)  # QEMU's default, for memfd alone
                part = {key: each[key] for key in BACKEND if each.get(key) not in (None, False)}
                if part.keys() - {"size"} != {"qom-type"} or part["qom-type"] != "memory-backend-ram":
                    found.append(part)
        return found

    def nodes(self) -> list[str]:
        """CPUs and distances of the guest's nodes; libvirt makes one for memory that can grow, as QEMU does."""
        found = sorted(re.sub(r",memdev=[^,]*", "", each) for each in self.said.get("-numa", []))
        return found if len(found) > 1 else []

    def disks(self) -> dict[str, Any]:
        found = {}
        for each in self.devices:
            if each.get("driver") not in ("virtio-blk-pci", "scsi-hd", "ide-hd", "nvme"):
                continue
            serial = each.get("serial", "")
            if serial == "seed":
                continue
            fact = {key: str(each[key]) for key in DISK if key in each} | {"device": each["driver"]}
            if "iothread" in each:
                fact["iothread"] = self.threads.index(each["iothread"])
            if "drive" in each:
                fact |= self.nodes_below(each["drive"])
            found[serial] = fact
        return found

    def nodes_below(self, name: str) -> dict[str, Any]:
        form = self.blocks[name]
        file = self.blocks[form["file"]]
        words = {key: form[key] for key in BLOCK if form.get(key) not in (None, False)}
        if "read-only" in words:
            words.pop("discard", None)  # nothing is given back by who cannot write
        # Whether blocks are given back is decided by the format's node, which is asked first.
        return {"format": words, "aio": file["aio"], "file": {key: file[key] for key in ("driver", "cache")}}


def ours(case: str) -> Seen:
    machine = machine_of(case, "qemu")
    site = qemu_site.site_of(machine, features(binary_for("amd64")))
    disks = tuple(
        msgspec.structs.replace(each, aio="threads" if machine.disks[each.name].io == "auto" else each.aio)
        if each.name in machine.disks
        else msgspec.structs.replace(each, aio="threads")
        for each in site.disks
    )
    accel = str(machine.providers.qemu.accel)
    return Seen(render.argv(machine, msgspec.structs.replace(site, disks=disks, accel=accel, nested_flag="svm")))


def libvirts(case: str, uri: str, place: Path) -> Seen:
    machine = machine_of(case, "libvirt")
    root = ElementTree.fromstring(domain(machine, libvirt_site.site_of(machine)))
    devices = root.find("devices")
    assert devices is not None
    for nic in devices.findall("interface"):
        devices.remove(nic)
    (place / "domain.xml").write_bytes(ElementTree.tostring(root))
    words = ["virsh", "-q", "-c", uri, "domxml-to-native", "qemu-argv", "--xml", str(place / "domain.xml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    argv = shlex.split(done.stdout)
    return Seen(argv[next(number for number, word in enumerate(argv) if "qemu-system" in word) :])


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.parametrize("case", CASES)
def test_both_providers_start_the_same_machine(case: str, libvirtd: str, home: Path, tmp_path: Path) -> None:
    if CASES[case].get("accel") == "kvm" and not Path("/dev/kvm").exists():
        pytest.skip("only where /dev/kvm is does libvirt take domains for it")
    assert ours(case).facts() == libvirts(case, libvirtd, tmp_path).facts()


def test_a_difference_would_be_seen() -> None:
    """The comparison looks at what it says it does: each change below is one."""
    one = ["qemu", "-cpu", "max", "-machine", "q35", "-rtc", "base=utc", "-smp", "2,cores=2"]
    changed = {
        "-cpu": "max,avx2=off",
        "-machine": "q35,mem-merge=off",
        "-rtc": "base=localtime",
        "-smp": "2,dies=2",
    }
    for option, value in changed.items():
        other = [value if before == option else word for before, word in zip(["", *one], one, strict=False)]
        assert Seen(one).facts() != Seen(other).facts(), option


def test_every_disk_of_a_case_is_compared(home: Path) -> None:
    stated = {name for name, disk in machine_of("disks", "qemu").disks.items() if disk.device is DiskDevice.DISK}
    assert len(ours("disks").disks()) == len(stated)
