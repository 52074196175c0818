"""What is asked of a docker daemon before it is restarted."""

from __future__ import annotations

import pytest

from serai.host import docker
from serai.host.changes.followup import follow
from serai.host.reach.local import Local
from serai.util.process import Result

VERSION = "docker version --format {{.Server.Version}}"
NAMES = "docker ps --format {{.Names}}"
KEEPS = "docker info --format {{.LiveRestoreEnabled}}"


@pytest.fixture
def host(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/docker.sock").touch()
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/dockerd").touch()
    answers = {VERSION: "28.0.1", "service docker restart": ""}

    def run(argv):
        shown = " ".join(argv)
        return Result(argv, 0 if shown in answers else 1, answers.get(shown, ""), "")

    made = Local(tmp_path, run)
    made.answers = answers
    return made


def test_a_restart_that_stops_nothing_is_done(host):
    assert docker.runs(host)
    assert follow(host, "docker-restart") == ""


def test_a_restart_that_stops_containers_is_left_to_a_person_with_their_names(host):
    host.answers[NAMES] = "web\ndb\n"

    assert follow(host, "docker-restart") == ("service docker restart (it stops web, db: live-restore is off)")
    host.answers[KEEPS] = "true"
    assert follow(host, "docker-restart") == ""


def test_a_daemon_that_does_not_run_needs_no_restart(host):
    del host.answers[VERSION], host.answers["service docker restart"]

    assert follow(host, "docker-restart") == ""


def test_an_option_is_known_when_its_help_has_it(host):
    host.answers["dockerd --help"] = "  --mtu int\n  --default-network-opt mapmap\n"

    assert docker.knows(host, "default-network-opt")
    assert docker.knows(host, "ip-forward-no-drop") is False
    assert docker.knows(Local(host.root), "mtu") is None
