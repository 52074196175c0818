"""Huge pages on the kernel's command line: `hugepagesz=1G hugepages=0:4,1:4`; other sizes stay (MEM-3).

Source: Linux, Documentation/admin-guide/kernel-parameters.txt: hugepages, hugepagesz. A `hugepages=` counts for
the `hugepagesz=` before it, one without such for the default size; nodes can be named since 5.16.
"""

from __future__ import annotations

from serai.host.boot.known import found
from serai.host.boot.words import split
from serai.host.changes.kernel_arguments import KernelArguments, kernel_arguments
from serai.host.facts.host import Facts
from serai.host.tunings.spread import WHOLE
from serai.util.units import format_size, parse_size

REPLACED = ("hugepagesz=", "hugepages=")
WITH_NODES = (5, 16)


def value(facts: Facts, total: dict[int, int]) -> str:
    """Of `hugepages=`: 4, or node by node, 0:4,1:4."""
    if set(total) == {WHOLE} or len(total) == 1 or (0, 0) < facts.kernel < WITH_NODES:
        return str(sum(total.values()))
    return ",".join(f"{node}:{count}" for node, count in total.items() if count)


def on_command_line(facts: Facts, wanted: dict[int, str]) -> KernelArguments | None:
    """Size of a page -> value of `hugepages=`; other sizes stay as they are. None: no boot tool is known here."""
    reach = facts.source.reach
    here = found(reach)
    if here is None:
        return None
    line = next(iter(here[0].coming(reach)), None) or here[0].kept(reach)
    asked = {**pairs(line.text if line else ""), **wanted}
    words = [f"hugepages={asked[0]}"] if 0 in asked else []
    for size, count in asked.items():
        if size:
            words += [f"hugepagesz={short(size)}", f"hugepages={count}"]
    return kernel_arguments(reach, "hugepages", add=tuple(words), remove=REPLACED)


def pairs(line: str) -> dict[int, str]:
    """Size of a page, 0 for the default -> the value of the `hugepages=` that counts for it."""
    asked: dict[int, str] = {}
    size = 0
    for word in split(line):
        key, _, text = word.partition("=")
        if key == "hugepagesz":
            try:
                size = parse_size(text)
            except ValueError:
                continue
        elif key == "hugepages":
            asked[size] = text
    return asked


def short(size: int) -> str:
    """As the kernel takes it: 1G, 2M."""
    return format_size(size).removesuffix("iB")
