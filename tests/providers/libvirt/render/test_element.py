"""Words of XML: what is unknown is left out, truth is yes and no, sizes are KiB rounded up."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from serai.providers.libvirt.render.element import QEMU, add, add_kib, on_off, text_of


def test_attributes_without_a_value_are_left_out() -> None:
    parent = Element("devices")
    child = add(parent, "disk", type="file", device=None, shared=True, hidden=False, count=2)
    assert child.attrib == {"type": "file", "shared": "yes", "hidden": "no", "count": "2"}
    assert list(parent) == [child]


def test_a_size_is_whole_kib_and_never_too_small() -> None:
    parent = Element("domain")
    assert add_kib(parent, "memory", 1025).text == "2"
    assert add_kib(parent, "memory", 1024, slots=8).attrib == {"unit": "KiB", "slots": "8"}


def test_features_are_on_and_off() -> None:
    assert (on_off(True), on_off(False)) == ("on", "off")


def test_a_document_is_indented_escaped_and_declares_its_namespaces() -> None:
    root = Element("domain")
    add(root, "name", "<&>")
    add(add(root, f"{{{QEMU}}}commandline"), f"{{{QEMU}}}arg", value="-S")
    assert text_of(root) == (
        f'<domain xmlns:qemu="{QEMU}">\n'
        "  <name>&lt;&amp;&gt;</name>\n"
        "  <qemu:commandline>\n"
        '    <qemu:arg value="-S" />\n'
        "  </qemu:commandline>\n"
        "</domain>\n"
    )
