"""A daemon is started anew the way it runs; one that was started by hand with the words that it had."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host import docker_daemon
from serai.host.docker_daemon import Way, by_hand, pid, restart, way
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

BARE = {
    "proc/7/comm": "dockerd",
    "proc/7/cmdline": "dockerd\0--debug\0",
    "proc/7/environ": "PATH=/bin\0",
    "proc/7/ns/net": "-> net:[1]",
    "proc/self/ns/net": "-> net:[1]",
    "run/docker.sock": "",
    "usr/bin/dockerd": "",
}
START = (
    "env",
    "-i",
    "PATH=/bin",
    "sh",
    "-c",
    docker_daemon.DETACHED,
    "sh",
    "/var/log/d.log",
    "dockerd",
    "--debug",
)


class Host(Local):
    def __init__(self, root, files, **answers):
        super().__init__(root, self.answer)
        write(root, files)
        self.ran, self.answers = [], answers

    def answer(self, argv):
        shown = " ".join(argv)
        self.ran.append(tuple(argv))
        if argv[:2] == ("sh", "-c"):
            (self.root / "proc/7/cmdline").write_text("")
        known = {"docker version --format {{.Server.Version}}": "20.10", "dockerd --help": ""} | self.answers
        code = 0 if shown in known or argv[0] in ("sh", "env", "sleep") else 1
        return Result(argv, code, known.get(shown, ""), self.answers.get("says", ""))


@pytest.mark.parametrize(
    ("files", "answers", "found"),
    [
        ({"proc/1/comm": "init"}, {}, Way.NONE),
        (BARE, {}, Way.BARE),
        (BARE | {"etc/init.d/docker": ""}, {}, Way.BARE),
        (BARE | {"etc/init.d/docker": ""}, {"service docker status": "is running"}, Way.SERVICE),
        (BARE | {"run/systemd/system": None}, {"systemctl is-active docker": "active"}, Way.SYSTEMD),
        (BARE | {"run/systemd/system": None}, {}, Way.BARE),
    ],
)
def test_how_it_runs_is_found_out(tmp_path, files, answers, found):
    assert way(Host(tmp_path, files, **answers)) is found


def test_a_daemon_within_a_container_is_none_of_this_host(tmp_path):
    inner = {"proc/3/comm": "dockerd", "proc/3/cmdline": "dockerd\0", "proc/3/ns/net": "-> net:[2]"}

    assert pid(Host(tmp_path, BARE | inner)) == "7"


def test_one_that_was_started_by_hand_gets_its_words_environment_and_log_again(tmp_path):
    host = Host(tmp_path, BARE | {"proc/7/fd/1": "-> /var/log/d.log"})
    restart(host)

    assert host.ran[host.ran.index((*docker_daemon.KILL, "7")) + 1] == START


@pytest.mark.parametrize("target", ["/dev/pts/0", "pipe:[12]", "/var/log/d.log (deleted)"])
def test_a_log_that_is_no_file_is_gone(tmp_path, target):
    host = Host(tmp_path, BARE | {"proc/7/fd/1": f"-> {target}"})
    restart(host)

    assert "/dev/null" in next(argv for argv in host.ran if argv[0] == "env")


def test_one_that_would_not_start_again_is_not_stopped(tmp_path):
    host = Host(tmp_path, BARE, **{"dockerd --help": "  --validate  Validate", "says": "unable to configure\n"})
    with pytest.raises(SeraiError, match="it would not start again: unable to configure") as caught:
        restart(host)

    assert caught.value.code is Code.FAILED
    assert (*docker_daemon.KILL, "7") not in host.ran


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (BARE, "kill 7, and start it again as dockerd --debug"),
        ({"proc/1/comm": "init"}, "service docker restart"),
        ({"proc/1/comm": "init", "run/systemd/system": None}, "systemctl restart docker"),
    ],
)
def test_what_a_person_would_run_is_told(tmp_path, files, told):
    assert by_hand(Host(tmp_path, files)) == told


def test_an_init_that_fails_says_what_it_said(tmp_path):
    with pytest.raises(SeraiError, match="docker does not start again: no such service"):
        restart(Host(tmp_path, {"proc/1/comm": "init"}, says="no such service\n"))
