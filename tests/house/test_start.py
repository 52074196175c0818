"""What every command pays before it does anything: the modules that it loads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BANNED = (
    "rich",
    "asyncio",
    "jsonschema",
    "importlib.metadata",
    "urllib3",
    "urllib.request",
    "http.client",
    "logging",
    "dataclasses",
    "concurrent.futures",
    "xml.etree",
    "sqlite3",
    "pycdlib",
    "ruamel",
    "tree_sitter",
    "email",
    "ssl",
    "difflib",
    "multiprocessing",
)
"""Each costs more than it gives to a command that only reads: measured at 3 to 80 ms of CPU."""

ONE_QEMU_MACHINE = "project: start\nmachines:\n  web:\n    provider: qemu\n    image: tiny\n"
COMPLETION = {"_SERAI_COMPLETE": "bash_complete", "COMP_WORDS": "serai st", "COMP_CWORD": "1"}

LINE = re.compile(r"import time: +\d+ \| +\d+ \|( +)(\S+)")


def importers(trace: str) -> dict[str, str]:
    """Module -> who imported it, from `python -X importtime`: children come before parents, indented deeper."""
    loaded = [(len(match[1]), match[2]) for match in map(LINE.match, trace.splitlines()) if match]
    found = {}
    for position, (depth, name) in enumerate(loaded):
        parent = next((other for indent, other in loaded[position + 1 :] if indent < depth), "the start")
        found[name] = parent
    return found


def chain(name: str, parents: dict[str, str]) -> str:
    """`rich < serai.cli.progress < serai.cli.main`."""
    steps = [name]
    while steps[-1] in parents and parents[steps[-1]] not in steps:
        steps.append(parents[steps[-1]])
    return " < ".join(steps)


def banned_in(trace: str, providers: tuple[str, ...]) -> list[str]:
    parents = importers(trace)
    return [chain(name, parents) for name in parents if is_banned(name, providers)]


def is_banned(name: str, providers: tuple[str, ...]) -> bool:
    if any(name == banned or name.startswith(f"{banned}.") for banned in BANNED):
        return True
    parts = name.split(".")
    shared = {"container_record", "contract", "machine_record", "record_file", "registry", *providers}
    return parts[:2] == ["serai", "providers"] and len(parts) > 2 and parts[2] not in shared


def trace_of(arguments: list[str], directory: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "serai", *arguments],
        cwd=directory,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "serai.cli.start" in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("project", "arguments", "env", "providers"),
    [
        pytest.param(None, ["--help"], {}, (), id="help without a project"),
        pytest.param(ONE_QEMU_MACHINE, ["--help"], {}, (), id="help"),
        pytest.param(None, ["--version"], {}, (), id="version"),
        pytest.param(None, ["status", "--help"], {}, (), id="help of status"),
        pytest.param(None, [], COMPLETION, (), id="completion without a project"),
        pytest.param(ONE_QEMU_MACHINE, [], COMPLETION, (), id="completion"),
        pytest.param(None, ["status"], {}, (), id="status without a project"),
        pytest.param(ONE_QEMU_MACHINE, ["status"], {}, ("qemu",), id="status of a qemu machine"),
        pytest.param(ONE_QEMU_MACHINE, ["status", "--json"], {}, ("qemu",), id="status of a qemu machine as json"),
    ],
)
def test_it_loads_no_more_than_it_needs(home, tmp_path, project, arguments, env, providers):
    if project is not None:
        (tmp_path / "serai.yaml").write_text(project)

    assert banned_in(trace_of(arguments, tmp_path, env), providers) == []


@pytest.mark.parametrize("arguments", [["status"], ["status", "web", "--json"]])
def test_the_plain_status_parses_its_words_without_click(home, tmp_path, arguments):
    (tmp_path / "serai.yaml").write_text(ONE_QEMU_MACHINE)

    assert "click" not in importers(trace_of(arguments, tmp_path, {}))


def test_a_banned_module_is_named_with_its_importers():
    trace = """\
import time:       100 |        100 |       rich.errors
import time:       200 |        300 |     rich
import time:       100 |        400 |   serai.cli.progress
import time:       100 |        500 | serai.cli.main
import time:       100 |        500 | serai.providers.qemu.driver
"""
    assert banned_in(trace, ("qemu",)) == [
        "rich.errors < rich < serai.cli.progress < serai.cli.main < the start",
        "rich < serai.cli.progress < serai.cli.main < the start",
    ]
    assert banned_in(trace, ())[-1] == "serai.providers.qemu.driver < the start"
