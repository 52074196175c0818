"""Which method answers."""

from __future__ import annotations

import pytest

from ruby_cases import evaluated, interpreter
from serai.loaders.vagrantfile.ruby.values import Object
from serai.util.errors import SeraiError


class Host:
    ruby_class = "Settings"

    def ruby_responds(self, name):
        return name == "box"

    def ruby_send(self, rt, name, args, block):
        return name


def test_every_object_s_methods_do_not_reach_a_host_object(tmp_path):
    interp = interpreter(tmp_path)
    host = Host()

    assert interp.send(host, "nil?", []) is False
    assert interp.send(host, "memory", []) == "memory"
    assert interp.send(host, "send", [interp.symbol("cpus")]) == "cpus"
    assert interp.responds(host, "box") and not interp.responds(host, "other")
    assert interp.class_of(host).name == "Settings"


def test_a_value_that_is_none_of_ruby_is_a_fault_of_ours(tmp_path):
    with pytest.raises(TypeError, match="a Python dict is no value"):
        interpreter(tmp_path).send({}, "x", [])


def test_private_methods_answer_from_inside_alone(tmp_path):
    text = "class A\n  def go = hidden\n  private\n  def hidden = 1\nend\n"

    assert evaluated(tmp_path, text + "p A.new.go") == "1\n"
    with pytest.raises(SeraiError, match="private method `hidden' called for"):
        evaluated(tmp_path, text + "A.new.hidden")


def test_an_object_is_of_its_class_and_of_what_extends_it(tmp_path):
    interp = interpreter(tmp_path)
    thing = Object(interp.constant("Object"))
    thing.extended.append(interp.constant("Comparable"))

    assert interp.is_kind(thing, interp.constant("Kernel"))
    assert interp.is_kind(thing, interp.constant("Comparable"))
    assert not interp.is_kind(thing, interp.constant("String"))
