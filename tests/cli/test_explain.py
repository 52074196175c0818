"""explain, as a person calls it: a key, an id, or nothing."""

from __future__ import annotations

import json

import pytest

from serai.cli.main import run


def test_it_tells_a_key(capsys):
    assert run(["explain", "memory.size"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "memory.size: memory at start",
        "  type      size with its unit",
        "  default   512MiB",
        "  example   512M",
        "            4GiB",
        "  guide     MEM-5",
    ]


def test_it_tells_the_keys_of_a_block(capsys):
    assert run(["explain", "networks.forwarded_port"]) == 0
    assert "  networks.forwarded_port.host_ip       address on the host" in capsys.readouterr().out


@pytest.mark.parametrize(("word", "name"), [("cpus", "key"), ("hw-1", "id")])
def test_both_can_be_had_as_json(word, name, capsys):
    assert run(["explain", "--json", word]) == 0
    assert json.loads(capsys.readouterr().out)[name].lower() == word


def test_an_unknown_key_is_an_error_with_a_suggestion(capsys):
    assert run(["explain", "memroy"]) == 3
    assert "did you mean 'memory'?" in capsys.readouterr().err


def test_it_tells_an_act_with_the_old_advice_and_what_is_done_today(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["explain", "HW-1"]) == 0
    lines = capsys.readouterr().out.splitlines()

    labels = [line[2:12].strip() for line in lines[1:] if line[2:12].strip()]
    assert lines[0] == "HW-1: does the hardware help?"
    assert labels == ["then", "but", "now", "numbers", "see", "keys", "checks", "sources"]
    assert max(map(len, lines)) <= 80


def test_a_partly_served_act_says_what_is_missing(capsys):
    assert run(["explain", "VAG-3"]) == 0
    assert "  missing   libvirt and lxc are here" in capsys.readouterr().out


def test_an_act_of_a_later_version_is_not_pretended(capsys):
    assert run(["explain", "ocp-1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "OCP-1: projects and who may do what in them",
        "  state     not in this version of serai",
    ]


def test_without_a_word_it_lists_ids_and_keys(capsys):
    assert run(["explain"]) == 0
    out = capsys.readouterr().out

    assert "  HW-1    see whether the processor can run virtual machines" in out
    assert "  networks   networks between the machines" in out
    assert "  image           what it starts from" in out
    served, _, later = out.partition("Not in this version:")
    assert "OCP-1" not in served
    assert "OCP-1" in later


def test_the_list_can_be_had_as_json(capsys):
    assert run(["explain", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["ids"]["HW-1"]["state"] == "served"
    assert found["ids"]["OCP-1"] == {"act": "projects and who may do what in them", "state": "later", "rest": ""}
    assert found["keys"]["machine"]["memory"] == "memory"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hw", ["HW-1", "HW-2", "HW-3"]),
        ("mem", [*(f"MEM-{number}" for number in range(1, 12)), "memory", "memlock"]),
        ("memory.s", ["memory.size", "memory.slots", "memory.source", "memory.shared"]),
        ("networks.forwarded_port.host", ["networks.forwarded_port.host", "networks.forwarded_port.host_ip"]),
        ("zzz.", []),
        ("zzz", []),
    ],
)
def test_ids_and_keys_are_completed(typed, found):
    from click.shell_completion import ShellComplete

    from serai.cli.main import cli

    shell = ShellComplete(cli, {}, "serai", "_SERAI_COMPLETE")

    assert [item.value for item in shell.get_completions(["explain"], typed)] == found


def test_it_tells_a_tuning_and_a_check_names_it(capsys):
    assert run(["explain", "thp"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "thp: transparent huge pages for guests alone"
    assert "  next      serai host tune thp" in lines
    assert "  undo      serai host undo thp" in lines
    assert run(["explain", "mem.thp"]) == 0
    assert "  tuning    thp" in capsys.readouterr().out.splitlines()


def test_a_tuning_can_be_had_as_json_and_is_in_the_list(capsys):
    assert run(["explain", "--json", "thp"]) == 0
    assert json.loads(capsys.readouterr().out)["values"] == "madvise, never, always"
    assert run(["explain", "--json"]) == 0
    assert "thp" in json.loads(capsys.readouterr().out)["tunings"]


def test_an_act_names_the_checks_and_tunings_that_serve_it(capsys):
    assert run(["explain", "--json", "NEST-5"]) == 0
    assert json.loads(capsys.readouterr().out)["tunings"] == []
    assert run(["explain", "--json", "MEM-9"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["checks"] == ["mem.thp", "mem.thp-defrag"]
    assert found["tunings"] == ["thp"]
