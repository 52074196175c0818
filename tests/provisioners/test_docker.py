"""Docker's own part: the packages it comes in, and how it is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision_guest import Guest
from serai.provisioners import docker
from serai.spec.machine import Machine
from serai.spec.provision import File, Shell
from serai.spec.provisioners.engines import Docker, EngineStep
from serai.util.errors import SeraiError


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    """Docker is there and answers once the stand-in for service(8) has started it."""
    guest = Guest(tmp_path / "guest")
    guest.stand_in("docker", f'[ "$1" != info ] || [ -e {guest.place}/started ]')
    guest.stand_in("service", f"touch {guest.place}/started")
    return guest


def test_an_engine_that_does_not_answer_is_started(guest: Guest) -> None:
    docker.run(Docker(), guest.job())

    assert guest.called() == ["docker info", "service docker start", "docker info"]


def test_one_that_answers_is_left_alone(guest: Guest) -> None:
    (guest.place / "started").touch()
    docker.run(Docker(), guest.job())

    assert guest.called() == ["docker info"]


def test_without_anything_to_start_it_that_is_said(guest: Guest) -> None:
    (guest.bin / "service").unlink()
    with pytest.raises(SeraiError) as failed:
        docker.run(Docker(), guest.job())

    assert failed.value.details[-1].startswith("serai: the guest has no systemd")


def test_what_its_steps_take_of_the_project_counts_for_the_digest() -> None:
    copied = EngineStep(file=File(source="daemon.json", destination="/etc/docker/daemon.json"))
    block = Docker(post_install_provision=[EngineStep(shell=Shell(path="setup.sh")), copied])

    paths, rest = docker.inputs(block, Machine(name="web", env={"A": "b"}))
    assert paths == ["setup.sh", "daemon.json"]
    assert isinstance(rest, list) and {"A": "b"} in rest
    assert docker.inputs(Docker(), Machine(name="web", env={"A": "b"})) == ([], None)
