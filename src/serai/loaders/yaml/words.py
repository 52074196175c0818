"""What other tools call a key: a person who comes from them is told serai's own word for it."""

from __future__ import annotations

from collections.abc import Collection

from serai.util.errors import did_you_mean

WORDS: dict[str, tuple[str, ...]] = {
    "box": ("image",),
    "backend": ("provider",),
    "hypervisor": ("provider",),
    "ram": ("memory",),
    "vcpus": ("cpus",),
    "dest": ("destination", "target"),
    "dst": ("destination", "target"),
    "src": ("source",),
    "depends_on": ("after",),
    "requires": ("after",),
    "environment": ("env",),
    "for_each": ("each",),
    "forward": ("forwarded_port", "networks"),
    "ip": ("address",),
    "port": ("forwarded_port", "networks"),
    "ports": ("forwarded_port", "networks"),
    "replicas": ("count",),
    "scale": ("count",),
    "script": ("inline", "shell", "provision"),
    "scripts": ("provision",),
    "servers": ("machines",),
    "services": ("machines",),
    "shared_folders": ("synced_folders",),
    "triggers": ("hooks",),
    "vms": ("machines",),
    "volumes": ("disks",),
}
"""Vagrant's, Compose's and Terraform's words -> serai's, the first that fits the place."""


def meant(word: str, known: Collection[str]) -> str:
    """`did you mean 'image'?` for a word that is not among `known`, or an empty string."""
    ours = next((key for key in WORDS.get(word.lower(), ()) if key in known), "")
    return f"did you mean {ours!r}?" if ours else did_you_mean(word, list(known))
