"""serai host devices: the PCI devices by IOMMU group, who has them, and which a guest can have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from serai.cli.host_common import reach_of, there, where
from serai.cli.output import print_json
from serai.cli.table import columns
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.host.devices.inventory import Inventory, Listed
    from serai.host.facts.host import Facts

COLOURS = {"given": "cyan", "can be given": "green", "can after": "yellow", "cannot": "red"}
NAME = 46
"""Letters of a device's name in the table."""


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@where
@click.option("-v", "--verbose", is_flag=True, help="Show bridges, ids, NUMA nodes, resets and the ways out, too.")
@click.option("--svg", metavar="FILE", help="Draw the groups into a file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def devices(addresses: tuple[str, ...], root: str, verbose: bool, svg: str | None, as_json: bool) -> int:
    """List the PCI devices by IOMMU group, who blocks a group, and whether a guest can have a device.

    ADDRESS is a device (01:00.0) or a slot (01:00): all is said of it.
    """
    from serai.host.devices.inventory import inventory
    from serai.host.facts.host import Facts
    from serai.host.facts.source import Source, Unknown

    reach = reach_of(root, reads=True)
    source = Source(reach=reach)
    try:
        facts = Facts(source)
        found = inventory(facts)
    except Unknown as error:
        raise SeraiError(Code.FAILED, f"{reach.name}: {error.read}: {error.why}") from error
    chosen = _chosen(facts, found, addresses)
    if svg:
        _draw(found, svg, reach.name.rpartition("/")[2] or reach.name)
    if as_json:
        print_json(
            {
                "devices": [structs.replace(each, next=tuple(map(there, each.next))) for each in chosen],
                "groups": found.groups,
                "obstacles": [{"why": why, "next": there(way)} for why, way in found.obstacles],
                "unknown": found.unknown,
            }
        )
        return 0
    if not found.devices:
        click.echo(f"{reach.name} has no PCI device")
        return 0
    for why, way in found.obstacles:
        click.echo(f"{click.style('no device can be given', fg='red')}: {why}")
        click.echo(f"  {there(way)}")
    for line in columns(list(_cells(found, chosen, verbose or bool(addresses)))):
        click.echo(line)
    for each in found.unknown:
        click.echo(f"not known: {each}")
    click.echo(_counts(found))
    return 0


def _chosen(facts: Facts, found: Inventory, addresses: tuple[str, ...]) -> list[Listed]:
    """Those that are named, each once. Raises SeraiError (Code.INPUT) for one that there is not."""
    from serai.host.devices.named import named

    if not addresses:
        return sorted(found.devices, key=lambda each: (int(each.group or -1), each.address))
    chosen = {each.address: each for address in addresses for each in named(facts, found, address)}
    return list(chosen.values())


def _draw(found: Inventory, path: str, name: str) -> None:
    from serai.host.devices.drawing import draw
    from serai.util.files import write_atomic

    try:
        write_atomic(Path(path), draw(found, f"PCI devices of {name}"), mode=0o644)
    except OSError as error:
        message = f"the picture cannot be written to {path}: {error.strerror}"
        raise SeraiError(Code.INPUT, message, hint="--svg FILE, in a directory that is there") from error


def _cells(found: Inventory, chosen: list[Listed], everything: bool) -> list[tuple[str, ...]]:
    """A device in a row; what else is to be said below it. The group is named once."""
    said_before = {why for why, _ in found.obstacles}
    rows, last = [], ""
    for device in chosen:
        if device.verdict == "stays" and not everything:
            continue
        group = device.group if device.group != last else ""
        last = device.group
        why = [each for each in device.why if each not in said_before] if device.verdict != "stays" else []
        mark = "blocks its group" if device.blocks_others else ""
        lines = [*([mark] if mark else []), *why]
        verdict = click.style(str(device.verdict), fg=COLOURS.get(str(device.verdict)))
        rows.append((group, device.address, _name(device), device.driver or "-", verdict, *(lines[:1] or [""])))
        rows += [("", "", "", "", "", line) for line in lines[1:]]
        if everything:
            rows += [("", "", "", "", "", line) for line in _more(device, said_before, found)]
    return [("group", "address", "device", "driver", "verdict", ""), *rows] if rows else []


def _name(device: Listed) -> str:
    """`VGA compatible controller: GP104 [GeForce GTX 1080]`, or the numbers."""
    said = f"{device.kind_name or f'class {device.kind}'}: {device.name or device.ids}"
    return said if len(said) <= NAME else f"{said[: NAME - 1]}…"


def _more(device: Listed, said_before: set[str], found: Inventory) -> list[str]:
    facts = [f"ids {device.ids}", f"NUMA node {device.node}" if device.node >= 0 else "NUMA node not told"]
    facts.append(f"reset {' '.join(device.reset)}" if device.reset else "no reset")
    group = next((each for each in found.groups if each.number == device.group), None)
    if group and group.type:
        facts.append(f"domain {group.type}")
    lines = [", ".join(facts)]
    if device.sriov:
        made = " ".join(device.sriov.functions)
        lines.append(f"SR-IOV: {device.sriov.made} of {device.sriov.total} functions {made}".rstrip())
    if device.function_of:
        lines.append(f"a virtual function of {device.function_of}")
    ways = {way for _, way in found.obstacles}
    return lines + [f"then: {there(way)}" for way in device.next if way not in ways]


def _counts(found: Inventory) -> str:
    order = ("can be given", "given", "can after", "cannot")
    words = {
        "can be given": "can be given",
        "given": "given",
        "can after": "can after something",
        "cannot": "cannot",
    }
    total = {each: sum(device.verdict == each for device in found.devices) for each in order}
    shown = [f"{total[each]} {words[each]}" for each in order if total[each]]
    bridges = sum(device.verdict == "stays" for device in found.devices)
    shown.append(_many(bridges, "bridge"))
    where = f"{_many(len(found.devices), 'device')} in {_many(len(found.groups), 'group')}"
    return f"{where}: {', '.join(shown)}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
