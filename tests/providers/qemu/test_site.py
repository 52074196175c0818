"""Paths of the spec are the project's, names without one are the machine's."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("path", "found"), [(None, "serial1.log"), ("", "serial1.log"), ("log/a", "/p/log/a"), ("/var/a", "/var/a")]
)
def test_a_path_has_its_place(path: str | None, found: str, site_of: Any) -> None:
    assert site_of().place(path, "serial1.log") == found
