"""Providers are found by name, and one that is not there is answered with those that are."""

from __future__ import annotations

import pytest

from serai.providers.registry import BUILT_IN, known, provider_class
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_built_in_provider_carries_its_name(name):
    assert provider_class(name).name == name


@pytest.mark.parametrize(("name", "hint"), [("qemo", "did you mean 'qemu'?"), ("zzz", "there are fake, qemu")])
def test_an_unknown_name_is_answered_with_those_that_are_there(name, hint):
    with pytest.raises(SeraiError) as caught:
        provider_class(name)

    assert (caught.value.code, caught.value.hint) == (Code.INPUT, hint)


def test_a_name_is_known_without_its_provider_being_imported():
    assert known("qemu") == BUILT_IN["qemu"]
    with pytest.raises(SeraiError):
        known("zzz")
