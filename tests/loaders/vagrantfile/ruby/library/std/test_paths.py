"""The parts of paths as Ruby takes them apart."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.std import paths


@pytest.mark.parametrize(
    ("name", "base", "directory", "extension"),
    [
        ("/a/b.rb", "b.rb", "/a", ".rb"),
        ("a", "a", ".", ""),
        ("/", "/", "/", ""),
        ("//a//", "a", "/", ""),
        (".x.y", ".x.y", ".", ".y"),
        ("a.", "a.", ".", "."),
        ("", "", ".", ""),
    ],
)
def test_base_directory_and_extension(name, base, directory, extension):
    assert (paths.base(name), paths.directory(name), paths.extension(name)) == (base, directory, extension)


def test_a_suffix_is_taken_off():
    assert paths.without("a.rb", ".rb") == "a"
    assert paths.without("a.rb", ".*") == "a"
    assert paths.without(".rb", ".rb") == ".rb"
    assert paths.without("a.rb", ".py") == "a.rb"


def test_bytes_that_are_no_text_come_back_as_they_were():
    assert paths.encoded(paths.decoded(b"\xff\x00a").s) == b"\xff\x00a"
