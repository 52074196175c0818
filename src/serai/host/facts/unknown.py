"""A fact that could not be measured."""

from __future__ import annotations


class Unknown(Exception):
    """Why, and what was to be read."""

    def __init__(self, why: str, read: str) -> None:
        super().__init__(why)
        self.why = why
        self.read = read
