"""The order that provisioners run in: `before` and `after` worked in as Vagrant does, its oddities included."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.provisioner import Provisioner
from serai.loaders.vagrantfile.ruby.values import Str, Sym

EACH, ALL = Sym("each"), Sym("all")


def ordered(provisioners: list[Provisioner]) -> list[Provisioner]:
    """Those without come first, in their order; one that names another stands right beside it.

    Several `after: "x"` stand in the reverse order of their definition, `:each` and `:all` ones too.
    """
    if all(item.before is None and item.after is None for item in provisioners):
        return provisioners
    result = [item for item in provisioners if item.before is None and item.after is None]
    for item in provisioners:
        if isinstance(item.before, Str):
            result.insert(place(result, item.before.s, 0), item)
        elif isinstance(item.after, Str):
            result.insert(place(result, item.after.s, 1), item)
    each = [item for item in reversed(provisioners) if EACH in (item.before, item.after)]
    result = [around for item in result for around in wrapped(item, each)]
    for item in reversed(provisioners):
        if item.before == ALL:
            result.insert(0, item)
        elif item.after == ALL:
            result.append(item)
    return result


def place(result: list[Provisioner], name: str, behind: int) -> int:
    """Beside the one of that name; where there is none (which the check reports), at the end."""
    for index, item in enumerate(result):
        if shown_name(item) == name:
            return index + behind
    return len(result)


def shown_name(item: Provisioner) -> str | None:
    """Its name, or the one that a shell script has as an option."""
    if item.name is not None:
        return item.name
    own = item.config.values.get("name")
    return own.s if isinstance(own, Str) else str(own) if isinstance(own, Sym) else None


def wrapped(item: Provisioner, each: list[Provisioner]) -> list[Provisioner]:
    before = [other for other in each if other.before == EACH]
    after = [other for other in each if other.before is None and other.after == EACH]
    return [*before, item, *after]
