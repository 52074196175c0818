"""ssh is finished as Vagrant does it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("line", "key", "result"),
    [
        ('private_key_path = "k"', "private_key_path", ["k"]),
        ('private_key_path = ["k", "l"]', "private_key_path", ["k", "l"]),
        ("verify_host_key = true", "verify_host_key", "accepts_new_or_local_tunnel"),
        ("verify_host_key = false", "verify_host_key", "never"),
        ("verify_host_key = :secure", "verify_host_key", "always"),
        ("paranoid = :very", "verify_host_key", "accept_new"),
        ('connect_timeout = "30"', "connect_timeout", 30),
        ('connect_timeout = "soon"', "connect_timeout", 0),
        ('username = "me"', "remote_user", "me"),
    ],
)
def test_a_key_is_finished(machine, line, key, result):
    assert machine(f"config.ssh.{line}").sections["ssh"][key] == result


def test_defaults_are_a_section_of_their_own(read):
    machines = read(
        'config.ssh.default.username = "a"\nconfig.ssh.guest_port = 23\n'
        'config.vm.define("m") { |m| m.ssh.default.password = "p" }\nconfig.vm.define "n"'
    ).machines

    assert machines["m"].sections["ssh"]["default"]["username"] == "a"
    assert machines["m"].sections["ssh"]["default"]["password"] == "p"
    assert machines["n"].sections["ssh"]["default"]["port"] == 23
    assert "username" not in machines["n"].sections["ssh"]
