"""What no source may do, with the reason and the one place that may."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

LONGEST_FILE = 400
"""Lines. A file holds one idea; the house calls more than this a smell."""


def complaints(source) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        for reason in reasons_against(node, source):
            found.append(f"{source.path}:{getattr(node, 'lineno', 1)}: {reason}")
    return found


def reasons_against(node: ast.AST, source) -> Iterator[str]:
    if isinstance(node, ast.Call):
        yield from _call(node, source)
    elif isinstance(node, ast.ExceptHandler):
        yield from _handler(node)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from _import(node, source)


def _call(node: ast.Call, source) -> Iterator[str]:
    name = ast.unparse(node.func)
    if name in {"time.sleep", "sleep"} and source.module != "serai.run.wait":
        yield f"{name}: only run/wait.py waits"
    if name in {"print", "sys.exit", "exit", "quit"} and source.package not in {"cli", ""}:
        yield f"{name}: only cli/ talks to people and ends the process"
    if name in {"os.system", "os.popen", "eval", "exec"}:
        yield f"{name}: programs are run by util/process.py, text is not run at all"
    for keyword in node.keywords:
        if keyword.arg == "shell" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
            yield "shell=True: arguments are a list"


def _handler(node: ast.ExceptHandler) -> Iterator[str]:
    if node.type is None:
        yield "a bare except hides bugs and Ctrl-C: name what is expected"
        return
    names = {ast.unparse(name) for name in ast.walk(node.type) if isinstance(name, ast.Name)}
    if names & {"Exception", "BaseException"} and all(_says_nothing(line) for line in node.body):
        yield "an error of any kind is swallowed: name what is expected"


def _says_nothing(line: ast.stmt) -> bool:
    return isinstance(line, ast.Pass | ast.Continue) or (
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    )


def _import(node: ast.Import | ast.ImportFrom, source) -> Iterator[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for name in names:
        package = name.split(".")[0]
        if package == "asyncio" and source.package != "server":
            yield "asyncio: concurrency is threads, asyncio lives in server/ alone"
        if package == "dataclasses":
            yield "dataclasses: values are msgspec.Struct"
        if package == "logging":
            yield "logging: what happens is told as events"
        if name == "time" and isinstance(node, ast.ImportFrom):
            sleeping = [alias.name for alias in node.names if alias.name == "sleep"]
            if sleeping and source.module != "serai.run.wait":
                yield "time.sleep: only run/wait.py waits"


def test_no_source_does_what_is_banned(sources):
    assert [line for source in sources for line in complaints(source)] == []


def test_every_source_says_its_one_idea_first(sources):
    silent = [str(source.path) for source in sources if source.text.strip() and not ast.get_docstring(source.tree)]

    assert silent == []


def test_no_source_is_longer_than_one_idea(sources):
    long = {str(source.path): lines for source in sources if (lines := source.text.count("\n")) > LONGEST_FILE}

    assert long == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import time\ntime.sleep(1)", "only run/wait.py waits"),
        ("from time import sleep", "only run/wait.py waits"),
        ("print('done')", "only cli/ talks"),
        ("import sys\nsys.exit(1)", "only cli/ talks"),
        ("subprocess.run('ls', shell=True)", "arguments are a list"),
        ("try:\n    f()\nexcept:\n    g()", "bare except"),
        ("try:\n    f()\nexcept Exception:\n    pass", "swallowed"),
        ("try:\n    f()\nexcept (OSError, BaseException):\n    ...", "swallowed"),
        ("def f():\n    import asyncio.events", "threads"),
        ("from dataclasses import dataclass", "msgspec.Struct"),
        ("import logging", "events"),
        ("os.system('reboot')", "util/process.py"),
    ],
)
def test_what_is_banned_is_found(parse, text, said):
    (complaint,) = complaints(parse("serai.guest.example", text))

    assert said in complaint


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("serai.run.wait", "import time\ntime.sleep(1)"),
        ("serai.cli.main", "import sys\nsys.exit(1)"),
        ("serai.guest.ssh", "try:\n    f()\nexcept OSError:\n    pass"),
        ("serai.run.executor", "try:\n    f()\nexcept Exception as error:\n    undo(error)"),
    ],
)
def test_what_is_allowed_passes(parse, module, text):
    assert complaints(parse(module, text)) == []
