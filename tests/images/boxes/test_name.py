"""Names of boxes and the directories they become."""

from __future__ import annotations

import pytest

from serai.images.boxes.name import folder, in_registry, name_of, word
from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    ("name", "directory"),
    [
        ("debian/bookworm64", "debian-VAGRANTSLASH-bookworm64"),
        ("mine", "mine"),
        ("http://a.example/b.box", "http-VAGRANTCOLON--VAGRANTSLASH--VAGRANTSLASH-a.example-VAGRANTSLASH-b.box"),
    ],
)
def test_a_name_is_a_directory_and_back(name: str, directory: str):
    assert folder(name) == directory
    assert name_of(directory) == name


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a" * 151, "a\nb", "a\\b"])
def test_what_cannot_be_a_directory_is_refused(name: str):
    with pytest.raises(SeraiError, match="name of a box"):
        folder(name)


@pytest.mark.parametrize("text", ["..", "a/b", "", "-x", "a b", "x" * 80])
def test_a_version_is_a_plain_word(text: str):
    with pytest.raises(SeraiError):
        word(text, "version")


def test_the_form_of_a_registrys_name():
    assert in_registry("debian/bookworm64")
    assert not in_registry("bookworm64") and not in_registry("a/b/c") and not in_registry("http://a/b")
