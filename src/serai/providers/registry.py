"""Providers by name: built in ones from a dict, imported on use; others by the entry point `serai.providers`."""

from __future__ import annotations

from importlib import import_module

from serai.providers.contract import Provider
from serai.util.errors import Code, SeraiError, did_you_mean

BUILT_IN: dict[str, str] = {
    "fake": "serai.providers.fake.driver:Fake",
    "qemu": "serai.providers.qemu.driver:Qemu",
}


def provider_class(name: str) -> type[Provider]:
    """The provider's class. Raises Code.INPUT for a name that nobody provides."""
    module, _, attribute = known(name).partition(":")
    found: type[Provider] = getattr(import_module(module), attribute)
    return found


def known(name: str) -> str:
    """Where the provider is, `module:Class`; nothing is imported. Raises Code.INPUT for a name nobody provides."""
    target = BUILT_IN.get(name) or _entry_point(name)
    if not target:
        hint = did_you_mean(name, sorted(BUILT_IN)) or f"there are {', '.join(sorted(BUILT_IN))}"
        raise SeraiError(Code.INPUT, f"no provider is called {name!r}", hint=hint)
    return target


def _entry_point(name: str) -> str:
    from importlib.metadata import entry_points

    for point in entry_points(group="serai.providers"):
        if point.name == name:
            return point.value
    return ""
