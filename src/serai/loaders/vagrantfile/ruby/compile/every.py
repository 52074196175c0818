"""Imports what compiles each family of nodes: each enters its own."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.compile import (
    assign,
    assign_operator,
    branches,
    calls,
    definitions,
    literals,
    loops,
    operators,
    patterns,
    rescues,
    strings,
    variables,
)

__all__ = [
    "assign",
    "assign_operator",
    "branches",
    "calls",
    "definitions",
    "literals",
    "loops",
    "operators",
    "patterns",
    "rescues",
    "strings",
    "variables",
]
