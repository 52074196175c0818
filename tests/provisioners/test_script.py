"""How a script's interpreter is found, and what is said where a script cannot be root."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.provisioners.script import NO_ROOT, become, interpreter, no_root, upload
from serai.util.process import run


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("echo", "sh"),
        ("#!/bin/bash", "/bin/bash"),
        ("#! /usr/bin/env -S python3 -u", "/usr/bin/env '-S python3 -u'"),
        ("#!", "sh"),
    ],
)
def test_the_interpreter_is_the_scripts_own(first: str, words: str) -> None:
    assert interpreter(f"{first}\nrest") == words


def test_a_script_that_need_not_be_root_is_not() -> None:
    assert "sudo" not in become(privileged=False)


def test_a_stated_place_is_kept() -> None:
    assert "rm -f" in upload({}, "true", [], mark="m")
    assert "rm -f" not in upload({}, "true", [], mark="m", place="/tmp/x")


@pytest.mark.parametrize(("text", "code", "synced"), [("true", 0, True), ("exit 7", 7, False)])
def test_what_succeeded_is_brought_to_the_disk_and_exit_codes_stay(
    text: str, code: int, synced: bool, tmp_path: Path
) -> None:
    stand_in = tmp_path / "sync"  # says that it was called
    stand_in.write_text(f"#!/bin/sh\n: >{tmp_path}/synced\n")
    stand_in.chmod(0o755)
    program = upload({"PATH": f"{tmp_path}:/usr/bin:/bin"}, text, [], mark="m", lasting=True)

    assert run(["sh", "-s"], input=program, check=False).code == code
    assert (tmp_path / "synced").exists() is synced


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (NO_ROOT, "neither sudo nor doas"),
        ("sudo: a password is required", "asks for a password"),
        ("make: *** no rule", None),
    ],
)
def test_why_it_could_not_be_root(said: str, cause: str | None) -> None:
    found = no_root(said)

    assert (found is None) if cause is None else (found is not None and cause in found[0])


def test_a_variable_of_any_name_is_the_scripts_own() -> None:
    env = {"f": "mine", "r": "too", "serai": "x y"}
    program = upload(env, 'echo "$f $r $serai ${serai_file-none}"', [], mark="END")
    done = run(["sh", "-s"], input=program)

    assert done.stdout == "mine too x y none\n"
