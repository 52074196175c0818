"""What both puppet provisioners do: find puppet, give it facts, and say what its exit codes mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision_guest import Guest
from serai.provisioners import puppets
from serai.spec.provisioners.puppet import Puppet
from serai.util.errors import SeraiError

MEANINGS = {4: "resources have failed"}


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path / "guest")


def ran(guest: Guest, **how: Any) -> None:
    puppets.run(Puppet(), guest.job(), ["puppet", "apply"], {}, meanings=MEANINGS, **how)


def test_facts_are_texts() -> None:
    found = puppets.environment({"role": "web", "size": 3, "on": True})
    assert found == {"FACTER_role": "web", "FACTER_size": "3", "FACTER_on": "true"}


@pytest.mark.parametrize(("code", "said"), [(0, "puppet: all is as it should be"), (2, "puppet: changed")])
def test_two_codes_are_successes(guest: Guest, code: int, said: str) -> None:
    guest.stand_in("puppet", f"exit {code}")
    ran(guest)
    assert guest.called() == ["puppet apply"]
    assert guest.lines == ["stand-in for puppet", said]


def test_a_code_that_puppet_explains_is_explained(guest: Guest) -> None:
    guest.stand_in("puppet", "echo Error: no such user >&2; exit 4")
    with pytest.raises(SeraiError) as failed:
        ran(guest)
    assert failed.value.message == "web: provision block-1: resources have failed (puppet's exit code 4)"
    assert failed.value.details == ("stand-in for puppet", "Error: no such user")
    assert "serai provision web --provision-with block-1" in failed.value.hint


def test_another_code_is_told_as_it_is(guest: Guest) -> None:
    guest.stand_in("puppet", "exit 9")
    with pytest.raises(SeraiError, match="puppet ended with exit code 9"):
        ran(guest)


def test_it_runs_where_it_is_told_to(guest: Guest, tmp_path: Path) -> None:
    guest.stand_in("puppet", "pwd")
    ran(guest, directory=str(tmp_path))
    assert str(tmp_path) in guest.lines
    with pytest.raises(SeraiError, match="the guest has no directory /no/such"):
        ran(guest, directory="/no/such")


def test_puppet_is_looked_for_where_the_block_says(guest: Guest) -> None:
    guest.stand_in("puppet")
    assert puppets.find(Puppet(install=False), guest.job()) == "puppet"
    assert puppets.find(Puppet(binary_path=f"{guest.bin}/"), guest.job()) == f"{guest.bin}/puppet"
    with pytest.raises(SeraiError, match="the guest has no /no/such/puppet"):
        puppets.find(Puppet(binary_path="/no/such"), guest.job())


def test_without_an_installation_a_missing_puppet_is_named(guest: Guest) -> None:
    with pytest.raises(SeraiError, match="the guest has no puppet"):
        puppets.find(Puppet(install=False), guest.job())
