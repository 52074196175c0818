"""The PCI tree as a picture: groups are boxes, devices say what becomes of them, blockers are marked (GPU-3)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import msgspec

from serai.host.devices.inventory import Inventory, Listed, Verdict

WIDTH, ROW, CARD, STEP, TOP, MARGIN = 1120, 57, 42, 26, 84, 24
"""Pixels: the picture, from row to row, a card's height, from depth to depth, above the first row, around."""
PILL = 118
LETTER, SMALL = 7.3, 6.2
"""Widths of a letter, taken large: fonts differ."""
GROUP_LABEL = 84
COLOURS = {
    Verdict.GIVEN: ("given", "#1d4ed8", "#93b4ff"),
    Verdict.CAN: ("can", "#15803d", "#6ee7a0"),
    Verdict.AFTER: ("after", "#a15c07", "#fbbf5e"),
    Verdict.CANNOT: ("cannot", "#b42318", "#ff9d92"),
    Verdict.STAYS: ("stays", "#5b6472", "#a5afbd"),
}
"""Verdict -> class, colour on light, colour on dark."""
MEANING = {
    Verdict.GIVEN: "vfio-pci has it",
    Verdict.CAN: "serai host passthrough",
    Verdict.AFTER: "another thing first, or --force",
    Verdict.CANNOT: "needed here, or not safe",
    Verdict.STAYS: "a bridge",
}


class Row(msgspec.Struct, frozen=True):
    """A device, or a root bus (`device` None), in the order of the tree."""

    device: Listed | None
    name: str
    depth: int
    above: int
    """The number of the row that it hangs on; -1: none."""


def draw(found: Inventory, title: str) -> bytes:
    """An SVG document that stands alone: no fonts, no scripts, light and dark."""
    rows = list(_rows(found))
    height = TOP + len(rows) * ROW + 46 + 14 * len(found.obstacles)
    svg = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height}", "width": str(WIDTH),
         "height": str(height), "role": "img", "font-family": "system-ui, sans-serif", "font-size": "13"},
    )  # fmt: skip
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "desc").text = "; ".join(_sentence(each) for each in found.devices)
    ET.SubElement(svg, "style").text = _style()
    ET.SubElement(svg, "rect", {"class": "paper", "width": str(WIDTH), "height": str(height), "rx": "10"})
    _head(svg, found, title)
    _boxes(svg, found, rows)
    at_top = {why for why, _ in found.obstacles}
    for number, row in enumerate(rows):
        _elbow(svg, rows, number)
        _card(svg, row, number, at_top)
    _foot(svg, height)
    ET.indent(svg)
    text: bytes = ET.tostring(svg, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _rows(found: Inventory) -> Iterator[Row]:
    """Depth first, as the buses hang together."""
    children: dict[str, list[Listed]] = {}
    known = {each.address for each in found.devices}
    for each in found.devices:
        children.setdefault(each.behind, []).append(each)
    count = 0

    def below(name: str, depth: int, above: int) -> Iterator[Row]:
        nonlocal count
        for each in children.get(name, ()):
            here, count = count, count + 1
            yield Row(each, each.address, depth, above)
            yield from below(each.address, depth + 1, here)

    for root in sorted(name for name in children if name not in known):
        here, count = count, count + 1
        yield Row(None, root or "pci", 0, -1)
        yield from below(root, 1, here)


def _style() -> str:
    light = [f".{name} .bar, .{name} .pill {{ fill: {colour} }}" for name, colour, _ in COLOURS.values()]
    dark = [f".{name} .bar, .{name} .pill {{ fill: {colour} }}" for name, _, colour in COLOURS.values()]
    return "\n".join(
        [
            "text { fill: #1b2230 } .quiet { fill: #566070; font-size: 11.5px }",
            ".head { font-size: 17px; font-weight: 600 }",
            ".code { font-family: ui-monospace, monospace; font-weight: 600 } .paper { fill: #ffffff }",
            ".card { fill: #ffffff; stroke: #cdd4de }",
            ".group { fill: #eef2f7; stroke: #9aa6b6; stroke-dasharray: 5 3 }",
            ".shared { fill: #fdf3e7; stroke: #a15c07 } .wire { fill: none; stroke: #9aa6b6; stroke-width: 1.5 }",
            ".word { fill: #ffffff; font-size: 11.5px; font-weight: 600; text-anchor: middle }",
            ".blocker { fill: #b42318 } .blocks { fill: #b42318; font-size: 11.5px; font-weight: 600 }",
            *light,
            "@media (prefers-color-scheme: dark) {",
            "text { fill: #e6eaf0 } .quiet { fill: #a5afbd } .paper { fill: #12161d }",
            ".card { fill: #1b212b; stroke: #3a4452 } .group { fill: #171d26; stroke: #566070 }",
            ".shared { fill: #2a2115; stroke: #fbbf5e } .wire { stroke: #566070 }",
            ".word { fill: #12161d } .blocker { fill: #ff9d92 } .blocks { fill: #ff9d92 }",
            *dark,
            "}",
        ]
    )


def _text(parent: ET.Element, x: float, y: float, said: str, kind: str = "", room: float = 0) -> None:
    """`room`: pixels that there are for it."""
    letter = SMALL if kind in ("quiet", "blocks") else LETTER
    most = int(room / letter) if room else len(said)
    shown = said if len(said) <= most else f"{said[: max(most - 1, 1)].rstrip()}…"
    place = {"x": f"{x:g}", "y": f"{y:g}"} | ({"class": kind} if kind else {})
    ET.SubElement(parent, "text", place).text = shown


def _head(svg: ET.Element, found: Inventory, title: str) -> None:
    _text(svg, MARGIN, 34, title, "head", WIDTH - 2 * MARGIN)
    shared = sum(_is_shared(found, number) for number in {each.group for each in found.devices if each.group})
    line = f"{len(found.devices)} devices in {len(found.groups)} IOMMU groups, {shared} shared by several slots"
    if found.obstacles:
        line = f"No device can be given to a guest: {found.obstacles[0][0]}"
    _text(svg, MARGIN, 58, line, "blocks" if found.obstacles else "quiet", WIDTH - 2 * MARGIN)


def _is_shared(found: Inventory, number: str) -> bool:
    """Whether devices of several slots, bridges not counted, have to go together."""
    slots = {
        each.address.partition(".")[0]
        for each in found.devices
        if each.group == number and each.verdict is not Verdict.STAYS
    }
    return len(slots) > 1


def _boxes(svg: ET.Element, found: Inventory, rows: list[Row]) -> None:
    """A box around each run of rows that are in one group."""
    first = 0
    while first < len(rows):
        device = rows[first].device
        group = device.group if device else ""
        last = first
        while last + 1 < len(rows) and (below := rows[last + 1].device) and below.group == group:
            last += 1
        if group:
            left = _left(min(row.depth for row in rows[first : last + 1])) - 9
            place = {"x": f"{left:g}", "y": f"{_top(first) - 5:g}", "width": f"{WIDTH - MARGIN - left:g}",
                     "height": f"{(last - first) * ROW + CARD + 10:g}", "rx": "9",
                     "class": "group shared" if _is_shared(found, group) else "group"}  # fmt: skip
            ET.SubElement(svg, "rect", place)
            _text(svg, WIDTH - MARGIN - GROUP_LABEL + 8, _top(first) + 18, f"group {group}")
            kind = next((each.type for each in found.groups if each.number == group), "")
            _text(svg, WIDTH - MARGIN - GROUP_LABEL + 8, _top(first) + 33, kind, "quiet")
        first = last + 1


def _left(depth: int) -> float:
    return MARGIN + 10 + depth * STEP


def _top(number: int) -> float:
    return TOP + number * ROW


def _elbow(svg: ET.Element, rows: list[Row], number: int) -> None:
    """From the card above down, and to the right."""
    row = rows[number]
    if row.above >= 0:
        x, y = _left(row.depth - 1) + 9, _top(number) + CARD / 2
        path = f"M{x:g} {_top(row.above) + CARD:g} V{y:g} H{_left(row.depth):g}"
        ET.SubElement(svg, "path", {"class": "wire", "d": path})


def _card(svg: ET.Element, row: Row, number: int, at_top: set[str]) -> None:
    """`at_top`: reasons that stand above for all devices."""
    left, top = _left(row.depth), _top(number)
    device = row.device
    if device is None:
        card = ET.SubElement(svg, "g")
        _text(card, left, top + 26, f"bus {row.name.removeprefix('pci')}", "code")
        return
    card = ET.SubElement(svg, "g", {"class": COLOURS[device.verdict][0]})
    ET.SubElement(card, "title").text = _sentence(device)
    right = WIDTH - MARGIN - GROUP_LABEL
    box = {"x": f"{left:g}", "y": f"{top:g}", "width": f"{right - left:g}", "height": str(CARD), "rx": "6"}
    ET.SubElement(card, "rect", {"class": "card", **box})
    ET.SubElement(card, "rect", {"class": "bar", **box, "width": "5", "rx": "2"})
    _text(card, left + 14, top + 18, device.address, "code")
    pill = right - PILL - 8
    name = " ".join(part for part in (device.vendor_name, device.name or device.ids) if part)
    said = f"{device.kind_name or device.kind}: {name}"
    _text(card, left + 124, top + 18, said, room=pill - left - 132)
    room = pill - left - 22
    if device.blocks_others:
        x, y = left + 14, top + 34
        ET.SubElement(card, "path", {"class": "blocker", "d": f"M{x:g} {y:g} l5 -9 l5 9 z"})
        _text(card, x + 15, y, f"blocks group {device.group}", "blocks")
        _text(card, x + 122, y, _quiet(device, at_top), "quiet", room - 122)
    else:
        _text(card, left + 14, top + 34, _quiet(device, at_top), "quiet", room)
    place = {
        "x": f"{pill:g}",
        "y": f"{top + 10:g}",
        "width": str(PILL),
        "height": "22",
        "rx": "11",
        "class": "pill",
    }
    ET.SubElement(card, "rect", place)
    _text(card, pill + PILL / 2, top + 25, str(device.verdict), "word")


def _quiet(device: Listed, at_top: set[str]) -> str:
    """The second line: what it is bound to, then why."""
    words = [device.driver or "no driver"]
    if device.node >= 0:
        words.append(f"node {device.node}")
    if device.sriov:
        words.append(f"{device.sriov.made} of {device.sriov.total} virtual functions")
    if device.function_of:
        words.append(f"a function of {device.function_of}")
    if device.verdict is not Verdict.STAYS:
        words += [why for why in device.why if why not in at_top]
    return " · ".join(words)


def _sentence(device: Listed) -> str:
    name = device.name or device.ids
    return f"{device.address} {name}, group {device.group or 'none'}: {device.verdict}" + (
        f" ({'; '.join(device.why)})" if device.why else ""
    )


def _foot(svg: ET.Element, height: int) -> None:
    x = float(MARGIN)
    for verdict, meaning in MEANING.items():
        each = ET.SubElement(svg, "g", {"class": COLOURS[verdict][0]})
        ET.SubElement(
            each,
            "rect",
            {"class": "bar", "x": f"{x:g}", "y": f"{height - 32:g}", "width": "10", "height": "10", "rx": "2"},
        )
        said = f"{verdict}: {meaning}"
        _text(each, x + 15, height - 23, said, "quiet")
        x += 15 + len(said) * SMALL + 12
