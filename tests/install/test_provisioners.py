"""Provisioners with packages of Debian, in a bare Debian: what is pinned, what there is not, CFEngine at work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfengine_policy import POLICY
from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint
from serai.provisioners import registry
from serai.provisioners.install import ensure, probe
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provision import Provision
from serai.util.errors import SeraiError

pytestmark = [
    pytest.mark.install,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.engine,
    pytest.mark.timeout(600),
]
WEB = Machine(name="web")
NO_SERVICES = "#!/bin/sh\nexit 101\n"
"""Source: Debian policy 9.3.3: there is no init in there that could have any."""


class Guest:
    """The bare Debian as a machine; `lines` is what its last block has said."""

    def __init__(self, root: Any, project: Path) -> None:
        enter = ("nsenter", f"--target={root.init}", "--mount", "--pid", "--ipc", "--uts")
        words = (*enter, "chroot", str(root.path), "/usr/bin/env", "-i")
        variables = tuple(f"{name}={value}" for name, value in root.env.items())
        self.way = ExecTransport(ExecEndpoint(argv=(*words, *variables), user="root"), "web")
        self.project = project
        self.lines: list[str] = []
        policy = root.path / "usr/sbin/policy-rc.d"
        policy.write_text(NO_SERVICES)
        policy.chmod(0o755)

    def job(self) -> Job:
        return Job(key="block-1", machine=WEB, transport=self.way, root=self.project, out=self.lines.append)

    def cfengine(self, *classes: str) -> list[str]:
        block = {"mode": "single_run", "run_file": "inn.cf", "classes": list(classes)}
        self.lines.clear()
        registry.run(
            Provision(tool={"cfengine": block}),
            key="cfengine-1",
            machine=WEB,
            transport=self.way,
            root=self.project,
            out=self.lines.append,
        )
        return self.lines

    def says(self, command: str) -> str:
        return self.way.run(command).stdout.strip()


@pytest.fixture(scope="module")
def guest(shared_root: Any, tmp_path_factory: pytest.TempPathFactory) -> Guest:
    project = tmp_path_factory.mktemp("shop")
    (project / "inn.cf").write_text(POLICY)
    return Guest(shared_root, project)


def test_a_policy_is_kept_once_and_one_that_cannot_be_kept_is_told(guest: Guest) -> None:
    first = guest.cfengine("inn")
    assert first[0] == "installing cfengine3 by apt"
    assert "    info: Edited file '/etc/motd'" in first
    assert guest.says("tail -n 1 /etc/motd") == "Welcome to the inn"
    before = guest.says("stat -c '%i %Y' /etc/motd")

    assert guest.cfengine("inn") == []
    assert guest.says("stat -c '%i %Y' /etc/motd") == before

    with pytest.raises(SeraiError) as failed:
        guest.cfengine("inn", "broken")
    assert failed.value.message == "web: provision cfengine-1: the policy inn.cf ended with exit code 1"
    assert any("/bin/false" in line for line in failed.value.details)
    assert failed.value.hint == "mend it, then serai provision web --provision-with cfengine-1"


def test_what_debian_has_not_is_told_by_its_name(guest: Guest) -> None:
    with pytest.raises(SeraiError) as failed:
        registry.run(
            Provision(tool={"chef_solo": {"run_list": ["recipe[a]"]}}),
            key="chef_solo-1",
            machine=WEB,
            transport=guest.way,
            root=guest.project,
            out=guest.lines.append,
        )

    system = guest.says('. /etc/os-release; echo "$PRETTY_NAME"')
    assert failed.value.message == (
        f"web: provision chef_solo-1: {system} has no package of chef-solo (asked for chef)"
    )
    assert "`omnibus_url:`" in failed.value.hint


def test_a_version_is_pinned_by_apt_itself(guest: Guest) -> None:
    packages = {"apt": ["tree"]}
    assert ensure(guest.job(), "tree", packages, "2") is True

    version = probe(guest.job(), "tree", packages)[3]
    assert version.startswith("2.")
    assert ensure(guest.job(), "tree", packages, version) is False
    with pytest.raises(SeraiError, match="has no tree 1"):
        ensure(guest.job(), "tree", packages, "1")
