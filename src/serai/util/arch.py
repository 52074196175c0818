"""Processor architectures, as Debian and container images call them."""

from __future__ import annotations

import os

NAMES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
"""The kernel's word -> theirs."""


def host_arch() -> str:
    """Of this host: `amd64`, `arm64`; the kernel's own word for any other, which no image is made for."""
    machine = os.uname().machine
    return NAMES.get(machine, machine)
