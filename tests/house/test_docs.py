"""The documents say what is true: commands and flags exist, YAML loads, examples give what they show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^>]*) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
SPAN = re.compile(r"`((?:serai|\./get-serai|\./run-tests)(?: [^`]*)?)`")


def by_page(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def fences(text: str, kind: str) -> list[tuple[int, str, str]]:
    """(line, mark, text) of every fenced block of a kind; the mark is the HTML comment right before it."""
    return [
        (text.count("\n", 0, match.start()) + 1, match["mark"] or "", match["text"])
        for match in FENCE.finditer(text)
        if match["kind"] == kind
    ]


def commands(text: str) -> list[str]:
    """Every command line that a page names: in spans, and after the `$ ` of console blocks."""
    shown = [
        line[2:] for _, _, block in fences(text, "console") for line in block.splitlines() if line.startswith("$ ")
    ]
    return SPAN.findall(FENCE.sub("", text)) + [line for line in shown if line.startswith(("serai", "./"))]


def complaint(line: str, root: click.Command) -> str:
    """Why a command line is not one, or an empty string. Words in capitals stand for anything."""
    words = shlex.split(line)
    if words[0].startswith("./"):
        return "" if os.access(ROOT / words[0], os.X_OK) else f"{line}: no such program"
    command, words = root, words[1:]
    known = options_of(command)
    while words:
        word = words.pop(0)
        if word == "--":
            break
        if word.startswith("-"):
            if word.split("=")[0] not in known:
                return f"{line}: no option {word}"
        elif isinstance(command, click.Group) and not word.isupper():
            context = click.Context(command)
            found = command.get_command(context, word)
            if found is None:
                return f"{line}: no command {word}"
            command, known = found, known | options_of(found)
    return ""


def options_of(command: click.Command) -> set[str]:
    found = {"-h", "--help"}
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            found |= {*parameter.opts, *parameter.secondary_opts}
    return found


@pytest.fixture(scope="module")
def cli() -> click.Command:
    from serai.cli.main import cli

    return cli


@pytest.mark.parametrize("page", PAGES, ids=by_page)
def test_its_commands_and_flags_exist(page, cli):
    assert [said for line in commands(page.read_text()) if (said := complaint(line, cli))] == []


def yaml_blocks(wrong: bool = False) -> list[tuple[str, str]]:
    """(place, text) of every project file; those that are marked `wrong` show what a mistake looks like."""
    found = [(by_page(page), page.read_text()) for page in PAGES]
    return [
        (f"{name}:{line}", text)
        for name, page in found
        for line, mark, text in fences(page, "yaml")
        if (mark == "wrong") == wrong
    ] + (
        [] if wrong else [(by_page(path), path.read_text()) for path in sorted(ROOT.glob("examples/*/serai.yaml"))]
    )


@pytest.mark.parametrize(("place", "text"), yaml_blocks(), ids=lambda value: value if "\n" not in value else "")
def test_its_project_files_load(place, text, tmp_path):
    from serai.loaders.yaml import load

    (tmp_path / "serai.yaml").write_text(text)
    for source in ("index.html", "setup.sh", "site.yml"):
        (tmp_path / source).touch()

    assert load(tmp_path / "serai.yaml").machines


@pytest.mark.parametrize(
    ("place", "text"), yaml_blocks(wrong=True), ids=lambda value: value if "\n" not in value else ""
)
def test_a_project_file_that_is_shown_as_wrong_is(place, text, tmp_path):
    from serai.loaders.yaml import load
    from serai.util.errors import SeraiError

    (tmp_path / "serai.yaml").write_text(text)

    with pytest.raises(SeraiError):
        load(tmp_path / "serai.yaml")


def examples(provider: str) -> list[tuple[str, str, str]]:
    """(place, project file, console block) of the console blocks that are marked `run: PROVIDER`.

    The project file is the last YAML or Ruby above.
    """
    found = []
    for page in PAGES:
        text = page.read_text()
        files = sorted([*fences(text, "yaml"), *fences(text, "ruby")])
        for line, mark, block in fences(text, "console"):
            if mark == f"run: {provider}":
                project = [content for above, _, content in files if above < line][-1]
                found.append((f"{by_page(page)}:{line}", project, block))
    return found


def write_project(folder: Path, text: str, more: str = "") -> None:
    """As the file whose language it is."""
    if "Vagrant.configure" in text:
        (folder / "Vagrantfile").write_text(text)
    else:
        (folder / "serai.yaml").write_text(f"{text}{more}")


@pytest.mark.parametrize(("place", "project", "block"), examples("fake"), ids=lambda value: value.split("\n")[0])
def test_its_examples_give_what_they_show(home, place, project, block, tmp_path, monkeypatch):
    monkeypatch.setenv("SERAI_LAYERS", "on")  # pretended machines keep some where they are told to
    write_project(tmp_path, project, "defaults: {provider: fake}\n")

    follow(place, block, tmp_path)


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize(("place", "project", "block"), examples("qemu"), ids=lambda value: value.split("\n")[0])
def test_its_examples_on_real_machines_give_what_they_show(
    home_with_images, need, place, project, block, tmp_path
):
    need("qemu-system-x86_64", "qemu-img")
    write_project(tmp_path, project)
    try:
        follow(place, block, tmp_path)
    finally:
        told("serai destroy -y --force", tmp_path)


def on_captured() -> list[tuple[str, str, str]]:
    """(place, name of the tree, block) of the console blocks that are marked `tree: NAME`."""
    return [
        (f"{by_page(page)}:{line}", mark.removeprefix("tree: "), block)
        for page in PAGES
        for line, mark, block in fences(page.read_text(), "console")
        if mark.startswith("tree: ")
    ]


@pytest.mark.parametrize(("place", "tree", "block"), on_captured(), ids=lambda value: value.split("\n")[0])
def test_its_commands_on_a_captured_host_say_what_they_show(captured, place, tree, block):
    follow(place, block, captured(tree).parent)


def test_its_picture_of_devices_is_what_is_drawn_of_the_captured_host(captured, tmp_path):
    drawn = tmp_path / "devices.svg"
    told(f"serai host devices --root {captured('workstation')} --svg {drawn}", tmp_path)

    assert (ROOT / "docs/devices.svg").read_bytes() == drawn.read_bytes(), "docs/guide.md says how it is made"
    assert "](devices.svg)" in (ROOT / "docs/guide.md").read_text()


def test_there_are_examples_of_both_kinds():
    assert len(examples("fake")) > 3
    assert examples("qemu")


def follow(place: str, block: str, directory: Path) -> None:
    """Give every command of a block, and compare what it says."""
    for command, expected in steps(block):
        said = told(command, directory)
        assert shows(expected, said), f"{place}: $ {command}\n{said}\nis not\n{expected}"


def told(command: str, directory: Path) -> str:
    """What a command says there, on both of its outputs."""
    return subprocess.run(
        [sys.executable, "-m", "serai", *shlex.split(command)[1:]],
        cwd=directory,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    ).stdout


def steps(block: str) -> list[tuple[str, str]]:
    """(command, output) of a console block."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, output = found[-1]
            found[-1] = (command, f"{output}{line}\n")
    return found


def shows(expected: str, real: str) -> bool:
    """Whether the output is as shown: `...` stands for anything, durations and the width of gaps do not count."""
    plain = [re.sub(r"\b\d+\.\d+ s\b", "0 s", " ".join(text.split())) for text in (expected, real)]
    pattern = ".*".join(re.escape(part) for part in plain[0].split("..."))
    return re.fullmatch(pattern, plain[1], re.DOTALL) is not None


@pytest.mark.parametrize(
    ("line", "said"),
    [("serai fly", "no command fly"), ("serai up --fast", "no option --fast"), ("./get-sera", "no such program")],
)
def test_what_does_not_exist_is_found(cli, line, said):
    assert said in complaint(line, cli)


def test_output_is_compared_but_for_durations_and_gaps():
    assert shows("web  ready  1.2 s\n...done\n", "web ready   3.4 s\nmore\ndone\n")
    assert not shows("web  ready\n", "web failed\n")
