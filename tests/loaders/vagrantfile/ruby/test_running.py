"""Globals, errors by their class, and classes that are made while a file runs."""

from __future__ import annotations

import pytest

from ruby_cases import evaluated, interpreter
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Str


def test_an_error_has_its_class_message_and_place(tmp_path):
    interp = interpreter(tmp_path)

    error = interp.raised("JSON::ParserError", "bad")

    assert error.error.kind.name == "JSON::ParserError" and interp.is_a(error.error, "StandardError")
    assert interp.message_of(error.error) == "bad" and error.where == interp.where


def test_globals_that_ruby_sets_are_read_only(tmp_path):
    interp = interpreter(tmp_path)
    interp.set_global("$x", 5)

    assert interp.has_global("$x") and not interp.has_global("$y")
    with pytest.raises(RubyError, match="read-only"):
        interp.set_global("$1", Str("x"))


def test_ids_of_objects_stay(tmp_path):
    text = "a = 'x'\np a.object_id == a.object_id, a.object_id == 'x'.object_id, :b.object_id == :b.object_id"

    assert evaluated(tmp_path, text) == "true\nfalse\ntrue\n"
