"""serai host tune without a name: a list that says what to do next."""

from __future__ import annotations

import json
import os

import pytest

from host_cases import write
from serai.cli.host_tunings import listed
from serai.cli.main import run
from serai.host.apply import tune
from serai.host.changes.file import WriteFile
from serai.host.ledger import Ledger, Record
from serai.host.tunings.tuning import Asked
from serai.util.units import GIB
from tuning_cases import Host

THP = {
    "sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never",
    "sys/kernel/mm/transparent_hugepage/defrag": "always defer [madvise] never",
}


@pytest.fixture
def host(tmp_path):
    write(tmp_path, {**THP, "proc/swaps": "Filename", "proc/sys/vm/swappiness": "60"})
    (tmp_path / "var/lib").mkdir()
    return Host(tmp_path)


def rows(host, capsys, asked=None):
    assert listed(host, asked or Asked(), True) == 0
    return {each["id"]: each for each in json.loads(capsys.readouterr().out)["tunings"]}


def test_each_is_in_the_state_that_it_has(host, capsys):
    found = rows(host, capsys)

    assert (found["thp"]["state"], found["thp"]["changes"]) == ("to change", 2)
    assert found["thp"]["detail"].endswith("enabled: always -> madvise, and 1 more")
    assert (found["hugepages"]["state"], found["hugepages"]["detail"]) == ("asks", "--for SIZE|FILE")
    assert found["swappiness"]["state"] == "nothing to do"
    assert found["nested"]["state"] == "not here"
    assert rows(host, capsys, Asked(memory=GIB))["hugepages"]["state"] != "asks"


def test_they_are_grouped_and_the_next_command_is_told(host, capsys):
    listed(host, Asked(), False)
    out = capsys.readouterr().out

    assert (
        out.index("Would change something here:\n")
        < out.index("  thp ")
        < out.index("Have to be told what you want:")
    )
    assert out.splitlines()[-1].startswith("serai host tune NAME shows it as a diff and asks")


def test_what_is_applied_says_how_it_stands(host, capsys):
    waiting = WriteFile(path="/etc/one", text="1", waits="login")
    tune(host, "memlock", "", [waiting], lambda line: None)
    assert "pending, waits for login" in rows(host, capsys)["memlock"]["detail"]
    (host.root / "etc/one").write_text("2")
    assert "lost, somebody changed it" in rows(host, capsys)["memlock"]["detail"]
    tune(host, "ksm", "on", [WriteFile(path="/etc/two", text="2")], lambda line: None)
    found = rows(host, capsys)["ksm"]
    assert found["state"] == "applied"
    assert found["detail"].endswith(", on: done")
    Ledger(host).write(Record(id="thp", at="2026-01-01", owed=("daemon-reload",)))
    assert "did not end: serai host tune thp goes on" in rows(host, capsys)["thp"]["detail"]


def test_a_user_who_may_not_read_what_was_applied_is_told(host, capsys, monkeypatch):
    Ledger(host).write(Record(id="thp", owed=("daemon-reload",)))

    def refused(path):
        raise PermissionError(13, "Permission denied", path)

    read = host.read
    monkeypatch.setattr(host, "read", lambda path: refused(path) if "/serai/" in path else read(path))
    assert listed(host, Asked(), False) == 0
    assert "What was applied is not to be seen" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="only where a user has no rights")
def test_on_this_host_a_user_can_list_them(capsys):
    assert run(["host", "tune"]) == 0
