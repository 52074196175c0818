"""Ansible's options in a Vagrantfile; that each of them arrives is in tests/provisioners/test_options.py."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.provision_ansible import options
from serai.util.errors import Where


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("a,b", ["a", "b"]),
        (["a", "b,c"], ["a", "b", "c"]),
        ("all", ["all"]),
        (["a", None], ["a", ""]),
        (None, None),
    ],
)
def test_a_text_with_commas_is_a_list(stated: Plain, found: list[str] | None) -> None:
    draft = Draft.__new__(Draft)
    entry = ProvisionerEntry(
        type="ansible", name=None, run=None, options={"tags": stated}, where=Where("Vagrantfile")
    )

    assert options(draft, entry, "provision ansible").get("tags") == found
