"""A Regexp written into another one."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.values import Regexp


def embedded(value: Regexp) -> str:
    """`(?-mix:…)`: with its own options, whatever those around are."""
    on = "".join(letter for letter in "mix" if letter in value.options)
    off = "".join(letter for letter in "mix" if letter not in value.options)
    return f"(?{on}{'-' if off else ''}{off}:{value.source})"
