"""The record of a container survives, or says that it does not."""

from __future__ import annotations

import pytest

from serai.providers.contract import Mark
from serai.providers.lxc import record
from serai.util.errors import Code, SeraiError


def test_what_is_saved_is_loaded(made):
    directory = made("web", marks={"shell-1": Mark("d", 1.0)}, base="lxc.arch = x86_64\n")

    seen = record.load(directory)

    assert seen is not None
    assert (seen.marks["shell-1"].digest, seen.base) == ("d", "lxc.arch = x86_64\n")


def test_a_container_of_somebody_elses_has_none(containers):
    assert record.load(containers / "other") is None


def test_a_torn_record_is_named(made):
    directory = made("web")
    (directory / "serai.json").write_text("{")

    with pytest.raises(SeraiError) as caught:
        record.load(directory)

    assert caught.value.code is Code.CORRUPT


def test_a_bridge_that_others_may_be_about_to_join_is_not_its_own(made):
    from serai.spec.network import Network

    networks = {"back": Network(), "both": Network(bridge="serai-22222222")}
    directory = made("web", networks=networks, bridges=("serai-11111111", "serai-22222222"))

    assert record.load(directory).own_bridges() == ("serai-11111111",)


def test_what_is_edited_is_kept(made, containers):
    directory = made("web")
    with record.editing(directory) as seen:
        seen.stopped = False

    again = record.load(directory)
    assert again is not None
    assert again.stopped is False

    with pytest.raises(SeraiError, match="no such container"), record.editing(containers / "none"):
        pass
