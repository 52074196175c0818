"""Provisioners stand where `before` and `after` put them, Vagrant's oddities included."""

from __future__ import annotations

import pytest

LINE = 'config.vm.provision "{0}", type: "shell", inline: "{0}"{1}'


def order(machine, *lines):
    text = "\n".join(LINE.format(name, f", {rest}" if rest else "") for name, rest in lines)
    return " ".join(entry.name for entry in machine(text).provisioners)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("a", ""), ("b", "")], "a b"),
        ([("x", 'before: "b"'), ("a", ""), ("b", "")], "a x b"),
        ([("a", ""), ("x", 'after: "a"'), ("y", 'after: "a"'), ("b", "")], "a y x b"),
        ([("a", ""), ("b", ""), ("e", "before: :each"), ("f", "after: :each")], "e a f e b f"),
        ([("a", ""), ("e", "after: :each"), ("f", "after: :each")], "a f e"),
        ([("x", "after: :all"), ("y", "after: :all"), ("z", "before: :all"), ("a", "")], "z a y x"),
        ([("x", 'after: "nobody"'), ("a", "")], "a x"),
    ],
)
def test_they_are_in_this_order(machine, lines, expected):
    assert order(machine, *lines) == expected


def test_a_script_is_found_by_the_name_among_its_options_too(machine):
    text = (
        'config.vm.provision "shell", name: "s", inline: "1"\nconfig.vm.provision "x", type: "shell", before: "s"'
    )

    assert [entry.name for entry in machine(text).provisioners] == ["x", "s"]
