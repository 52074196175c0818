"""A tree that grows, its places and its notes."""

from __future__ import annotations

import msgspec
import pytest

from serai.loaders.vagrantfile.config.model import MachineConfig
from serai.loaders.vagrantfile.mapping.draft import NO_WORD, Draft, Options, calls, listed, number, seen, truth
from serai.loaders.vagrantfile.mapping.host import Host
from serai.util.errors import Where
from vagrant_cases import config_of

HERE = Where("Vagrantfile", 7, 3)


def machine() -> MachineConfig:
    return config_of({"machines": {"web": {"vm": {"box": "a/b"}}}}).machines["web"]


@pytest.fixture
def draft() -> Draft:
    return Draft(machine(), "qemu", Host())


def test_a_value_has_its_place_and_its_note(draft: Draft) -> None:
    draft.put(("cpu", "count"), 2, "libvirt.cpus", HERE)
    draft.append(("networks",), {"public": {}}, "network", HERE, "it asks")

    assert draft.data == {"cpu": {"count": 2}, "networks": [{"public": {}}]}
    assert draft.places == {("cpu", "count"): HERE, ("networks", 0): HERE}
    assert [note.line() for note in draft.notes] == [
        "Vagrantfile:7:3: web: libvirt.cpus -> cpu.count",
        "Vagrantfile:7:3: web: network -> networks[0] (it asks)",
    ]
    assert draft.get("cpu", "count") == 2
    assert draft.get("cpu", "count", "more") is None


def test_options_that_are_not_taken_are_told(draft: Draft) -> None:
    options = Options(draft, "folder", {"a": 1, "b": 2, "c": 3, "d": None, "e": 5}, HERE)
    assert (options.take("a"), options.take("d", 9), options.keys()) == (1, 9, ["b", "c", "e"])
    options.quiet("e")
    options.drop("b", "it is odd")
    options.done("there", {})

    assert [(note.key, note.to or note.because) for note in draft.notes] == [
        ("folder.b", "it is odd"),
        ("folder a", "there"),
        ("folder.c", NO_WORD),
    ]


def test_an_option_that_is_refused_is_not_taken(draft: Draft) -> None:
    options = Options(draft, "folder", {"a": 1, "b": 2}, HERE)
    options.take("a"), options.take("b")
    options.refuse("b", "2 is none")
    options.done("there")

    assert [(note.line(), note.refused) for note in draft.notes] == [
        ("Vagrantfile:7:3: web: folder.b refused, because 2 is none", True),
        ("Vagrantfile:7:3: web: folder a -> there", False),
    ]


def test_a_providers_own_options_count_more_and_libvirts_count_everywhere() -> None:
    options = {"ip": "1", "virtualbox__ip": "2", "libvirt__ip": "3", "libvirt__mtu": 9}

    assert seen(options, "virtualbox") == {"ip": "2", "mtu": 9}
    assert seen(options, "libvirt") == {"ip": "3", "mtu": 9}


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (3, 3),
        ("12", 12),
        (2.0, 2),
        (2.5, None),
        (True, None),
        ("1G", None),
        (None, None),
        ("8²", None),
        ("9" * 10_000, None),
    ],
)
def test_whole_numbers(value: object, meant: int | None) -> None:
    assert number(value) == meant


def test_truth_and_lists() -> None:
    assert [truth(value) for value in ("on", "yes", "off", "", 0, None, False, [])] == [
        *(True, True, False, False, True, False, False, True)
    ]
    assert (listed(None), listed("a"), listed(["a"])) == ([], ["a"], ["a"])


def test_a_value_of_another_form_is_told_in_words(draft: Draft) -> None:
    draft.attempt("libvirt.memory", HERE, int, "x")

    assert [(note.key, note.because) for note in draft.notes] == [
        ("libvirt.memory", "its value is of no form that is known")
    ]


def test_each_call_has_its_own_place_and_others_that_of_the_key() -> None:
    config = msgspec.structs.replace(machine(), provider_places={"libvirt": {"pci[1]": HERE}})
    draft, first = Draft(config, "qemu", Host()), Where("Vagrantfile", 4, 3)

    assert list(calls(draft, ["a", "b"], "libvirt.pci", first)) == [("a", first), ("b", HERE)]
    assert list(calls(draft, "a", "libvirt.usb", first)) == [("a", first)]
