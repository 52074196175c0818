"""Chef's options in a Vagrantfile; that each of them arrives is in tests/provisioners/test_options.py."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.provision_chef import located, options
from serai.util.errors import Where


def mapped(**keys: Plain) -> dict[str, Plain]:
    entry = ProvisionerEntry(type="chef_solo", name=None, run=None, options=keys, where=Where("Vagrantfile"))
    return options(Draft.__new__(Draft), entry, "provision chef_solo")


@pytest.mark.parametrize("usual", [[["host", "cookbooks"], ["vm", "cookbooks"]], [["vm", "cookbooks"]]])
def test_cookbooks_that_nobody_has_stated_are_not_stated(usual: Plain) -> None:
    assert mapped(cookbooks_path=usual) == {}


def test_a_directory_of_the_guest_keeps_vagrants_word() -> None:
    assert located(["vm", "/srv/cookbooks"]) == "vm:/srv/cookbooks"
    assert mapped(roles_path=[["host", "roles"]]) == {"roles_path": ["roles"]}


def test_arguments_are_one_text() -> None:
    assert mapped(arguments=["--why-run", "--once", True]) == {"arguments": "--why-run --once true"}
