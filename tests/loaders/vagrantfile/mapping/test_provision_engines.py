"""Docker's and podman's blocks in a Vagrantfile; the options are in tests/provisioners/test_options.py."""

from __future__ import annotations

from typing import Any

import pytest

from serai.loaders.mapped import Note
from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.provision_engines import container, options
from serai.util.errors import Where

USUAL: dict[str, Plain] = {"name": "db", "image": "db", "auto_assign_name": True, "daemonize": True}


def test_what_is_usual_is_not_stated() -> None:
    assert container({**USUAL, "restart": "always"}) == {}


def test_no_restart_and_no_name_are() -> None:
    assert container({**USUAL, "restart": False, "auto_assign_name": False, "image": "postgres"}) == {
        "image": "postgres",
        "auto_assign_name": False,
        "restart": "",
    }


def mapped(inner: Plain) -> tuple[dict[str, Any], list[Note]]:
    draft = Draft.__new__(Draft)
    draft.name, draft.notes = "web", []
    keys: dict[str, Plain] = {"images": [], "post_install_provision": inner}
    entry = ProvisionerEntry(type="docker", name=None, run=None, options=keys, where=Where("Vagrantfile"))
    return options(draft, entry, "provision docker"), draft.notes


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("shell", {"inline": "echo hi"}, {"shell": {"inline": "echo hi"}}),
        ("file", {"source": "a", "destination": "/b"}, {"file": {"source": "a", "destination": "/b"}}),
        ("ansible_local", {"playbook": "site.yml"}, {"ansible_local": {"playbook": "site.yml"}}),
    ],
)
def test_another_provisioner_after_the_engine_stays_in_its_block(
    kind: str, options: dict[str, Plain], expected: dict[str, Any]
) -> None:
    block, notes = mapped({"type": kind, "name": "x", "options": options})

    assert block == {"post_install_provision": [expected]}
    assert notes == []


@pytest.mark.parametrize("kind", ["docker", "chef_client", "goss"])
def test_what_cannot_stand_there_is_told(kind: str) -> None:
    block, (note,) = mapped({"type": kind, "name": "x", "options": {}})

    assert block == {}
    assert note.key == "provision docker.post_install_provision"
    assert note.because.startswith(f"{kind}: it cannot stand there")


@pytest.mark.parametrize(("script", "left"), [({}, {}), ({"inline": "true"}, {"shell": {"inline": "true"}})])
def test_a_restart_is_told_there(script: dict[str, Plain], left: dict[str, Any]) -> None:
    block, (note,) = mapped({"type": "shell", "name": "x", "options": {**script, "reboot": True}})

    assert block == ({"post_install_provision": [left]} if left else {})
    assert note.key == "provision docker.post_install_provision.reboot"
