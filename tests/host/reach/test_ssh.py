"""The way to a host by the user's own ssh: its names, its root, and every way in which it fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from serai.host.reach import ssh
from serai.host.reach.ssh import Destination, failure
from serai.host.reach.wire import Lost
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server", ["--", "server"]),
        ("user@server", ["--", "user@server"]),
        ("ssh://user@server:2222", ["-p", "2222", "--", "user@server"]),
        ("ssh://user@server/", ["--", "user@server"]),
        ("ssh://[fd00::1]:22", ["-p", "22", "--", "fd00::1"]),
        ("fd00::1", ["--", "fd00::1"]),
    ],
)
def test_a_destination_is_what_ssh_takes(text, words):
    assert Destination(text).words == words


@pytest.mark.parametrize("text", ["", "-oProxyCommand=x", "user@", "@server", "a b", "user@-x", "a/b", "ssh://"])
def test_what_names_no_host_is_refused(text):
    with pytest.raises(SeraiError) as error:
        Destination(text)
    assert error.value.code is Code.INPUT


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        ("sudo: a password is required\n", Code.REFUSED, "changes need root, and sudo asks for a password there"),
        (f"{ssh.NO_ROOT}\n", Code.REFUSED, "there is neither sudo nor doas there"),
        ("bob is not in the sudoers file.\n", Code.REFUSED, "bob is not in the sudoers file."),
        ("ssh: Could not resolve hostname x: y\n", Code.NETWORK, "no host has this name"),
        ("ssh: connect to host x port 22: Connection refused\n", Code.NETWORK, "nothing listens there"),
        ("Host key verification failed.\n", Code.NETWORK, "its host key is not the known one"),
        ("u@x: Permission denied (publickey).\n", Code.NETWORK, "the login was refused"),
        ("", Code.NETWORK, "the connection was lost"),
    ],
)
def test_each_failure_says_what_to_do(said, code, message):
    error = failure(Destination("u@x"), Lost("the connection was lost", said))

    assert error.code is code
    assert error.message.startswith("u@x: ")
    assert message in error.message
    assert error.hint


@pytest.fixture
def by_ssh(sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """ssh that reads a configuration of the test's own, as the user's would be: the host is called `far`."""
    config = tmp_path / "ssh_config"
    public = (sshd.folder / "host_key.pub").read_text()
    (tmp_path / "known").write_text(f"[127.0.0.1]:{sshd.port} {public}")
    config.write_text(
        f"Host far\n  HostName 127.0.0.1\n  Port {sshd.port}\n  IdentityFile {sshd.key}\n"
        f"  UserKnownHostsFile {tmp_path}/known\n  StrictHostKeyChecking yes\n"
    )
    wrapper = tmp_path / "path/ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:/usr/sbin:/usr/bin:/sbin:/bin")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path)[:39] if len(str(tmp_path)) < 40 else "")
    yield sshd
    ssh.hang_up("far")


def test_an_alias_of_the_user_s_configuration_is_reached(by_ssh, tmp_path):
    (tmp_path / "x").write_text("far away")
    reach = ssh.reach("far", root=True)

    assert reach.read(f"{tmp_path}/x") == b"far away"
    assert reach.name == "far"
    reach.close()


def test_a_second_command_shares_the_connection(by_ssh):
    first = ssh.reach("far", root=False)
    second = ssh.reach("far", root=False)
    for reach in (first, second):
        assert reach.run(["sh", "-c", "echo $PPID"]).ok
        reach.close()
    log = (by_ssh.folder / "sshd.log").read_text()

    assert log.count("Accepted publickey") == 1


def test_an_unknown_host_key_is_never_taken(by_ssh, tmp_path):
    (tmp_path / "known").write_text("")
    with pytest.raises(SeraiError, match="its host key is not the known one") as error:
        ssh.reach("far", root=False)
    assert "ssh far" in error.value.hint


def test_a_host_that_does_not_listen_is_said(by_ssh):
    by_ssh.stop()
    with pytest.raises(SeraiError, match="far: nothing listens there"):
        ssh.reach("far", root=False)
