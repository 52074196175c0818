"""Puppet's options in a Vagrantfile; that each of them arrives is in tests/provisioners/test_options.py."""

from __future__ import annotations

from typing import Any

import pytest

from serai.loaders.vagrantfile.config.model import ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.mapping.provision_puppet import directory, options, words
from serai.util.errors import Where
from vagrant_cases import config_of

HERE = Where("Vagrantfile", 3, 3)


@pytest.fixture
def draft() -> Draft:
    return Draft(config_of({"machines": {"web": {}}}).machines["web"], "qemu", Host())


def mapped(draft: Draft, **given: Any) -> dict[str, Any]:
    entry = ProvisionerEntry(type="puppet", name=None, run=None, options=given, where=HERE)
    return options(draft, entry, "provision puppet")


def test_words_are_split_as_a_shell_does() -> None:
    assert words("--verbose --tags 'a b'") == ["--verbose", "--tags", "a b"]
    assert words(["--x", True, None]) == ["--x", "true"]
    assert words(["--verbose --debug", "--noop"]) == ["--verbose", "--debug", "--noop"]


def test_directories_say_whose_they_are() -> None:
    assert directory(["host", "manifests"]) == "manifests"
    assert directory(["vm", "/srv/manifests"]) == "vm:/srv/manifests"
    assert directory("manifests") == "manifests"


def test_what_vagrant_fills_in_is_not_stated(draft: Draft) -> None:
    assert mapped(draft, manifests_path=["host", "manifests"], manifest_file="default.pp", environment="") == {}
    found = mapped(draft, environment_path=["host", "env"], environment="production")
    assert found == {"environment_path": "env"}


def test_a_folder_type_makes_folders(draft: Draft) -> None:
    found = mapped(
        draft, manifests_path=["host", "manifests"], module_path=["a", "b"], synced_folder_type="rsync",
        synced_folder_args=["--checksum"],
    )  # fmt: skip
    folders = draft.data["synced_folders"]
    assert [folder["source"] for folder in folders] == ["manifests", "a", "b"]
    assert {folder["type"] for folder in folders} == {"rsync"}
    targets = [f"vm:{folder['target']}" for folder in folders]
    assert [found["manifests_path"], *found["module_path"]] == targets


def test_arguments_of_another_way_have_no_effect(draft: Draft) -> None:
    mapped(draft, manifests_path=["host", "manifests"], synced_folder_type="nfs", synced_folder_args=["x"])
    assert [note.because for note in draft.notes if note.key.endswith("synced_folder_args")] == [
        "they are rsync's, and synced_folder_type is not rsync"
    ]
