"""shell, file and ansible are finished as Vagrant does it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("line", "key", "result"),
    [
        ('"shell", args: 1', "args", "1"),
        ('"shell", args: [1, "b"]', "args", ["1", "b"]),
        ('"shell", args: [nil, true, "b"]', "args", [None, True, "b"]),
        ('"shell", args: true', "args", True),
        ('"ansible", extra_vars: "f.yml"', "extra_vars", "@f.yml"),
        ('"ansible", raw_arguments: "-C"', "raw_arguments", ["-C"]),
        ('"ansible", raw_ssh_args: "-C"', "raw_ssh_args", ["-C"]),
        ('"ansible", sudo: true', "become", True),
        ('"ansible", become: "yes"', "become", False),
        ('"ansible", ask_sudo_pass: true', "ask_become_pass", True),
        ('"ansible", force_remote_user: nil', "force_remote_user", True),
        ('"ansible_local", install_mode: :other', "install_mode", "default"),
        ('"ansible_local", install_mode: "pip"', "install_mode", "pip"),
    ],
)
def test_an_option_is_finished(machine, line, key, result):
    assert machine(f"config.vm.provision {line}").provisioners[0].options[key] == result


def test_a_mode_that_is_none_is_left_out(machine):
    assert (
        "compatibility_mode"
        not in machine('config.vm.provision "ansible", compatibility_mode: "x"').provisioners[0].options
    )
