"""What is bound ends with the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from serai.util.bound import NOT_RUN, bound

PARENT = """
import subprocess, sys
from serai.util.bound import bound
words = ("/bin/sleep", "300")
child = subprocess.Popen(bound(*words) if sys.argv[1] == "bound" else words, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
child.wait()
"""


def left_by_a_killed_parent(how: str) -> bool:
    """Whether the child is still there, up to five seconds after; it is ended then."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, how], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    comm = Path(f"/proc/{child}/comm")
    until = time.monotonic() + 30
    while comm.read_text() != "sleep\n":
        assert time.monotonic() < until, comm.read_text()
        time.sleep(0.01)
    parent.kill()
    parent.communicate()
    until = time.monotonic() + (5 if how == "bound" else 0.2)
    while time.monotonic() < until:
        try:
            if "\nState:\tZ" in Path(f"/proc/{child}/status").read_text():
                return False
        except (FileNotFoundError, ProcessLookupError):
            return False
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    return True


def test_a_killed_parent_leaves_none():
    assert not left_by_a_killed_parent("bound")
    assert left_by_a_killed_parent("as usual")


def test_its_words_streams_and_exit_code_are_its_own():
    words = ("/bin/sh", "-c", 'cat; echo "$0 $1" >&2; exit 3', "a b", "c")
    done = subprocess.run(bound(*words), input="given", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "given", "a b c\n")


def test_one_that_cannot_be_run_says_why():
    done = subprocess.run(bound("/no/such"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (NOT_RUN, "/no/such cannot be run: No such file or directory")


def test_nothing_is_started_once_the_parent_is_gone():
    """Its number is that of another process then."""
    words = bound("/bin/echo", "begun")
    of_another = [*words[:5], "1", *words[6:]]
    done = subprocess.run(of_another, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
