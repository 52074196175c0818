"""`docker` and `podman` of a Vagrantfile, as provisioners (VAG-10)."""

from __future__ import annotations

from typing import Any

import msgspec

from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft, truth
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.provisioners.engines import Docker, EngineRun, EngineStep, Podman

NOT_INSIDE = "it cannot stand there: write it as a block of its own, behind"
NO_RESTART = "the guest cannot restart within a block: write it as one of its own"


def options(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    """The block."""
    found = stated(entry, without=("run", "build_image", "post_install_provision"))
    block = fitted(found, Docker if entry.type == "docker" else Podman)
    if builds := entry.options.get("build_image"):
        block["build_image"] = [
            {key: text_of(build[key]) for key in ("path", "args") if build.get(key)} for build in builds
        ]
    if runs := entry.options.get("run"):
        block["run"] = {str(run["name"]): container(run) for run in runs}
    if inner := entry.options.get("post_install_provision"):
        block |= _post_install(draft, entry, label, inner)
    return block


def container(run: dict[str, Plain]) -> dict[str, Any]:
    """One entry of `run`, without what it is by default."""
    found: dict[str, Any] = {
        key: text_of(run[key]) for key in ("image", "cmd", "args") if run.get(key) not in (None, "")
    }
    if found.get("image") == run["name"]:
        del found["image"]
    found |= {key: truth(run.get(key, True)) for key in ("auto_assign_name", "daemonize")}
    found["restart"] = text_of(run["restart"]) if run.get("restart") else ""
    return {key: value for key, value in found.items() if value != getattr(EngineRun(), key)}


def _post_install(draft: Draft, entry: ProvisionerEntry, label: str, inner: dict[str, Plain]) -> dict[str, Any]:

    from serai.loaders.vagrantfile.mapping.provision import block_of

    label = f"{label}.post_install_provision"
    if inner["type"] not in EngineStep.__struct_fields__:
        draft.dropped(label, entry.where, f"{inner['type']}: {NOT_INSIDE}")
        return {}
    nested = msgspec.structs.replace(entry, type=str(inner["type"]), options=dict(inner["options"]))
    step: dict[str, Any] = {}
    block_of(draft, nested, label, step)
    if step.pop("reload", None) is not None or step.get("shell", {}).pop("reboot", False):
        draft.dropped(f"{label}.reboot", entry.where, NO_RESTART)
    return {"post_install_provision": [step]} if step else {}
