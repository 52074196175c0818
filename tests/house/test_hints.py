"""What serai tells people to type exists: the commands in its own messages, hints and pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from serai.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
QUOTED = re.compile(r"`serai ([a-z][a-z-]*)")
BARE = re.compile(r"^(?:see |then |or )?serai ([a-z][a-z-]*)")
"""A hint that begins with a command, or a text that holds one in backticks."""
PROSE = {"needs", "reads"}
"""Words after serai with which a sentence of a hint begins."""


def texts(tree: ast.AST) -> list[str]:
    """Every text of a module; the values in f-strings are left out."""
    return [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def hints(tree: ast.AST) -> list[str]:
    """The texts that `hint=` is given, as far as they are written there."""
    given = [
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "hint"
    ]
    parts = [value.values[0] if isinstance(value, ast.JoinedStr) and value.values else value for value in given]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def named(source: str) -> set[str]:
    tree = ast.parse(source)
    quoted = {word for text in texts(tree) for word in QUOTED.findall(text)}
    return quoted | {word for text in hints(tree) for word in BARE.findall(text) if word not in PROSE}


def test_every_command_that_a_message_names_exists():
    unknown = {
        f"{path.relative_to(ROOT)}: serai {word}"
        for path in (ROOT / "src").rglob("*.py")
        for word in named(path.read_text())
        if word not in COMMANDS
    }

    assert unknown == set()


def test_every_command_that_a_page_of_the_guide_names_exists():
    from serai.loaders import guide

    pages = [page for ident in guide.acts() if (page := guide.page(ident))]
    words = {word for page in pages for word in QUOTED.findall(f"{page.then} {page.wrong} {page.now}")}
    shown = {each.run.split()[1] for page in pages for each in page.see if each.run.startswith("serai ")}

    assert shown
    assert words | shown <= set(COMMANDS)


@pytest.mark.parametrize(
    "source",
    ['raise E("x", hint="serai fly")', 'raise E("x", hint=f"serai fly {name}")', '"""See `serai fly`."""'],
)
def test_a_command_that_does_not_exist_is_found(source):
    assert named(source) == {"fly"}


def test_the_options_before_the_verb_that_the_reader_of_vagrantfiles_names_exist():
    from serai.cli.main import cli

    known = {name for option in cli.params for name in option.opts}
    named = {
        word
        for path in (ROOT / "src/serai/loaders/vagrantfile").rglob("*.py")
        for text in texts(ast.parse(path.read_text()))
        for word in re.findall(r"(--(?:ruby|with|allow)[a-z-]*)", text)
    }

    assert {"--ruby", "--with", "--allow-read"} <= named
    assert named <= known
