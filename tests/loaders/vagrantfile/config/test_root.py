"""`config` makes its sections when they are spoken to, and notes those that nobody knows."""

from __future__ import annotations


def test_a_section_is_the_same_each_time(machine):
    found = machine('ssh = config.ssh\nssh.username = "a"\nconfig.ssh.password = ssh.username')

    assert found.sections["ssh"]["password"] == "a"


def test_a_strange_namespace_takes_anything_and_is_noted(machine):
    found = machine("config.strange.a.b.c = 1\nconfig.other = 2\nconfig.strange.d { |x| x.y = 1 }")

    assert sorted(found.unknown) == ["other", "strange"]


def test_a_known_plugin_is_not_strange(machine):
    found = machine('config.vbguest.auto_update = false\nconfig.disksize.size = "50GB"')

    assert found.unknown == {}
    assert found.sections["disksize"] == {"size": "50GB"}
