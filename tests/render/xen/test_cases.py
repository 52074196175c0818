"""Given a machine, this xl.cfg and this XML: xl's own reader and libvirt's own converter read the same machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

import xen_native
from serai.providers.libvirt.render.domain import domain
from serai.providers.xen.render import text
from serai.util.errors import Code, SeraiError
from xen_site import CASES, case_names, libvirt_site_of, loaded, machine_of, site_of

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


def rendered(case: str) -> str:
    machine = machine_of(case)
    return text(machine, site_of(machine))


def xml_of(case: str) -> str:
    machine = machine_of(case)
    return domain(machine, libvirt_site_of(machine))


def read_back(case: str) -> dict[str, Any]:
    if not xen_native.is_there():
        pytest.skip("needs libvirt-daemon-driver-xen")
    return xen_native.converted(json.dumps({name: rendered(name) for name in case_names()}))[case]


@pytest.mark.parametrize("case", case_names())
@pytest.mark.parametrize(("file", "language"), [("expected.cfg", rendered), ("expected.xml", xml_of)])
def test_a_machine_renders_as_expected(
    case: str, file: str, language: Any, request: pytest.FixtureRequest
) -> None:
    found = language(case)
    expected = CASES / case / file
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(found)
    assert found == expected.read_text()


@pytest.mark.parametrize("case", case_names())
def test_xl_reads_every_key_and_every_disk(case: str) -> None:
    seen = read_back(case)["keys"]
    codes = seen.pop("disk codes")
    lines = [line for line in rendered(case).splitlines() if line[:1].isalpha()]

    assert set(codes) == {0}
    assert list(seen) == [line.partition(" = ")[0] for line in lines]


@pytest.mark.parametrize("case", case_names())
def test_libvirt_reads_the_machine_that_our_own_xml_is(case: str) -> None:
    seen = read_back(case)
    if case in UNREAD:
        assert UNREAD[case] in seen["error"]
    elif case not in ONLY_XL:
        assert said(seen["xml"]) == said(xml_of(case))


@pytest.mark.parametrize("case", case_names())
def test_the_schema_of_libvirt_knows_all_of_the_xml(case: str, need: Any, tmp_path: Path) -> None:
    need("virt-xml-validate", "xmllint")
    import subprocess

    (tmp_path / "domain.xml").write_text(xml_of(case))
    words = ["virt-xml-validate", str(tmp_path / "domain.xml"), "domain"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


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
    """libvirt's converter takes every disk for a file, and one that is a device for one of `raw`."""
    source, target = element.find("source"), element.find("target")
    path = (source.get("file") or source.get("dev") or None) if source is not None else None
    driver = element.find("driver")
    assert target is not None and driver is not None
    return (
        *(element.get("device"), path, driver.get("type") or "raw"),
        *(target.get("dev"), target.get("bus"), element.find("readonly") is not None),
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


NASTY = ["a'b", 'a"b', "back\\slash", "semi;colon", "name='x' other=1", "#comment", "ü", "tab"]


@pytest.mark.parametrize("value", NASTY)
def test_a_text_is_one_text_whatever_is_in_it(value: str) -> None:
    machine = loaded("image: tiny")
    raw = msgspec.structs.replace(machine.providers.xen, kernel="/boot/k", cmdline=value)
    machine = msgspec.structs.replace(machine, providers=msgspec.structs.replace(machine.providers, xen=raw))
    if not xen_native.is_there():
        pytest.skip("needs libvirt-daemon-driver-xen")
    config = text(machine, site_of(machine))

    assert xen_native.converted(json.dumps({"x": config}))["x"]["keys"]["cmdline"] == value


@pytest.mark.parametrize("value", ["two\nlines", "both ' and \"", "nul\0"])
def test_a_text_that_xl_cannot_be_told_is_refused(value: str) -> None:
    machine = loaded("image: tiny")
    raw = msgspec.structs.replace(machine.providers.xen, kernel="/boot/k", cmdline=value)
    machine = msgspec.structs.replace(machine, providers=msgspec.structs.replace(machine.providers, xen=raw))

    with pytest.raises(SeraiError) as caught:
        text(machine, site_of(machine))

    assert caught.value.code is Code.INPUT
    assert caught.value.message.startswith("cmdline: ")
