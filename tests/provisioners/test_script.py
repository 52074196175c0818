"""How a script's interpreter is found, and what is said where a script cannot be root."""

from __future__ import annotations

import pytest

from serai.provisioners.script import NO_ROOT, become, interpreter, no_root, upload


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
