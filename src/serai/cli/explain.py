"""serai explain: what an id of the guide or a key of the project file means, why, and where that is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from serai.cli.output import print_json

if TYPE_CHECKING:
    from serai.host.checks.row import Row
    from serai.host.tunings.tuning import Tuning
    from serai.loaders.explain import Explanation
    from serai.loaders.guide import Page
    from serai.loaders.topics import Explained

WIDTH = 100
"""Columns of running text, where the terminal has so many."""
LABEL = 10
"""Columns of the words on the left."""


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Ids, and keys one level at a time."""
    from serai.host.tunings.known import TUNINGS
    from serai.loaders import guide, topics
    from serai.loaders.explain import explain as explained
    from serai.providers.registry import raw_block
    from serai.util.errors import SeraiError

    above, dot, _ = incomplete.rpartition(".")
    if not dot:
        known = [*guide.acts(), *topics.machine_keys(), *topics.file_keys(), *TUNINGS]
        return [word for word in dict.fromkeys(known) if word.lower().startswith(incomplete.lower())]
    try:
        return [
            word for key in explained(above, raw_block).keys if (word := f"{above}.{key}").startswith(incomplete)
        ]
    except SeraiError:
        return []


@click.command()
@click.argument("topic", required=False, metavar="[ID|KEY]", shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(topic: str | None, as_json: bool) -> None:
    """Say what an ID of the guide (HW-1), a check (mem.thp), a tuning (thp) or a KEY of the project file means.

    Without one: list the ids, the tunings and the keys.
    """
    from serai.loaders import topics
    from serai.providers.registry import raw_block

    if topic is None:
        _list(as_json)
        return
    if row := _check(topic):
        _show_check(row, as_json)
        return
    if tuning := _tuning(topic):
        _show_tuning(tuning, as_json)
        return
    found = topics.topic(topic, raw_block)
    if isinstance(found, topics.Explained):
        _show_act(found, as_json)
    elif as_json:
        print_json(found)
    else:
        _show_key(found)


def _list(as_json: bool) -> None:
    from serai.host.tunings.known import TUNINGS
    from serai.loaders import guide, topics

    served = {name: row for name, row in guide.acts().items() if row.state is not guide.State.LATER}
    later = [name for name, row in guide.acts().items() if row.state is guide.State.LATER]
    machine, file = topics.machine_keys(), topics.file_keys()
    tunings = {row.id: row.title for row in TUNINGS.values()}
    if as_json:
        print_json({"ids": guide.acts(), "tunings": tunings, "keys": {"file": file, "machine": machine}})
        return
    click.echo("Acts of the guide that this version does:")
    _table({name: row.act + (" (in part)" if row.rest else "") for name, row in served.items()})
    click.echo("\nNot in this version:")
    for line in _wrapped(", ".join(later), "  "):
        click.echo(line)
    click.echo("\nTunings of the host, for serai host tune:")
    _table(tunings)
    click.echo("\nKeys of the project file:")
    _table(file)
    click.echo("\nKeys of a machine, of defaults and of profiles:")
    _table(machine)
    click.echo(
        "\nserai explain ID, serai explain KEY, serai explain KEY.KEY tell more; of checks: serai explain mem.thp"
    )


def _table(rows: Mapping[str, str]) -> None:
    width = max(len(name) for name in rows)
    for name, text in rows.items():
        click.echo(f"  {name:{width}}  {text}".rstrip())


def _of_act(ident: str) -> dict[str, list[str]]:
    """What serves an act on the host: ids of checks and of tunings, which say so themselves."""
    from serai.host.checks.examine import ROWS
    from serai.host.tunings.known import TUNINGS

    return {
        "checks": [row.id for row in ROWS.values() if ident in row.guide],
        "tunings": [row.id for row in TUNINGS.values() if ident in row.guide],
    }


def _show_act(found: Explained, as_json: bool) -> None:
    if as_json:
        import msgspec

        print_json({**msgspec.structs.asdict(found), **_of_act(found.id)})
        return
    if found.page is None:
        click.echo(f"{found.id}: {found.act}")
        _part("state", ["not in this version of serai"])
        return
    page: Page = found.page
    click.echo(f"{found.id}: {page.title}")
    _part("then", [page.then])
    _part("but", [page.wrong])
    _part("now", [page.now])
    _part("missing", [found.rest] if found.rest else [])
    _part("numbers", page.numbers)
    _part("see", [f"{each.run}: {each.shows}" for each in page.see])
    for label, names in {"keys": page.keys, **_of_act(found.id)}.items():
        _part(label, [", ".join(names)] if names else [])
    _part("sources", page.sources)


def _part(label: str, texts: Iterable[str]) -> None:
    """Paragraphs, with the label on the left of the first."""
    for text in texts:
        for number, line in enumerate(_wrapped(text, "")):
            lead = label if number == 0 else ""
            click.echo(f"  {lead:{LABEL}}{line}")
        label = ""


def _wrapped(text: str, indent: str) -> list[str]:
    import shutil
    import textwrap

    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns) - (0 if indent else LABEL + 2)
    return textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _check(word: str) -> Row | None:
    """The check of the host that is meant, `mem.thp`; no key of the project file has such a name."""
    if "." not in word:
        return None
    from serai.host.checks.examine import ROWS

    return ROWS.get(word.lower())


def _show_check(row: Row, as_json: bool) -> None:
    """All that a row of the table says; nothing of it is written twice."""
    from serai.host.tunings.known import repairing

    texts = {
        "why": row.why,
        "but": row.old,
        "reads": row.reads,
        "next": row.next,
        "tuning": ", ".join(each.id for each in repairing(row.id)),
        "verify": row.verify,
        "undo": row.undo,
        "needs": f"a {row.reboot}" if row.reboot else "",
        "numbers": row.numbers,
        "not when": row.when_not,
        "worst": str(row.worst),
        "roles": ", ".join(row.roles),
        "guide": ", ".join(row.guide),
        "sources": row.source,
    }
    if as_json:
        print_json({"id": row.id, "title": row.title, **texts})
        return
    click.echo(f"{row.id}: {row.title}")
    for label, text in texts.items():
        _part(label, [text] if text else [])


def _tuning(word: str) -> Tuning | None:
    """The tuning that is meant, `hugepages`; no key of the project file has its name."""
    if "." in word:
        return None
    from serai.host.tunings.known import TUNINGS

    return TUNINGS.get(word.lower())


def _show_tuning(row: Tuning, as_json: bool) -> None:
    """All that a row of the table says."""
    more = {"for": " --for SIZE|FILE", "interface": " --interface LINK", "value": f"={row.values}"}
    call = f"serai host tune {row.id}" + "".join(more.get(each, f" --{each}") for each in row.asks)
    roles = [f"{role} ({value})" if value else str(role) for role, value in row.roles.items()]
    texts = {
        "why": row.why,
        "but": row.old,
        "next": call,
        "values": row.values.replace("|", ", "),
        "needs": f"a {row.needs}" if row.needs else "",
        "numbers": row.numbers,
        "not when": row.when_not,
        "repairs": ", ".join(row.repairs),
        "roles": ", ".join(roles),
        "undo": row.undo,
        "guide": ", ".join(row.guide),
        "sources": row.source,
    }
    if as_json:
        print_json({"id": row.id, "title": row.title, **texts})
        return
    click.echo(f"{row.id}: {row.title}")
    for label, text in texts.items():
        _part(label, [text] if text else [])


def _show_key(found: Explanation) -> None:
    click.echo(f"{found.key}: {found.description}")
    if found.about and found.about != found.description:
        click.echo(f"  {found.about}")
    click.echo(f"  type      {found.type}")
    if found.default is not None:
        click.echo(f"  default   {inline(found.default)}")
    for number, example in enumerate(found.examples):
        click.echo(f"  {'' if number else 'example':8}  {inline(example)}")
    if found.ids:
        click.echo(f"  guide     {', '.join(found.ids)}")
    width = max((len(name) for name in found.keys), default=0)
    for name, description in found.keys.items():
        click.echo(f"  {found.key}.{name:{width}}  {description}".rstrip())


def inline(value: Any) -> str:
    """A value as a file states it, on one line."""
    import yaml

    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")
