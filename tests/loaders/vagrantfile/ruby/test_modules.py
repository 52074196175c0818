"""Classes of the library are made when they are named; what a file adds stays in its evaluation."""

from __future__ import annotations

from ruby_cases import evaluated, interpreter


def test_the_ancestors_of_a_class_are_those_of_ruby(tmp_path):
    interp = interpreter(tmp_path)

    def chain(name):
        return [module.name for module in interp.ancestors(interp.constant(name))]

    assert chain("Integer") == ["Integer", "Numeric", "Comparable", "Object", "Kernel"]
    assert chain("NoMethodError")[:3] == ["NoMethodError", "NameError", "StandardError"]
    assert chain("Class") == ["Class", "Module", "Object", "Kernel"]
    assert interp.constant("Errno::ENOENT").parent is interp.constant("SystemCallError")


def test_a_patch_of_a_class_is_gone_in_the_next_evaluation(tmp_path):
    evaluated(tmp_path, "class String\n  def shout = upcase\nend")

    assert evaluated(tmp_path, "p 'x'.respond_to?(:shout)") == "false\n"


def test_a_method_that_is_defined_late_is_found(tmp_path):
    text = "class A\nend\na = A.new\np a.respond_to?(:x)\n"
    text += "class Object\n  def x = 1\nend\np a.x\nclass A\n  def x = 2\nend\np a.x"

    assert evaluated(tmp_path, text) == "false\n1\n2\n"
