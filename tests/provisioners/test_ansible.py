"""The ansible provisioner: real playbooks over a real SSH server, and over a program that runs words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_core import PLAYBOOK
from serai.guest.connect import connect
from serai.guest.ssh import SshTransport
from serai.providers.contract import Endpoint, ExecEndpoint
from serai.provisioners import ansible as provisioner
from serai.provisioners.ansible import inputs, run
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.ansible import Ansible
from serai.util.errors import Code, SeraiError

pytestmark = pytest.mark.usefixtures("ansible")
HERE = ExecEndpoint(argv=("env",), user="root")


class Told:
    """Runs playbooks on machines that are this host, and keeps their lines."""

    def __init__(self, root: Path, **ways: Endpoint | None) -> None:
        self.root = root
        self.ways = ways
        self.lines: list[str] = []
        (root / "site.yml").write_text(PLAYBOOK)
        (root / "out").mkdir()

    def __call__(self, **options: Any) -> str:
        self.lines.clear()
        machines = {name: (Machine(name=name), way) for name, way in self.ways.items()}
        name = next(iter(self.ways))
        first = self.ways[name]
        assert first is not None
        transport = connect(first, name=name)
        job = Job(
            key="ansible-1",
            machine=Machine(name=name),
            transport=transport,
            root=self.root,
            out=self.lines.append,
            peers=lambda: machines,
        )
        extra = {"place": str(self.root / "out"), **options.pop("extra_vars", {})}
        run(Ansible(**{"playbook": "site.yml", "extra_vars": extra, **options}), job)
        return "\n".join(self.lines)

    def fails(self, **options: Any) -> SeraiError:
        with pytest.raises(SeraiError) as failed:
            self(**options)
        return failed.value

    def made(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted((self.root / "out").iterdir())}


@pytest.fixture
def told(tmp_path: Path, home: Path) -> Told:
    return Told(tmp_path, web=HERE, db=HERE, off=None)


def test_a_playbook_changes_the_machine_and_then_has_nothing_to_do(told: Told) -> None:
    assert "changed=1" in told()
    assert told.made() == {"web": "port 80 on web\n"}
    assert "changed=0" in told()


def test_over_ssh_by_serais_own_key_and_connection(web: SshTransport, tmp_path: Path) -> None:
    over = Told(tmp_path, web=web.endpoint)

    assert "changed=1" in over(extra_vars={"listen": 81})
    assert over.made() == {"web": "port 81 on web\n"}
    assert "changed=0" in over(extra_vars={"listen": 81}, raw_ssh_args=["-v"], host_key_checking=True)


def test_one_run_over_the_machines_of_a_limit(told: Told) -> None:
    said = told(limit=["all"], groups={"store": ["db", "ghost"], "store:vars": {"listen": 5432}})

    assert told.made() == {"db": "port 5432 on db\n", "web": "port 80 on web\n"}
    assert "groups: store: ghost is no machine of the project: left out" in said


def test_a_failing_task_is_named_with_its_last_words(told: Told) -> None:
    error = told.fails(extra_vars={"broken": True})

    assert error.code is Code.FAILED
    assert error.message == (
        "web: provision ansible-1: task 'fail where it is wanted' failed on web: non-zero return code: it broke"
    )
    assert error.hint == "mend it, then serai provision web --provision-with ansible-1"
    assert any("failed=1" in line for line in error.details)


def test_variables_are_in_no_list_of_processes(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = Job.local

    def noted(job: Job, argv: Sequence[str], *rest: Any, **how: Any) -> None:
        seen.extend(argv)
        real(job, argv, *rest, **how)

    monkeypatch.setattr(Job, "local", noted)
    told(extra_vars={"token": "t0k3n"})

    assert not any("t0k3n" in word for word in seen)


def test_what_is_not_there_is_said_before_anything_runs(told: Told) -> None:
    assert told.fails(playbook="absent.yml").message.endswith(
        f"the playbook {told.root}/absent.yml does not exist"
    )
    error = told.fails(playbook_command="no-such-program")
    assert (error.code, "ansible-core" in error.hint) == (Code.MISSING, True)
    assert told.fails(version="0.1").code is Code.MISSING
    assert "terminal" in told.fails(ask_vault_pass=True).message


def test_the_version_is_taken_as_far_as_it_is_written(told: Told) -> None:
    assert "changed=1" in told(version="2")


def test_an_ansible_of_before_2_is_told_in_its_own_words(told: Told) -> None:
    stand_in = told.root / "stand-in-for-ansible-playbook"
    stand_in.write_text(
        '#!/bin/sh\n[ "$1" != --version ] || { echo "ansible-playbook 1.9.6"; exit; }\necho "$*"; cat "$2"\n'
    )
    stand_in.chmod(0o755)
    lines = told(playbook_command=str(stand_in), become=True)
    assert "--sudo" in lines
    assert "ansible_ssh_host=web" in lines
    assert "--become" in told(playbook_command=str(stand_in), become=True, compatibility_mode="2.0")


def test_files_beside_the_playbook_count_for_its_digest() -> None:
    paths, _ = inputs(
        Ansible(playbook="play/site.yml", extra_vars="@vars.yml", config_file="a.cfg"), Machine(name="web")
    )

    assert {"play/site.yml", "play/roles", "vars.yml", "a.cfg"} <= set(paths)


def test_a_login_that_nobody_knows_is_root(told: Told) -> None:
    told.ways["web"] = HERE
    assert "changed=1" in told(force_remote_user=False)
    assert provisioner.USUAL_PLUGINS.startswith("~/.ansible")
