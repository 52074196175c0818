"""Which files of the project a playbook is made of, by where they lie. Pure."""

from __future__ import annotations

import os

BESIDE = ("roles", "tasks", "handlers", "vars", "group_vars", "host_vars", "files", "templates", "library")
"""Directories beside a playbook that Ansible looks into: a change in them is a change of the block."""


def beside(playbook: str) -> list[str]:
    """The playbook and those directories, whether they are there or not."""
    folder = os.path.dirname(playbook)  # noqa: PTH120 - a path as a file states it
    return [playbook, *(f"{folder}/{name}" if folder else name for name in BESIDE)]
