"""Providers are found by name, and one that is not there is answered with those that are."""

from __future__ import annotations

import pytest

from plugin import ACME, FREE
from serai.loaders.yaml import load
from serai.providers import registry
from serai.providers.registry import BUILT_IN, known, others, provider_class, raw_block
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_built_in_provider_carries_its_name(name):
    assert provider_class(name).name == name


@pytest.mark.parametrize(
    ("name", "hint"), [("qemo", "did you mean 'qemu'?"), ("zzz", f"there are {', '.join(sorted(BUILT_IN))}")]
)
def test_an_unknown_name_is_answered_with_those_that_are_there(name, hint):
    with pytest.raises(SeraiError) as caught:
        provider_class(name)

    assert (caught.value.code, caught.value.hint) == (Code.INPUT, hint)


def test_a_name_is_known_without_its_provider_being_imported():
    assert known("qemu") == BUILT_IN["qemu"]
    with pytest.raises(SeraiError):
        known("zzz")


def test_an_installed_provider_is_found_and_takes_a_block_of_its_form(plugin):
    plugin("acme", ACME)
    plugin("free", FREE)

    assert provider_class("acme").name == "acme"
    assert raw_block("acme").__name__ == "Options"
    assert raw_block("free") is None
    assert others() == ["acme", "free"]


def test_an_installed_provider_is_among_those_that_are_meant(plugin):
    plugin("acme", ACME)

    with pytest.raises(SeraiError) as caught:
        raw_block("acmee")

    assert caught.value.hint == "did you mean 'acme'?"


def test_an_installed_provider_cannot_take_the_name_of_a_built_in_one(plugin):
    plugin("qemu", ACME)

    assert provider_class("qemu").__module__ == "serai.providers.qemu.driver"
    assert others() == []


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("import gone_for_good\n", "", "No module named 'gone_for_good'"),
        (ACME, "serai_acme:Gone", "no attribute 'Gone'"),
        ("class Acme(:\n", "", "invalid syntax"),
        (
            ACME.replace("options = Options", "options = dict"),
            "",
            "and no kind of Spec",
        ),
    ],
)
def test_a_broken_one_is_told_with_its_name(plugin, source, target, message):
    plugin("acme", source, target)

    with pytest.raises(SeraiError, match=message) as caught:
        raw_block("acme")

    assert "provider acme" in caught.value.message
    assert caught.value.hint


def test_a_built_in_one_has_its_block_in_the_spec():
    with pytest.raises(SeraiError, match="no keys of its own"):
        raw_block("qemu")


def test_entry_points_are_not_looked_up_for_blocks_of_built_in_ones(monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "_entry_point", lambda name: pytest.fail(f"looked up {name}"))
    text = "project: p\nmachines: {a: {providers: {qemu: {accel: tcg}, fake: {times: 1}}}}"

    project = load(tmp_path / "serai.yaml", text=text, known_provider=known, raw_block=raw_block)

    assert project.machines["a"].providers.qemu.accel == "tcg"
