"""The text of the repository: no place of one machine, no leftovers, nothing that a clone cannot use."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST_FILE = 300_000
"""Bytes. Images and binaries are made, not kept."""

# Written with character classes, so that this file does not find itself.
FORBIDDEN = {
    r"/w[o]rk/[a-z]": "a path of one machine",
    r"/root/(venv|serai/src)\b": "a path of one machine",
    r"\b(pypi[.]org|pythonhosted[.]org|pkg[.]dev|npmjs[.]org)\b": "a registry: its clients know it",
    r"\b(T[O]DO|F[I]XME|X[X]X)\b": "do it, or leave it out",
    r"^(<{7}|>{7}) ": "a merge that was not finished",
    r"\b([Ii]ssue|[Ss]ession) #?\d+\b": "say what it is about: readers have no such list",
    r"[ \t]+$": "white space at the end of a line",
    r"\r$": "a line end of another system",
}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def complaints(name: str, text: str) -> list[str]:
    return [
        f"{name}:{number}: {reason}: {line.strip()[:80]}"
        for number, line in enumerate(text.split("\n"), 1)
        for pattern, reason in FORBIDDEN.items()
        if re.search(pattern, line)
    ]


def test_no_file_has_forbidden_text(need):
    need("git")
    found = []
    for path in tracked():
        if path.name == "LICENSE" or path.parent.name == "data":
            continue
        try:
            found += complaints(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
    assert found == []


def test_no_file_is_large(need):
    need("git")
    large = {str(path.relative_to(ROOT)): path.stat().st_size for path in tracked()}

    assert {name: size for name, size in large.items() if size > LARGEST_FILE} == {}


def test_the_commands_can_be_run(need):
    need("git")
    listing = subprocess.run(
        ["git", "ls-files", "--stage", "get-serai", "run-tests", ".ci/run"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.splitlines()

    assert [line.split()[0] for line in listing] == ["100755"] * 3


@pytest.mark.parametrize("script", ["get-serai", "run-tests", "scripts/packages.sh"])
def test_the_scripts_are_plain_sh(need, script):
    need("dash")
    checked = subprocess.run(["dash", "-n", str(ROOT / script)], stderr=subprocess.PIPE, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    "line",
    ["see /work" + "/notes", "pip install -i https://pypi" + ".org/simple", "# TO" + "DO later", "end  ", "dos\r"],
)
def test_what_is_forbidden_is_found(line):
    assert complaints("x", line)
