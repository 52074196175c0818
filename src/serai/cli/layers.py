"""What `serai image layers` shows and `image prune` removes: disks of blocks, and templates of warm starts."""

from __future__ import annotations

import time
from typing import Any

from serai.cli.table import columns


def rows() -> list[dict[str, Any]]:
    """Each layer and each template, the oldest first of each kind."""
    from serai.images import layers
    from serai.providers.qemu import template

    used = layers.in_use() if layers.root().is_dir() else set()
    found: list[dict[str, Any]] = [
        {
            "kind": "layer", "key": each.id, "image": each.image, "provider": each.provider, "at": each.at,
            "size": layers.size(each.id), "blocks": each.blocks, "parent": each.parent, "project": each.project,
            "used": layers.last_used(each.id), "in_use": each.id in used,
        }
        for each in layers.all_of_them()
    ]  # fmt: skip
    found += [
        {
            "kind": "template", "key": each.key, "image": each.image, "provider": "qemu", "at": each.at,
            "size": template.size(each.key), "memory": each.hardware.machine.memory.size, "host": each.host,
        }
        for each in template.all_of_them()
    ]  # fmt: skip
    return found


def lines(found: list[dict[str, Any]]) -> list[str]:
    """One a layer: what it is of, how large, what is in it."""
    from serai.util.units import human_size

    table = []
    for each in found:
        kept = time.strftime("%Y-%m-%d %H:%M", time.localtime(each["at"]))
        whose = [f"of project {each['project']}"] if each.get("project") else []
        whose += ["in use"] if each.get("in_use") else []
        what = ", ".join(each["blocks"]) if each["kind"] == "layer" else "memory and disks of a ready machine"
        size, about = human_size(each["size"]), "; ".join([what, *whose])
        table.append((f"{each['key']:.12}", each["kind"], each["image"], size, f"kept {kept}", about))
    return columns(table)


def drop(*, older: float | None, keep: int | None, everything: bool, dry_run: bool) -> dict[str, str]:
    """Those that go, by their keys, with a line for people. Templates first: their disks stand on layers."""
    from serai.images import layers
    from serai.providers.qemu import template

    gone = {
        each.key: f"template {each.key:.12} ({each.image})"
        for each in template.prune(older=older, everything=everything, dry_run=dry_run)
    }
    if gone and not dry_run:
        from serai.run.scope import forget_keys

        forget_keys()
    for layer in layers.prune(older=older, keep=keep, everything=everything, dry_run=dry_run):
        gone[layer.id] = f"layer {layer.id:.12} ({layer.image}: {', '.join(layer.blocks)})"
    return gone
