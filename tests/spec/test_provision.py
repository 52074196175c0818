"""What a provisioning block is called by its kind."""

from __future__ import annotations

import pytest

from serai.spec.provision import File, Provision, Reload, Shell, Vagrant


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (Provision(shell=Shell(inline="true")), "shell"),
        (Provision(file=File(source="a", destination="b")), "file"),
        (Provision(reload=Reload()), "reload"),
        (Provision(vagrant=Vagrant(type="chef_solo")), "chef_solo"),
    ],
)
def test_a_block_has_the_kind_of_its_provisioner(block: Provision, kind: str) -> None:
    assert block.kind == kind
