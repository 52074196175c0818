"""Podman's own part: kubic's packages, and whether it works."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision_guest import Guest
from serai.provisioners import podman
from serai.spec.provisioners.engines import Podman
from serai.util.errors import SeraiError


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path / "guest")


def test_kubic_says_when_it_has_nothing_for_the_guest(guest: Guest) -> None:
    guest.stand_in("podman")
    podman.run(Podman(kubic=True), guest.job())

    assert guest.lines[0].startswith("kubic: it has packages for CentOS 7 and 8 alone")
    assert guest.called() == ["podman info"]


def test_a_podman_that_does_not_work_says_why(guest: Guest) -> None:
    guest.stand_in("podman", "echo no namespaces; exit 125")
    with pytest.raises(SeraiError) as failed:
        podman.run(Podman(), guest.job())

    assert failed.value.message == "web: provision block-1: starting podman ended with exit code 1"
    assert failed.value.details[-1] == "no namespaces"
