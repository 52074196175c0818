"""Which blocks restart the guest."""

from __future__ import annotations

import pytest

from serai.provisioners.reload import wanted
from serai.spec.provision import Provision, Reload, Shell


@pytest.mark.parametrize(
    ("block", "restarts"),
    [
        (Provision(reload=Reload()), True),
        (Provision(shell=Shell(inline="true", reboot=True)), True),
        (Provision(shell=Shell(inline="true")), False),
    ],
)
def test_a_reload_and_a_script_that_asks_for_it_restart_the_guest(block: Provision, restarts: bool) -> None:
    assert wanted(block) is restarts
