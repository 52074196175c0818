"""What a block is told, and where it may look; the chain's own cases are in tests/run/test_chain.py."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.provisioners import caching
from serai.spec.machine import Machine
from serai.spec.provision import Provision
from serai.util.masking import Mask


def block(**data: object) -> Provision:
    return msgspec.convert(data, Provision)


def test_the_text_of_a_script_is_its_options_and_its_file(tmp_path: Path):
    (tmp_path / "site.sh").write_text("echo from the file\n")
    script = block(shell={"path": "site.sh", "args": ["fast"]})

    text = caching.text_of(script, tmp_path)

    assert "echo from the file" in text
    assert '"fast"' in text
    assert "gone.sh" in caching.text_of(block(shell={"path": "gone.sh"}), tmp_path)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("echo $HOSTNAME", True),
        ("hostnamectl", True),
        ("uname -sn", True),
        ("uname -r", False),
        ("ip route show", True),
        ("cat /etc/hosts", True),
        ("zip a.zip a", False),
        ("ls /sys/class/net", True),
        ("apt-get install -y nginx", False),
    ],
)
def test_words_that_ask_who_it_is(text, asks):
    assert caching.asks_who(block(shell={"inline": text}), text) is asks


def test_tools_gather_facts_and_copies_ask_nothing():
    assert caching.asks_who(block(tool={"ansible_local": {"playbook": "a.yml"}}), "")
    assert not caching.asks_who(block(file={"source": "hostname", "destination": "/a"}), "hostname")
    assert not caching.names_any(block(tool={"ansible_local": {"playbook": "a.yml"}}), "", [])


def test_more_files_than_are_looked_through_count_as_secret(tmp_path, monkeypatch):
    monkeypatch.setattr(caching, "READ_LIMIT", 100)
    (tmp_path / "big").write_bytes(bytes(101))
    copy = block(file={"source": "big", "destination": "/big"})

    assert caching.is_secret(copy, Machine(), "", tmp_path, Mask())
    (tmp_path / "big").write_bytes(bytes(99))
    assert not caching.is_secret(copy, Machine(), "", tmp_path, Mask())
