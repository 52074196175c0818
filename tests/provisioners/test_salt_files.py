"""Files of salt's: which, by which name, and where they go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provision_options import Record, RecordedJob
from serai.provisioners.salt_files import contents, placed, roots, usual
from serai.spec.provisioners.salt import Salt
from serai.util.errors import SeraiError


def places(**keys: Any) -> dict[str, str]:
    return {file.name: f"{file.destination} {file.mode}" for file in contents(Salt(**keys))}


def text_of(name: str, **keys: Any) -> Any:
    return json.loads(next(file.text for file in contents(Salt(**keys)) if file.name == name))


def test_each_has_its_place() -> None:
    found = places(
        minion_config="a", minion_key="b", minion_pub="c", grains_config="d", minion_id="web",
        install_master=True, master_json_config='{"a": 1}', seed_master={"db": "e"},
    )  # fmt: skip
    assert found == {
        "minion": "/etc/salt/minion 0640",
        "minion.pem": "/etc/salt/pki/minion/minion.pem 0400",
        "minion.pub": "/etc/salt/pki/minion/minion.pub 0644",
        "master": "/etc/salt/master 0640",
        "grains": "/etc/salt/grains 0640",
        "id": "/etc/salt/minion_id 0644",
        "seed/db": "/etc/salt/pki/master/minions/db 0644",
    }


def test_states_are_the_masters_where_there_is_one() -> None:
    base = {"file_roots": {"base": ["/var/lib/serai/salt/states"]}}
    assert text_of("minion.serai", file_root="s", masterless=True) == base
    assert text_of("master.serai", file_root="s", install_master=True) == base
    assert "minion.serai" not in places(file_root="s", install_master=True)
    assert text_of("minion.serai", master_id="hub") == {"master": "hub"}


def test_directories_have_their_places() -> None:
    assert roots(Salt(file_root="s", pillar_root="p", temp_config_dir="/srv/x")) == [
        ("s", "/srv/x/states"),
        ("p", "/srv/x/pillar"),
    ]


def test_what_the_project_has_at_the_usual_places_is_taken(tmp_path: Path) -> None:
    assert usual(Salt(), tmp_path) == Salt()
    (tmp_path / "salt/key").mkdir(parents=True)
    for name in ("minion", "master", "key/minion.key"):
        (tmp_path / "salt" / name).write_text("")
    assert usual(Salt(), tmp_path).minion_config == "salt/minion"
    assert usual(Salt(), tmp_path).minion_key is None, "a key without its public half"
    assert usual(Salt(), tmp_path).master_config is None, "it has no master"
    assert usual(Salt(minion_json_config="{}"), tmp_path).minion_config is None
    assert usual(Salt(minion_config="other"), tmp_path).minion_config == "other"
    (tmp_path / "salt/key/minion.pub").write_text("")
    found = usual(Salt(install_master=True), tmp_path)
    assert (found.minion_key, found.master_config) == ("salt/key/minion.key", "salt/master")


def test_a_file_that_is_not_there_is_named_before_anything_is_brought(tmp_path: Path) -> None:
    record = Record([])
    with pytest.raises(SeraiError, match="gone does not exist"):
        placed(Salt(minion_config="gone"), RecordedJob(record, "salt", tmp_path))
    assert record.entries == []
