"""Rendering cases: a folder each, with `machine.yaml` and what is expected; `--regenerate` rewrites the latter."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="rewrite what rendering is compared with")
