"""What others take away between a list and a look is left out."""

from __future__ import annotations

import pytest

from serai.providers.libvirt import networks, pools, there
from serai.providers.libvirt.connect import opened


def test_what_has_gone_since_it_was_listed_is_left_out(uri: str) -> None:
    conn = opened(uri)
    listed = [conn.networkDefineXML(f"<network><name>{name}</name></network>") for name in ("stays", "goes")]
    listed[1].undefine()
    assert [network.name() for network, _ in there.each(listed, networks.parse)] == ["stays"]
    listed[0].undefine()


def test_other_errors_are_not_hidden(uri: str) -> None:
    libvirt = pytest.importorskip("libvirt")

    def refused(_thing: object) -> str:
        opened(uri).networkCreateXML("<no-network/>")
        return ""

    with pytest.raises(libvirt.libvirtError):
        list(there.each([1], refused))


def test_a_pool_that_goes_while_one_is_looked_for_is_no_error(uri: str) -> None:
    assert pools._at(opened(uri), "/nowhere") is None
