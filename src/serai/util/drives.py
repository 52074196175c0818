"""Names of drives, as Linux counts them: sda, sdz, sdaa."""

from __future__ import annotations


def letters(number: int) -> str:
    """0 -> `a`, 25 -> `z`, 26 -> `aa`, as disks are counted."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
