"""JSON on the standard output, for every `--json`."""

from __future__ import annotations

from typing import Any

import click


def print_json(value: Any) -> None:
    """Structs and plain data, indented, in the order that they have."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
