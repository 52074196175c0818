"""A record goes into the domain's metadata and comes back the same."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Forward, Image
from serai.providers.libvirt.record import Phase, Record, Volume, decode, encode
from serai.spec.machine import Machine

WHOLE = Record(
    name="web",
    project="shop",
    project_id="3f2a",
    project_root="/srv/shop",
    uri="qemu:///system",
    phase=Phase.MADE,
    applied=Machine(name="web", image="tiny"),
    image=Image(reference="tiny", digest="sha256:0", disk=Path("/images/tiny.qcow2")),
    volumes=(Volume(pool="default", name="shop-3f2a_web_root.qcow2", disk="root"),),
    forwards=(Forward(guest=80, host=8080),),
)


def test_a_record_is_one_line_and_comes_back() -> None:
    text = encode(WHOLE)

    assert "\n" not in text
    assert decode(text) == WHOLE


def test_what_is_no_record_is_said() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode('{"name": 1}')


def test_a_value_that_no_record_holds_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="cannot write object"):
        encode(msgspec.structs.replace(WHOLE, uri=object()))  # type: ignore[arg-type]
