"""What goes to one engine alone: XML for libvirt, arguments for QEMU."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.util.errors import Where

WITHOUT = "it is XML of libvirt's, and the machine runs on QEMU itself: --provider libvirt takes it over"


def add_xml(draft: Draft, xml: str, key: str, where: Where, at: str = "") -> None:
    """An edit of the domain, or a note that there is no libvirt."""
    if draft.provider != "libvirt":
        draft.dropped(key, where, WITHOUT)
        return
    edit: dict[str, Any] = {"at": at, "add": xml} if at else {"add": xml}
    draft.append(("providers", "libvirt", "xml"), edit, key, where)


def add_args(draft: Draft, words: list[str], key: str, where: Where) -> None:
    """Further arguments, at the end of QEMU's own; libvirt hands them on."""
    args: list[str] = draft.data.setdefault("providers", {}).setdefault(draft.raw(), {}).setdefault("args", [])
    args += words
    draft.places.setdefault(("providers", draft.raw(), "args"), where)
    draft.told(key, where, f"providers.{draft.raw()}.args")
