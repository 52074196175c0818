"""What decides single elements of a Xen domain's XML; whole ones are in tests/render/xen."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serai.providers.libvirt.render.domain import domain
from serai.providers.libvirt.render.xen import rate
from xen_site import libvirt_site_of, loaded


@pytest.mark.parametrize(
    ("text", "kib"), [("10Mb/s", 1280), ("1MB/s@20ms", 1024), ("8b/s", 1), ("1GB/s", 1 << 20), ("16Kb/s", 2)]
)
def test_a_rate_is_in_kibibytes(text: str, kib: int) -> None:
    assert rate(text) == kib


def test_hidden_flags_do_not_turn_nested_virtualization_on() -> None:
    """host-passthrough alone would."""
    machine = loaded("providers: {xen: {type: hvm}}\ncpu: {features: {avx512f: false}}")
    found = ElementTree.fromstring(domain(machine, libvirt_site_of(machine))).iterfind("cpu/feature")

    assert {each.get("name"): each.get("policy") for each in found} == {
        "avx512f": "disable",
        "vmx": "disable",
        "svm": "disable",
    }


def test_edits_of_the_xml_are_made() -> None:
    machine = loaded("image: tiny\nproviders: {libvirt: {xml: ['<description>mine</description>']}}")

    assert "<description>mine</description>" in domain(machine, libvirt_site_of(machine))
