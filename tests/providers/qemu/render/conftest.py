"""A Site of fixed values, which a test changes where it looks at something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from serai.providers.qemu.features import Features
from serai.providers.qemu.site import Site
from serai.spec.machine import Machine

NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def site_of() -> Callable[..., Site]:
    """`site_of(accel="kvm")`."""
    able = Features(
        binary="qemu-system-x86_64",
        version="9.2.0",
        machines={},
        devices=NOTHING,
        objects=NOTHING,
        netdevs=NOTHING,
        stream_options=NOTHING,
        aio=NOTHING,
        cpus=NOTHING,
        sandbox=False,
        ninep=True,
        migrate_file=True,
        accels=NOTHING,
    )

    def make(**stated: Any) -> Site:
        values = {
            "features": able,
            "accel": "tcg",
            "arch": "amd64",
            "title": "shop/web",
            "uuid": "u",
            "root": "/p",
        }
        return Site(**{**values, **stated})

    return make


@pytest.fixture
def machine_of() -> Callable[..., Machine]:
    """`machine_of(cpu={"count": 2})`, as the loader makes it."""

    def make(**stated: Any) -> Machine:
        return msgspec.convert({"name": "web", **stated}, Machine)

    return make
