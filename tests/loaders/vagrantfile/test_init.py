"""A Vagrantfile is loaded: its machines, what it was read from, what is noticed, what is refused."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError, SeraiErrors


def test_all_machines_come_in_the_order_of_their_definition(read):
    config = read('config.vm.box = "b"\n%w[c a b].each { |name| config.vm.define(name) }')

    assert list(config.machines) == ["c", "a", "b"]


def test_a_namespace_that_nobody_knows_is_one_notice(read):
    config = read('config.vm.box = "b"\nconfig.nobody.a = 1\nconfig.nobody.b = 2\nconfig.vm.define "m"')

    assert [what for _, what, _ in config.notices] == [
        "config.nobody: no such namespace is known, it has no effect"
    ]
    assert str(config.notices[0][0]).startswith("Vagrantfile:3")


def test_all_that_is_wrong_is_told_at_once(read):
    with pytest.raises(SeraiErrors) as caught:
        read('config.vm.hostname = "no_good"\nconfig.vm.boxx = "b"', check=True)

    assert [error.message for error in caught.value.errors] == [
        "vm.boxx: unknown setting",
        "machine default: it has no box",
        "machine default: hostname 'no_good' cannot be one",
    ]
    assert caught.value.errors[0].hint.startswith("did you mean 'box")


def test_one_error_alone_is_raised_as_itself(read):
    with pytest.raises(SeraiError) as caught:
        read('config.ssh.username = "me"', check=True)

    assert not isinstance(caught.value, SeraiErrors)
    assert caught.value.message == "machine default: it has no box"


def test_what_the_file_raises_has_its_place(read):
    with pytest.raises(SeraiError) as caught:
        read('config.vm.box = "b"\nraise "stop here"')

    assert "stop here" in caught.value.message
    assert caught.value.where is not None and str(caught.value.where).startswith("Vagrantfile:3")


def test_the_users_file_lies_below_the_projects(read, tmp_path):
    (tmp_path / "home").mkdir()
    home = tmp_path / "home" / "Vagrantfile"
    home.write_text('Vagrant.configure("2") { |c| c.vm.box = "home"; c.vm.hostname = "home" }')
    config = read('config.vm.box = "project"', user_vagrantfile=home)

    assert config.machines["default"].sections["vm"]["box"] == "project"
    assert config.machines["default"].sections["vm"]["hostname"] == "home"
    assert str(home) in config.read


def test_pushes_are_read(read):
    config = read('config.push.define("here", strategy: "local-exec") { |push| push.inline = "x" }')

    assert [(push.id, push.type, push.options["inline"]) for push in config.pushes] == [
        ("here", "local-exec", "x")
    ]


def test_what_the_result_hangs_on_is_told(read, tmp_path):
    (tmp_path / "x.sh").write_text("echo")
    config = read('config.vm.box = ENV["BOX"] || "b"\nconfig.vm.post_up_message = File.read("x.sh")')

    assert {str(tmp_path / "Vagrantfile"), str(tmp_path / "x.sh")} <= set(config.read)
    assert config.looked_at["BOX"] is None


def test_what_was_not_done_is_said_where_it_is_missed(read):
    with pytest.raises(SeraiError) as caught:
        read('FileUtils.cp("a.yml", "b.yml")\nFile.read("b.yml")')

    assert caught.value.message.startswith("No such file or directory")
    assert caught.value.hint.startswith("before, at Vagrantfile:2:")
    assert "FileUtils.cp(a.yml, b.yml) is not done" in caught.value.hint
    assert caught.value.hint.endswith("--ruby runs the file by a real Ruby")
