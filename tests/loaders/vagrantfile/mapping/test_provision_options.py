"""A Vagrantfile's options in the form of serai's own structs."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import ProvisionerEntry
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.provisioners.ansible import Ansible
from serai.util.errors import Where


def entry(**options: Any) -> ProvisionerEntry:
    return ProvisionerEntry(type="ansible", name=None, run=None, options=options, where=Where("Vagrantfile"))


def test_what_says_no_more_than_vagrants_default_is_left_out() -> None:
    found = stated(entry(playbook="site.yml", become=False, tags=None, groups={}, force_remote_user=False))

    assert found == {"playbook": "site.yml", "force_remote_user": False}


def test_what_is_mapped_elsewhere_is_left_out() -> None:
    assert stated(entry(playbook="site.yml", limit="all"), ["limit"]) == {"playbook": "site.yml"}


def test_each_option_has_the_form_of_its_field() -> None:
    found = fitted({"tags": "a", "version": 2.9, "become": True, "extra_vars": {"n": 1}, "odd": 1}, Ansible)

    assert found == {"tags": ["a"], "version": "2.9", "become": True, "extra_vars": {"n": 1}}
