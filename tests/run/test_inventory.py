"""Who is in the inventory, and what is stated of them."""

from __future__ import annotations

from collections.abc import Callable

from serai.providers.contract import ExecEndpoint
from serai.run.inventory import hosts, stated
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.provision import block_of
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal
from serai.util.errors import Code, SeraiError

WEB = Machine(
    name="web",
    provision=[
        block_of(Ansible(playbook="a.yml", groups={"app": ["web"]}, host_vars={"web": {"n": 1}})),
        block_of(AnsibleLocal(playbook="b.yml", groups={"app": ["db"], "more": ["web"]})),
    ],
)


def test_machines_that_run_have_their_way_in(pretend: Callable[..., Workspace], monkeypatch) -> None:
    workspace = pretend(WEB, Machine(name="db"))

    def endpoint(name: str) -> ExecEndpoint:
        if name == "db":
            raise SeraiError(Code.FAILED, "db does not run")
        return ExecEndpoint(argv=("enter", name), user="root")

    monkeypatch.setattr(workspace.driver("fake"), "endpoint", endpoint)
    found, absent = hosts(workspace, workspace.project.machines.values())

    assert found["web"]["ansible_serai_argv"] == ["enter", "web"]
    assert list(found) == ["web"]
    assert absent == ["db does not run"]


def test_groups_of_all_blocks_come_together() -> None:
    found = stated([WEB, WEB, Machine(name="db")])

    assert found.groups == {"app": ["db"], "more": ["web"]}
    assert found.host_vars == {"web": {"n": 1}}
