"""What ssh is told of keys, of a password, and of host keys."""

from __future__ import annotations

from pathlib import Path

from serai.guest.ssh import SshTransport
from serai.guest.ssh_options import block, options, settings
from serai.providers.contract import SshEndpoint

WAY = SshEndpoint(host="127.0.0.1", port=22, user="vagrant", key=Path("/a"), more_keys=(Path("/b c"), Path("/d")))


def test_further_keys_are_tried_in_turn() -> None:
    assert [word for word in options(WAY, "web") if word.startswith("IdentityFile")] == [
        'IdentityFile="/a"',
        'IdentityFile="/b c"',
        'IdentityFile="/d"',
    ]
    assert block(WAY, "web").count("IdentityFile") == 3


def test_a_password_is_asked_for_only_where_there_is_one_and_never_an_argument(home: Path) -> None:
    asked = SshEndpoint(host="127.0.0.1", port=22, user="vagrant", key=None, password="secret")
    assert settings(WAY, "web")["BatchMode"] == "yes"
    assert settings(asked, "web")["BatchMode"] == "no"
    assert settings(asked, "web")["NumberOfPasswordPrompts"] == "1"
    assert "secret" not in " ".join(SshTransport(asked, "web").base(master="yes"))
    assert home


def test_a_key_is_remembered_of_each_machine_but_not_of_a_forwarded_port(home: Path) -> None:
    far = SshEndpoint(host="10.0.0.2", port=22, user="debian", key=None)
    assert settings(far, "web")["UserKnownHostsFile"] == f'"{home}/known_hosts/web-10.0.0.2-22"'
    assert settings(WAY, "web")["UserKnownHostsFile"] == "/dev/null"
