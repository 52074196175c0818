"""Salt gets into the guest by packages, by pip, or by a bootstrap script; stand-ins record what is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision_guest import Guest
from serai.provisioners import salt_install
from serai.provisioners.salt_files import contents
from serai.spec.provisioners.salt import Salt
from serai.util.errors import SeraiError

APT_CACHE = "#!/bin/sh\n[ $1 = madison ] && [ -n '{known}' ] && echo \"$2 | 3006.9 | mirror\"\nexit 0\n"


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path / "guest")


def programs(guest: Guest, *names: str) -> None:
    for name in names:
        guest.stand_in(name, "[ $1 != --version ] || echo 'salt-call 3006.9 (Sulfur)'")


def done(guest: Guest, **keys: Any) -> list[str]:
    block = Salt(**keys)
    salt_install.ensure(block, guest.job(), list(contents(block)))
    return [line for line in guest.called() if "--version" not in line]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, ""),
        ({"bootstrap_options": "-P -i 'a b'"}, "-P|-i|a b"),
        ({"install_type": "git", "install_args": "v1 extra", "version": "3006"}, "git|v1|extra|3006"),
        ({"install_type": "git", "version": "3006", "install_command": "onedir latest"}, "onedir|latest"),
        ({"install_master": True, "install_syndic": True, "no_minion": True}, "-M|-S|-N"),
        ({"python_version": "3"}, "-x|python3"),
        ({"seed_master": {"a": "b"}}, "-k|/var/lib/serai/salt/seed"),
        ({"minion_json_config": '{"a": 1}', "master_json_config": "{}"}, '-J|{}|-j|{"a": 1}'),
    ],
)
def test_the_words_of_the_script(keys: dict[str, Any], words: str) -> None:
    found = salt_install.bootstrap_words(Salt(bootstrap_script="x", **keys), configure=False, lacking=True)
    assert "|".join(found) == words


def test_the_script_configures_too() -> None:
    block = Salt(bootstrap_script="x")
    told = ["-F", "-c", "/var/lib/serai/salt"]
    assert salt_install.bootstrap_words(block, configure=True, lacking=True) == told
    assert salt_install.bootstrap_words(block, configure=True, lacking=False) == [*told, "-C"]


def test_versions() -> None:
    assert salt_install.requirement(None) == "salt"
    assert salt_install.requirement("3006") == "salt==3006.*"
    assert salt_install.requirement("3006.9") == "salt==3006.9"


def test_what_is_there_is_left_alone(guest: Guest) -> None:
    programs(guest, "salt-minion", "salt-call")
    assert done(guest) == []
    assert done(guest, version="3006") == []


def test_a_system_without_a_package_is_named(guest: Guest) -> None:
    with pytest.raises(SeraiError, match="no salt-minion"):
        done(guest, install_type="package")


def test_parts_have_packages_of_their_own() -> None:
    assert salt_install.packages("master")["apt"] == ["salt-master"]
    assert salt_install.packages("master")["pacman"] == ["salt"]
    assert salt_install.wanted(Salt(install_master=True, no_minion=True)) == ["master"]
