"""Imports what compiles each family of nodes: each enters its own."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.compile import (
    assign,
    assign_operator,
    definitions,
    loops,
    operators,
    patterns,
    rescues,
    usual,
)

__all__ = [
    "assign",
    "assign_operator",
    "definitions",
    "loops",
    "operators",
    "patterns",
    "rescues",
    "usual",
]
