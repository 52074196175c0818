"""Lists of numbers as the kernel and libvirt write them: `0-3,8`, and `^2` takes one out."""

from __future__ import annotations


def numbers(text: str) -> tuple[int, ...]:
    """The numbers in the order that they are written in, each once: `2-4,0,^3` is 2, 4, 0."""
    found: dict[int, None] = {}
    out: set[int] = set()
    for part in text.split(","):
        first, _, last = part.lstrip("^").partition("-")
        span = range(int(first), int(last or first) + 1)
        if part.startswith("^"):
            out.update(span)
        else:
            found.update(dict.fromkeys(span))
    return tuple(number for number in found if number not in out)


def ranges(values: tuple[int, ...]) -> str:
    """The shortest way to write them: 0, 1, 2, 5 is `0-2,5`."""
    parts: list[list[int]] = []
    for value in sorted(set(values)):
        if parts and parts[-1][-1] == value - 1:
            parts[-1] = [parts[-1][0], value]
        else:
            parts.append([value])
    return ",".join("-".join(map(str, part)) for part in parts)
