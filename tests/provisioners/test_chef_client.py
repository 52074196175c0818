"""The chef_client provisioner: what the server has of a machine goes with it, by the node's own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision_guest import Guest
from serai.provisioners import chef_client
from serai.spec.provisioners.chef import ChefClient


def test_the_node_goes_by_the_name_that_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = Guest(tmp_path / "guest")
    guest.stand_in("knife")
    monkeypatch.setenv("PATH", str(guest.bin))
    block = ChefClient(
        chef_server_url="https://chef.example", validation_key_path="v", node_name="web.example", delete_node=True
    )
    chef_client.leave(block, guest.job())

    assert guest.called() == ["knife node delete web.example --yes"]
