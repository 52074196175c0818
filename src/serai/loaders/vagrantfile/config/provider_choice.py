"""Which provider a machine's blocks are run for, where nobody has said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OURS = ("libvirt", "qemu")
"""What is run as it is written."""
STOOD_FOR = ("virtualbox", "vmware_desktop", "vmware_fusion", "vmware_workstation", "parallels", "hyperv",
"docker", "lxc",
             "managed")  # fmt: skip
"""What is carried over, or has a provider of its own."""


def chosen(declared: Sequence[str], wanted: str | None, environ: Mapping[str, str]) -> str:
    """The one that is wanted (an existing machine's, --provider), else VAGRANT_DEFAULT_PROVIDER, else the first
    declared one that VAGRANT_PREFERRED_PROVIDERS lists, else the first declared one that is run as it is
    written, else
    the first that can be stood for, else the first preferred one, else libvirt."""
    fixed = wanted or environ.get("VAGRANT_DEFAULT_PROVIDER")
    if fixed:
        return fixed
    preferred = [
        name.strip() for name in environ.get("VAGRANT_PREFERRED_PROVIDERS", "").split(",") if name.strip()
    ]
    for among in (preferred, OURS, STOOD_FOR):
        for name in declared:
            if name in among:
                return name
    return next((name for name in preferred if name in OURS or name in STOOD_FOR), OURS[0])
