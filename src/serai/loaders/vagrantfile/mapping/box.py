"""`config.vm.box…` → `image:` and `images:`."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.mapping.draft import Draft, listed

CLIENT = (
    "serai downloads by itself, checks certificates by the system's list, and checks every digest that is known"
)
REASONS = {
    "box_download_disable_ssl_revoke_best_effort": CLIENT,
    "box_download_options": CLIENT,
    "ignore_box_vagrantfile": "it says what is read, and that is done",
    "clone": "a clone is made from a machine that is there: serai clone",
}
KEYS = {
    "box_version": "version",
    "box_server_url": "server",
    "box_architecture": "architecture",
    "box_download_ca_cert": "ca_cert",
    "box_download_ca_path": "ca_path",
    "box_download_client_cert": "client_cert",
}
SWITCHES = {
    "box_check_update": ("check_update", True),
    "box_download_insecure": ("insecure", False),
    "box_download_location_trusted": ("location_trusted", False),
}
"""Key -> the image's, and its default."""


def map_box(draft: Draft, images: dict[str, dict[str, Any]]) -> None:
    """The machine's image; what says more than a name goes into `images`, shared by equal ones."""
    for key, because in REASONS.items():
        if stated := draft.stated("vm", key):
            draft.dropped(f"vm.{key}", stated[1], because)
    box = draft.stated("vm", "box")
    source: dict[str, Any] = {"box": str(box[0]) if box else ""}
    taken = []
    for key, name in KEYS.items():
        stated = draft.stated("vm", key)
        if stated and stated[0] not in (None, "", "auto"):
            source[name] = str(stated[0])
            taken.append((key, stated[1]))
        elif stated:
            draft.dropped(f"vm.{key}", stated[1], "it states what is so anyway")
    for key, (name, default) in SWITCHES.items():
        stated = draft.stated("vm", key)
        if stated and bool(stated[0]) is not default:
            source[name] = bool(stated[0])
            taken.append((key, stated[1]))
        elif stated:
            draft.dropped(f"vm.{key}", stated[1], "it states what is so anyway")
    if (url := draft.stated("vm", "box_url")) and listed(url[0]):
        source["urls"] = [str(item) for item in listed(url[0])]
        taken.append(("box_url", url[1]))
    taken += _checksum(draft, source)
    if not box or not box[0]:
        for key, where in taken:
            draft.dropped(f"vm.{key}", where, "no box is stated")
        return
    if not taken:
        draft.put(("image",), f"box:{source['box']}", "vm.box", box[1])
        return
    name = _name(source, images)
    images[name] = source
    draft.put(("image",), name, "vm.box", box[1], "its version and where it is from are in `images`")
    for key, where in taken:
        draft.told(f"vm.{key}", where, f"images.{name}")


def _checksum(draft: Draft, source: dict[str, Any]) -> list[tuple[str, Any]]:
    """The digest with its kind in front, as serai writes it."""
    stated, kind = draft.stated("vm", "box_download_checksum"), draft.stated("vm", "box_download_checksum_type")
    if not stated or not stated[0]:
        if kind:
            draft.dropped("vm.box_download_checksum_type", kind[1], "no checksum is stated")
        return []
    digest = str(stated[0]).strip().lower()
    source["checksum"] = f"{kind[0]}:{digest}" if kind and kind[0] else digest
    found = [("box_download_checksum", stated[1])]
    return [*found, ("box_download_checksum_type", kind[1])] if kind else found


def _name(source: dict[str, Any], images: dict[str, dict[str, Any]]) -> str:
    """The box's name as one word; with a number where another source has that already."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", source["box"].rpartition("://")[2]).strip("-.") or "box"
    name, number = base, 1
    while name in images and images[name] != source:
        number += 1
        name = f"{base}-{number}"
    return name
