"""A copy of a stopped machine has nothing that only one machine can have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serai.run import verbs
from serai.run.clone import clone_machine
from serai.run.events import silent
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic, PrivateNic
from serai.util.errors import SeraiError

WEB = Machine(
    name="web",
    hostname="www",
    keep=True,
    networks=[
        Nic(forwarded_port=ForwardedPort(guest=80, host=8080)),
        Nic(private=PrivateNic(address="10.40.0.9")),
    ],
)


@pytest.fixture
def workspace(pretend: Callable[..., Workspace]) -> Workspace:
    opened = pretend(WEB)
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    verbs.halt(opened, [], emit=silent)
    return opened


def test_a_clone_has_no_static_address_no_fixed_port_and_is_not_kept(workspace: Workspace) -> None:
    clone_machine(workspace, "web", "copy")
    copy = workspace.observe()["copy"].applied
    assert copy is not None
    assert (copy.hostname, copy.keep) == (None, False)
    assert copy.networks[0].forwarded_port.auto_correct  # type: ignore[union-attr]
    assert copy.networks[1].private.address is None  # type: ignore[union-attr]


def test_what_cannot_be_cloned_is_named(workspace: Workspace) -> None:
    with pytest.raises(SeraiError, match="no machine is called 'wbe'"):
        clone_machine(workspace, "wbe", "copy")
    with pytest.raises(SeraiError, match="web exists already"):
        clone_machine(workspace, "web", "web")
    with pytest.raises(SeraiError, match="cannot be a machine's name"):
        clone_machine(workspace, "web", "a/b")


def test_a_name_ends_with_its_line(workspace: Workspace) -> None:
    with pytest.raises(SeraiError, match="cannot be a machine's name"):
        clone_machine(workspace, "web", "web2\n")
