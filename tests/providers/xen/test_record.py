"""A record survives being written and read, and one that is no record says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Image
from serai.providers.xen.record import Phase, Record, decode, editing, encode
from serai.util.errors import Code, SeraiError


def test_what_is_written_is_read_again() -> None:
    record = Record(
        name="web",
        project="shop",
        project_id="t1",
        project_root="/p",
        domain="shop_web",
        uuid="u",
        phase=Phase.MADE,
        image=Image(reference="tiny", digest="sha256:1", disk=Path("/d")),
        made={"root": "/r"},
    )

    assert decode(encode(record).decode(), "x") == record


def test_what_is_no_record_is_said_with_its_place() -> None:
    with pytest.raises(SeraiError, match=r"dom0:/x is not the record") as caught:
        decode("{", "dom0:/x")
    assert caught.value.code is Code.CORRUPT


@pytest.mark.root
def test_a_machine_that_is_not_there_has_nothing_to_edit(scope, root) -> None:
    from serai.providers.xen.dom0 import Dom0

    with pytest.raises(SeraiError, match="there is no such machine"), editing(Dom0(""), scope, "web"):
        raise AssertionError
