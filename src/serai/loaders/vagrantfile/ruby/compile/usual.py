"""Imports what compiles those nodes that hardly a file is without; `every` has the others, on use."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.compile import branches, calls, literals, strings, variables

__all__ = ["branches", "calls", "literals", "strings", "variables"]
