"""Docker's and podman's blocks in a Vagrantfile; the options are in tests/provisioners/test_options.py."""

from __future__ import annotations

from typing import Any

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


def test_a_script_after_the_engine_stays_in_its_block() -> None:
    block, notes = mapped({"type": "shell", "name": "x", "options": {"inline": "echo hi"}})

    assert block == {"post_install_provision": [{"inline": "echo hi"}]}
    assert notes == []


def test_anything_else_there_is_told() -> None:
    block, (note,) = mapped({"type": "file", "name": "x", "options": {}})

    assert block == {}
    assert note.key == "provision docker.post_install_provision"
    assert note.because.startswith("file: only a shell block can stand there")
