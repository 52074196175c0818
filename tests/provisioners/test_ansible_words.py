"""Words of ansible-playbook; that each option arrives is in test_options."""

from __future__ import annotations

import pytest

from serai.provisioners.ansible_words import collections, environment, galaxy, is_old, settled, verbosity, words
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal, CompatibilityMode


@pytest.mark.parametrize(
    ("stated", "word"),
    [
        (False, ""),
        ("", ""),
        (True, "-v"),
        ("v", "-v"),
        ("vvvv", "-vvvv"),
        ("-vv", "-vv"),
        ("true", "-v"),
        ("x", "-v"),
    ],
)
def test_how_much_it_says(stated: bool | str, word: str) -> None:
    assert verbosity(stated) == word


@pytest.mark.parametrize(
    ("said", "old"),
    [
        ("ansible-playbook [core 2.14.18]", False),
        ("ansible-playbook 2.9.27", False),
        ("ansible-playbook 1.9.6", True),
        ("ansible-playbook 10.0", False),
        ("", False),
    ],
)
def test_auto_is_what_the_program_is(said: str, old: bool) -> None:
    assert is_old(settled(Ansible(playbook="x"), said)) is old
    assert is_old(settled(AnsibleLocal(playbook="x", compatibility_mode=CompatibilityMode.V1_8), said))


def test_before_2_it_was_sudo() -> None:
    block = Ansible(
        playbook="x",
        become=True,
        become_user="app",
        ask_become_pass=True,
        compatibility_mode=CompatibilityMode.V1_8,
    )
    found = words(block, inventory="i", limit=["web"], extra_vars=[])

    assert found == ["ansible-playbook", "-i", "i", "--limit=web", "--sudo", "--sudo-user=app", "--ask-sudo-pass"]


def test_a_password_is_asked_for_only_on_the_host() -> None:
    found = words(AnsibleLocal(playbook="x"), inventory="i", limit=[], extra_vars=["@v"])

    assert found == ["ansible-playbook", "-i", "i", "--extra-vars=@v"]


def test_paths_with_blanks_are_one_word() -> None:
    assert galaxy(Ansible(playbook="x"), "a b.yml", "r")[2:4] == ["--role-file=a b.yml", "--roles-path=r"]


def test_a_command_of_ones_own_is_the_only_one() -> None:
    assert collections(Ansible(playbook="x", galaxy_command="fetch"), "r.yml") == []


def test_the_environment_names_what_is_stated() -> None:
    assert environment(Ansible(playbook="x"), config=None, roles_path=None).keys() == {
        *("PYTHONUNBUFFERED", "ANSIBLE_NOCOLOR", "ANSIBLE_FORCE_COLOR")
    }
