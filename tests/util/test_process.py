"""A program that is run ends, fails or is missing, and each is said plainly."""

from __future__ import annotations

import pytest

from serai.util.errors import Code, SeraiError
from serai.util.process import run, which


def test_output_and_exit_code_are_kept():
    result = run(["sh", "-c", "echo out; echo err >&2; exit 3"], check=False)

    assert (result.code, result.ok, result.stdout, result.stderr) == (3, False, "out\n", "err\n")


def test_a_failure_names_the_program_its_code_and_its_last_line():
    with pytest.raises(SeraiError) as caught:
        run(["sh", "-c", "echo first >&2; echo no such pool >&2; exit 2"])

    assert caught.value.code is Code.FAILED
    assert caught.value.message == "sh ended with exit code 2: no such pool"
    assert caught.value.details == ("first", "no such pool")


def test_a_missing_program_is_missing_not_a_bug():
    with pytest.raises(SeraiError) as caught:
        run(["no-such-program-here"])

    assert caught.value.code is Code.MISSING


def test_a_program_that_does_not_end_is_ended():
    with pytest.raises(SeraiError, match=r"sleep did not end within 0\.1 s") as caught:
        run(["sleep", "20"], timeout=0.1)

    assert caught.value.code is Code.TIMEOUT


def test_env_is_added_and_stdin_is_empty():
    assert run(["sh", "-c", "echo $A; cat"], env={"A": "1"}).stdout == "1\n"
    assert run(["cat"], input="text").stdout == "text"


def test_which_names_the_package():
    assert which("sh").endswith("/sh")
    with pytest.raises(SeraiError) as caught:
        which("no-such-program-here", "its-package")
    assert caught.value.hint == "install it: apt install its-package"
