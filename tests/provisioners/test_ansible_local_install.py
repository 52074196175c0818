"""When Ansible is installed in the guest, and how; that it is so in a real one is in tests/e2e."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision_options import Record, RecordedJob
from serai.provisioners.ansible_local_install import have_ansible
from serai.spec.provisioners.ansible import AnsibleLocal, InstallMode
from serai.util.errors import SeraiError

HAS = {"to": "ansible-playbook --version", "says": "ansible-playbook [core 2.14.16]"}
DEBIAN = {"to": "os-release", "says": "apt\nDebian GNU/Linux 12\n\n\n"}


def sent(tmp_path: Path, *answers: dict[str, Any], **options: Any) -> str:
    record = Record([*answers, DEBIAN])
    have_ansible(AnsibleLocal(playbook="site.yml", **options), RecordedJob(record, "local", tmp_path))
    return "\n".join(record.entries)


def test_what_is_there_is_taken(tmp_path: Path) -> None:
    assert "install" not in sent(tmp_path, HAS)
    assert "install" not in sent(tmp_path, HAS, version="2.14")


def test_what_is_missing_comes_by_the_package_manager(tmp_path: Path) -> None:
    assert "installing ansible by apt" in sent(tmp_path)


def test_another_version_comes_by_pip_into_an_environment_of_its_own(tmp_path: Path) -> None:
    text = sent(tmp_path, HAS, version="2.9", install_mode=InstallMode.PIP)

    assert "python3 -m venv /opt/serai-ansible" in text
    assert "--upgrade ansible==2.9" in text


def test_pip_may_be_given_all_its_words(tmp_path: Path) -> None:
    text = sent(tmp_path, install_mode=InstallMode.PIP_ARGS_ONLY, pip_args="-r 'a b.txt'", pip_install_cmd="get")

    assert "get -r 'a b.txt'" in text
    assert "installing python3-pip" not in text


def test_the_latest_is_asked_for_although_one_is_there(tmp_path: Path) -> None:
    assert "installing ansible by apt" in sent(tmp_path, HAS, version="latest")


def test_without_install_a_missing_one_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="the guest has no Ansible, and `install` is false"):
        sent(tmp_path, install=False)
