"""Providers by name: built in ones from a dict, imported on use; others by the entry point `serai.providers`."""

from __future__ import annotations

from importlib import import_module

from serai.providers.contract import Provider
from serai.spec.base import Spec
from serai.util.errors import Code, SeraiError, did_you_mean

BUILT_IN: dict[str, str] = {
    "docker": "serai.providers.docker.driver:Docker",
    "fake": "serai.providers.fake.driver:Fake",
    "libvirt": "serai.providers.libvirt.driver:Libvirt",
    "lxc": "serai.providers.lxc.driver:Lxc",
    "nspawn": "serai.providers.nspawn.driver:Nspawn",
    "podman": "serai.providers.docker.podman:Podman",
    "qemu": "serai.providers.qemu.driver:Qemu",
    "xen": "serai.providers.xen.driver:Xen",
}
GROUP = "serai.providers"
"""Of entry points: `acme = "serai_acme.driver:Acme"`."""


def provider_class(name: str) -> type[Provider]:
    """The provider's class. Raises Code.INPUT for a name that nobody provides."""
    target = known(name)
    module, _, attribute = target.partition(":")
    try:
        found: type[Provider] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, SyntaxError) as error:
        if name in BUILT_IN:
            raise
        raise SeraiError(
            Code.MISSING,
            f"provider {name} ({target}) cannot be loaded: {error}",
            hint="install its package again, or another version of it",
        ) from error
    return found


def raw_block(name: str) -> type[Spec] | None:
    """The struct that a provider which is not built in declares for its block of `providers:`; None: any form.

    Raises Code.INPUT for a name that nobody provides, and for a built in one: spec/raw.py has the blocks of those.
    """
    if name in BUILT_IN:
        raise SeraiError(Code.INPUT, f"provider {name} has no keys of its own")
    form = getattr(provider_class(name), "options", None)
    if form is None or (isinstance(form, type) and issubclass(form, Spec)):
        return form
    raise SeraiError(
        Code.FAILED, f"provider {name}: its options are {form!r}, and no kind of Spec", hint="tell its authors"
    )


def others() -> list[str]:
    """Names of the installed providers that are not built in."""
    from importlib.metadata import entry_points

    return sorted({point.name for point in entry_points(group=GROUP)} - BUILT_IN.keys())


def known(name: str) -> str:
    """Where the provider is, `module:Class`; nothing is imported. Raises Code.INPUT for a name nobody provides."""
    target = BUILT_IN.get(name) or _entry_point(name)
    if not target:
        names = sorted([*BUILT_IN, *others()])
        hint = did_you_mean(name, names) or f"there are {', '.join(names)}"
        raise SeraiError(Code.INPUT, f"no provider is called {name!r}", hint=hint)
    return target


def _entry_point(name: str) -> str:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        if point.name == name:
            return point.value
    return ""
