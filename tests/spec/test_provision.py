"""What a provisioning block is called by its kind."""

from __future__ import annotations

import pytest

from serai.spec.provision import TOOLS, File, Provision, Reload, Shell, Vagrant, block_of, struct_of
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (Provision(shell=Shell(inline="true")), "shell"),
        (Provision(file=File(source="a", destination="b")), "file"),
        (Provision(reload=Reload()), "reload"),
        (block_of(Ansible(playbook="site.yml")), "ansible"),
        (block_of(AnsibleLocal(playbook="site.yml"), name="x"), "ansible_local"),
        (Provision(vagrant=Vagrant(type="chef_solo")), "chef_solo"),
    ],
)
def test_a_block_has_the_kind_of_its_provisioner(block: Provision, kind: str) -> None:
    assert block.kind == kind


def test_what_a_tool_is_told_comes_back_as_its_struct() -> None:
    told = Ansible(playbook="site.yml", become=True, extra_vars={"port": 80})
    assert block_of(told).inner == told
    assert block_of(told).tool == {"ansible": {"playbook": "site.yml", "become": True, "extra_vars": {"port": 80}}}


@pytest.mark.parametrize("kind", TOOLS)
def test_every_tool_has_a_struct_with_a_docstring(kind: str) -> None:
    assert struct_of(kind).__doc__
