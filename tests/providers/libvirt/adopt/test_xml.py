"""Values of a domain's XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serai.providers.libvirt.adopt.xml import is_on, number, size, value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<memory>1024</memory>", 1 << 20),
        ("<memory unit='GiB'>2</memory>", 2 << 30),
        ("<memory unit='GB'>1</memory>", 10**9),
        ("<memory unit='b'>512</memory>", 512),
        ("<memory/>", None),
    ],
)
def test_sizes_have_units(text, wanted):
    assert size(ElementTree.fromstring(text)) == wanted


def test_a_size_that_is_not_there_is_none():
    assert size(None) is None


def test_attributes_are_found_by_their_path(make):
    root = make("<os><type arch='x86_64'/></os><a on='yes' off='off' hex='0x1f'/>")

    assert value(root, "os/type@arch") == "x86_64" and value(root, "os/loader@path") == ""
    assert value(root, "@type") == "qemu"
    assert (is_on(root, "a@on"), is_on(root, "a@off"), is_on(root, "a@other")) == (True, False, None)
    assert (number(root, "a@hex"), number(root, "a@other")) == (31, None)
