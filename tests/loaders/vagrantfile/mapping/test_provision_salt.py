"""Salt's options in a Vagrantfile; that each of them arrives is in tests/provisioners/test_options.py."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.mapping.provision_salt import options
from serai.util.errors import Where
from vagrant_cases import config_of


def mapped(**given: Any) -> tuple[dict[str, Any], list[str]]:
    draft = Draft(config_of({"machines": {"web": {}}}).machines["web"], "qemu", Host())
    where = Where("Vagrantfile", 3, 3)
    entry = ProvisionerEntry(type="salt", name=None, run=None, options=given, where=where)
    return options(draft, entry, "provision salt"), [note.because for note in draft.notes]


def test_numbers_are_texts_and_truths_are_truths() -> None:
    found, _ = mapped(version=3006, python_version=3, verbose="yes", masterless=True)
    assert found == {"version": "3006", "python_version": "3", "verbose": True, "masterless": True}


def test_a_level_that_salt_has_not_is_told() -> None:
    assert mapped(log_level="debug") == ({"log_level": "debug"}, [])
    assert mapped(log_level="loud") == ({}, ["'loud' is no level of salt's"])
