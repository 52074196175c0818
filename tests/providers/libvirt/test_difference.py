"""What a start would change in a domain, as lines."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Materials
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.units import GIB

WEB = Machine(name="web", provider="libvirt")


def test_nothing_would_change_in_what_was_just_made(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())

    assert "\n".join(pretended.difference(WEB, Materials())) == ""


def test_a_changed_key_is_a_changed_line(pretended: Libvirt) -> None:
    pretended.create(WEB, Materials())
    lines = pretended.difference(msgspec.structs.replace(WEB, memory=Memory(size=GIB)), Materials())

    assert '+  <memory unit="KiB">1048576</memory>' in lines
    assert '-  <memory unit="KiB">524288</memory>' in lines


def test_what_others_changed_is_shown_only_where_serai_would_change_it_back(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    conn = opened(uri)
    text = conn.lookupByName("shop_web").XMLDesc(0)
    conn.defineXML(text.replace("<vcpu", "<title>mine</title><vcpu").replace(">524288<", ">262144<"))
    lines = pretended.difference(WEB, Materials())

    assert any("524288" in line for line in lines)
    assert not any("mine" in line and line[0] in "+-" for line in lines)


def test_a_machine_that_is_not_there_is_all_new(pretended: Libvirt) -> None:
    lines = pretended.difference(WEB, Materials())

    assert lines[0].startswith("+<domain") and all(line.startswith("+") for line in lines)
