"""docker's chains and bridges are a repair: done where they are missing, and nothing is undone."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.apply import tune, undo
from serai.host.changes.change import State
from serai.host.changes.docker_chains import DockerChains
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

SAVED = """*filter
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
COMMIT
"""


class Host(Local):
    def __init__(self, root, starts=True):
        super().__init__(root, self.answer)
        write(root, {"sys/class/net/docker0": None, "proc/1/comm": "init"})
        self.there, self.starts, self.restarted = False, starts, []

    def answer(self, argv):
        if argv[0] == "iptables-save":
            return Result(argv, 0, SAVED if self.there else "*nat\nCOMMIT\n", "")
        if argv[0] == "docker":
            return Result(argv, 1, "", "no daemon")
        self.restarted.append(" ".join(argv))
        self.there = self.starts
        return Result(argv, 0 if self.starts else 1, "", "no such service")


def test_a_restart_makes_them_and_twice_is_once(tmp_path):
    host = Host(tmp_path)
    for _ in range(2):
        assert tune(host, "docker-chains", "", [DockerChains()], lambda line: None)[0].state is State.DONE

    assert host.restarted == ["service docker restart"]
    undo(host, Ledger(host).read("docker-chains"), lambda line: None)
    assert host.there


def test_what_is_gone_is_shown(tmp_path):
    host = Host(tmp_path)
    (tmp_path / "sys/class/net/docker0").rmdir()

    assert DockerChains().diff(host)[:2] == ["no link docker0 -> there", "no chain DOCKER in nat -> there"]


def test_systemd_restarts_it_where_it_is(tmp_path):
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    host = Host(tmp_path)
    DockerChains().do(host, DockerChains().before(host))

    assert host.restarted == ["systemctl restart docker"]


def test_a_docker_that_does_not_start_is_an_error(tmp_path):
    host = Host(tmp_path, starts=False)
    with pytest.raises(SeraiError, match="docker does not start again: no such service"):
        tune(host, "docker-chains", "", [DockerChains()], lambda line: None)
    assert DockerChains().read_back(host).state is State.LOST
    assert DockerChains().diff(host) and not DockerChains().holds(host)
