"""The agent: its words, and the certificates that it gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision_options import Record, RecordedJob
from serai.provisioners import puppet_server
from serai.spec.machine import Machine
from serai.spec.provisioners.puppet import PuppetServer
from serai.util.errors import SeraiError

FOUND = {"to": "manager=apt", "says": "apt\nDebian 12\n/usr/bin/puppet\n7.23.0-1\n"}


def test_its_words() -> None:
    assert puppet_server.command(PuppetServer(options=["--noop"]), "puppet") == [
        *("puppet", "agent", "--onetime", "--no-daemonize", "--color=false", "--waitforcert=0"),
        *("--no-usecacheonfailure", "--noop"),
        *("--server", "puppet", "--detailed-exitcodes"),
    ]


def test_certificates_are_inputs(tmp_path: Path) -> None:
    block = PuppetServer(client_cert_path="a.pem", client_private_key_path="a.key", puppet_node="a")
    assert puppet_server.inputs(block, Machine(name="web"))[0] == ["a.pem", "a.key"]
    with pytest.raises(SeraiError, match=r"a\.pem does not exist"):
        puppet_server.run(block, RecordedJob(Record([FOUND]), "puppet_server", tmp_path))


def test_a_run_that_could_not_be_names_the_server(tmp_path: Path) -> None:
    record = Record([FOUND, {"to": "puppet agent", "code": 1}])
    with pytest.raises(SeraiError, match="the server hub was not reached"):
        puppet_server.run(PuppetServer(puppet_server="hub"), RecordedJob(record, "puppet_server", tmp_path))
