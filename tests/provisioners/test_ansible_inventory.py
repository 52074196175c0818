"""The inventory that Ansible is given; Ansible itself reads it in tests/provisioners/test_ansible.py."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import split
from typing import Any

import pytest

from serai.providers.contract import ExecEndpoint, SshEndpoint
from serai.provisioners.ansible_inventory import as_json, ini, old, strangers, way
from serai.spec.provisioners.ansible import Ansible, AnsibleOptions
from serai.util.process import run

SSH = SshEndpoint(host="10.0.0.2", port=2222, user="debian", key=Path("/keys/my key"))


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Known hosts are kept below it."""


def test_a_machine_is_reached_as_serai_reaches_it() -> None:
    found = way(SSH, "web")

    assert (found["ansible_host"], found["ansible_port"], found["ansible_user"]) == ("10.0.0.2", 2222, "debian")
    words = split(found["ansible_ssh_args"])
    assert words[:2] == ["-F", "none"]
    assert "StrictHostKeyChecking=accept-new" in words
    assert 'IdentityFile="/keys/my key"' in words
    assert not any(word.startswith("ControlPath") for word in words)


def test_a_run_of_serais_shares_its_connection() -> None:
    words = split(way(SSH, "web", shared=True, further=("-v",))["ansible_ssh_args"])

    assert "ControlMaster=no" in words
    assert any(word.startswith("ControlPath=") for word in words)
    assert words[-1] == "-v"


def test_a_machine_without_ssh_is_reached_by_its_program() -> None:
    found = way(ExecEndpoint(argv=("docker", "exec", "-i", "web"), user="root"), "web")

    assert found["ansible_connection"] == "serai"
    assert found["ansible_serai_argv"] == ["docker", "exec", "-i", "web"]


def test_old_names_are_those_of_before_2() -> None:
    assert old({"ansible_host": "a", "x": 1}) == {"ansible_ssh_host": "a", "x": 1}


def test_values_keep_their_types() -> None:
    values = {"port": 80, "on": True, "text": "a b", "number": "80", "none": "", "many": ["a", 1]}
    (_, line) = ini({"web": values}, Ansible(playbook="x")).splitlines()

    assert split(line) == ["web", "port=80", "on=True", "text=a b", "number='80'", "none=''", "many=['a', 1]"]


def test_groups_variables_and_words_of_hosts() -> None:
    block = Ansible(
        playbook="x",
        groups={"app": "web ghost", "app:vars": ["a=1", "b=x y"], "all:children": ["app"]},
        host_vars={"web": "role=front", "db": ["a=1", "b=2"]},
    )
    text = ini({"web": {}, "db": {}}, block)

    hosts = ["web role=front", "db a=1 b=2", ""]
    groups = ["[app]", "web", "", "[app:vars]", "a=1", "b=x y", "", "[all:children]", "app"]
    assert text.splitlines()[1:] == hosts + groups
    assert strangers(block, {"web": None, "db": None}) == ["app: ghost"]


GROUPED = AnsibleOptions(
    groups={
        "app": ["web", "ghost"],
        "app:vars": "port=80 name=x",
        "front:children": ["app"],
        "all:vars": {"v": 2},
    },
    host_vars={"web": ["role=front", "n=1"], "db": {"n": 2}},
)


def test_a_dynamic_inventory_has_all_variables_at_once() -> None:
    found = json.loads(as_json({"web": {"a": 1}, "db": {}}, GROUPED))

    assert found["_meta"]["hostvars"] == {"web": {"a": 1, "role": "front", "n": 1}, "db": {"n": 2}}
    assert found["app"] == {"hosts": ["web"], "vars": {"port": 80, "name": "x"}}
    assert found["front"] == {"children": ["app"]}
    assert found["ungrouped"] == {"hosts": ["db"]}
    assert found["all"] == {"children": ["ungrouped", "app", "front"], "vars": {"v": 2}}


def test_one_host_is_its_variables() -> None:
    assert json.loads(as_json({"web": {"a": 1}}, GROUPED, "web")) == {"a": 1, "role": "front", "n": 1}
    assert json.loads(as_json({}, GROUPED, "web")) == {}


def test_ansible_reads_both_forms_alike(tmp_path: Path, ansible: None) -> None:
    web = {**way(SSH, "web"), "text": "a b", "number": "80"}
    (tmp_path / "hosts").write_text(ini({"web": web}, GROUPED))
    script = tmp_path / "dynamic"
    script.write_text('#!/bin/sh\nexec cat "$0.json"\n')
    script.chmod(0o755)
    Path(f"{script}.json").write_bytes(as_json({"web": web}, GROUPED))

    def asked(path: Path) -> Any:
        found = json.loads(run(["ansible-inventory", "-i", path, "--list"]).stdout)
        return found["_meta"]["hostvars"]["web"], found["app"]["hosts"]

    assert asked(tmp_path / "hosts") == asked(script)
    assert asked(script)[0].items() >= {**web, "role": "front", "n": 1, "port": 80, "name": "x", "v": 2}.items()
