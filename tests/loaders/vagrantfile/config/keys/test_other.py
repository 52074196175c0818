"""The small namespaces and the strategies of push."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.keys.other import named


def test_winrms_ports_follow_its_transport(machine):
    assert machine("config.winrm.transport = :ssl").sections["winrm"]["port"] == 5986
    assert machine("config.winrm.port = 1").sections["winrm"]["port"] == 1
    assert "port" not in machine("config.winrm.port = nil").sections["winrm"]


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ("a", {"a": {}}),
        (["a", {"b": {"version": "1"}}], {"a": {}, "b": {"version": "1"}}),
        ({"a": {}}, {"a": {}}),
        (5, 5),
        ([5], [5]),
    ],
)
def test_plugins_are_by_name(given, result):
    assert named(given) == result


def test_one_sensitive_word_is_a_list(machine):
    assert machine('config.vagrant.sensitive = "x"').sections["vagrant"]["sensitive"] == ["x"]


@pytest.mark.parametrize(("ruby", "result"), [("1", "1"), ("[1, true, nil]", ["1", "true", ""])])
def test_arguments_of_a_script_are_texts(read, ruby, result):
    push = read(f'config.push.define("local-exec") {{ |p| p.args = {ruby} }}').pushes[0]

    assert push.options["args"] == result
