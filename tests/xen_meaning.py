"""What a domain's XML says of a machine on Xen: libvirt's reading of an xl.cfg beside our own XML."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from serai.providers.libvirt.render.domain import domain
from xen_site import libvirt_site_of, machine_of

UNREAD = {
    "one-on-one": "expected a string for 'cpus'",
    "pinned-each": "expected a string for 'cpus'",
    "trusted": "no error",
    "untrusted": "no error",
    "one-untrusted": "no error",
}
"""What libvirt 9.0 cannot read, and xl can: a list of CPUs, and a word of a card without a value."""
ONLY_XL = {"nested-pvh", "own-keys"}
"""What libvirt's provider refuses, as its driver drops it: nested PVH, keys of xl's own."""


def xml_of(case: str) -> str:
    machine = machine_of(case)
    return domain(machine, libvirt_site_of(machine))


def said(xml: str) -> dict[str, Any]:
    """What a domain's XML says of the machine, without what either side leaves to libvirt."""
    root = ElementTree.fromstring(xml)
    vcpu = root.find("vcpu")
    assert vcpu is not None
    cpu = root.find("cpu")
    return {
        **{name: root.findtext(name) for name in ("name", "uuid", "memory", "currentMemory", "bootloader")},
        **{name: root.findtext(name) for name in ("on_poweroff", "on_reboot", "on_crash")},
        **{
            f"os/{name}": root.findtext(f"os/{name}") for name in ("type", "loader", "kernel", "initrd", "cmdline")
        },
        "board": root.find("os/type").get("machine"),  # type: ignore[union-attr]
        "boot": [each.get("dev") for each in root.iterfind("os/boot")],
        "vcpu": (vcpu.text, vcpu.get("current"), vcpu.get("cpuset")),
        "features": sorted((each.tag, each.get("state")) for each in root.iterfind("features/*")),
        "cpu": cpu.get("mode") if cpu is not None and len(cpu.findall("feature")) + 1 else None,
        "flags": sorted(
            (each.get("name"), each.get("policy"))
            for each in root.iterfind("cpu/feature")
            if each.get("name") not in ("vmx", "svm")
        ),
        "cells": [
            (each.get("cpus"), each.get("memory"), [far.get("value") for far in each.iter("sibling")])
            for each in root.iterfind("cpu/numa/cell")
        ],
        "clock": (root.find("clock").get("offset"), root.find("clock").get("basis")),  # type: ignore[union-attr]
        "timers": sorted(tuple(each.items()) for each in root.iterfind("clock/timer")),
        "disks": [disk(each) for each in root.iterfind("devices/disk")],
        "cards": [card(each) for each in root.iterfind("devices/interface")],
        "serial": [
            (each.get("type"), (each.find("source").get("path") if each.find("source") is not None else None))  # type: ignore[union-attr]
            for each in root.iterfind("devices/serial")
        ],
        "consoles": [each.get("type") for each in root.iterfind("devices/console/target")],
        "screen": [
            (each.get("port"), each.get("autoport"), each.find("listen").get("address"))  # type: ignore[union-attr]
            for each in root.iterfind("devices/graphics")
        ],
        "given": sorted(given(each) for each in root.iterfind("devices/hostdev")),
    }


def disk(element: ElementTree.Element) -> tuple[Any, ...]:
    """libvirt's converter takes every disk for a file, and one that is a device for one of `raw`.

    Who serves it counts where that is not QEMU's to do.
    """
    source, target = element.find("source"), element.find("target")
    path = (source.get("file") or source.get("dev") or None) if source is not None else None
    driver = element.find("driver")
    assert target is not None and driver is not None
    return (
        *(element.get("device"), path, driver.get("type") or "raw"),
        *(target.get("dev"), target.get("bus"), element.find("readonly") is not None),
        driver.get("name") if element.find("readonly") is not None else None,
    )


def card(element: ElementTree.Element) -> dict[str, Any]:
    parts = {
        "mac": ("mac", "address"),
        "bridge": ("source", "bridge"),
        "script": ("script", "path"),
        "ip": ("ip", "address"),
        "model": ("model", "type"),
        "rate": ("bandwidth/outbound", "average"),
    }
    found = {name: element.find(path) for name, (path, _) in parts.items()}
    return {name: each.get(parts[name][1]) for name, each in found.items() if each is not None}


def given(element: ElementTree.Element) -> str:
    source = element.find("source")
    address = element.find("source/address")
    assert source is not None and address is not None
    return f"{element.get('type')} {sorted(address.items())} {source.get('writeFiltering')}"
