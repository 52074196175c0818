"""`config.vm.provision` → `provision:`, in the final order (VAG-10)."""

from __future__ import annotations

import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, truth

WINDOWS = "it is for Windows guests"
SHELL_REASONS = {
    "powershell_args": WINDOWS,
    "powershell_elevated_interactive": WINDOWS,
    "powershell_elevated_interactively": WINDOWS,
    "keep_color": "serai shows the lines of a script as they are",
}
SHELL_DEFAULTS: dict[str, Plain] = {
    "powershell_args": "-ExecutionPolicy Bypass",
    "powershell_elevated_interactive": False,
    "keep_color": False,
}
DIGESTS = ("sha256", "sha512", "sha384", "sha1", "md5")
NAMES_RESOLVE = "machines of the project find each other by name anyway"
WAY_IN = "a machine that serai provisions has a way in: SSH, or its engine's own"
ONCE = "is none of once, always, never: as by Vagrant, the block runs once"
FAMILIES = {
    "ansible": "ansible",
    "ansible_local": "ansible",
    "cfengine": "cfengine",
    "chef_apply": "chef",
    "chef_client": "chef",
    "chef_solo": "chef",
    "chef_zero": "chef",
    "docker": "engines",
    "podman": "engines",
    "puppet": "puppet",
    "puppet_server": "puppet",
    "salt": "salt",
}
"""Kind -> the module `provision_FAMILY` beside this one, whose `options(draft, entry, label)` gives its block."""
LATER = "kept in its place; this version cannot run it, and `up` says so"


def map_provisioners(draft: Draft) -> None:
    """Each block, in its place. `before` and `after` have been worked in."""
    for entry in draft.config.provisioners:
        label = f"provision {entry.name or entry.type}"
        draft.attempt(label, entry.where, _provisioner, draft, entry, label)


def _provisioner(draft: Draft, entry: ProvisionerEntry, label: str) -> None:
    if entry.type == "hostmanager":
        draft.dropped(label, entry.where, NAMES_RESOLVE)
        return
    block: dict[str, Any] = {"name": entry.name} if entry.name and entry.name != entry.type else {}
    because = block_of(draft, entry, label, block)
    if entry.run in ("always", "never"):
        block["run"] = entry.run
    elif entry.run not in (None, "once"):
        draft.dropped(f"{label}.run", entry.where, f"{entry.run!r} {ONCE}")
    if not entry.communicator_required:
        draft.dropped(f"{label}.communicator_required", entry.where, WAY_IN)
    draft.append(("provision",), block, label, entry.where, because)


def block_of(draft: Draft, entry: ProvisionerEntry, label: str, block: dict[str, Any]) -> str:
    """Put what the provisioner does into `block`, by its kind; gives a note about it."""
    if entry.type == "shell" and _only(entry, "reboot"):
        block["reload"] = {}
        return "it runs nothing, and restarts the machine"
    if entry.type == "shell":
        block["shell"] = shell(draft, entry, label)
        return ""
    if entry.type == "file":
        keys = ("source", "destination")
        block["file"] = {key: text_of(entry.options[key]) for key in keys if entry.options.get(key) is not None}
        return ""
    if entry.type in ("reload", "unix_reboot"):
        block["reload"] = {}
        return ""
    if own := _family(entry.type):
        block[entry.type] = own.options(draft, entry, label)
        return ""
    block["vagrant"] = {"type": entry.type, "options": _stated(entry.options)}
    return LATER


def _only(entry: ProvisionerEntry, key: str) -> bool:
    """Whether a shell's block states this, and no script."""
    return truth(entry.options.get(key)) and not (entry.options.get("inline") or entry.options.get("path"))


def _family(kind: str) -> Any:
    """The module that maps this kind; None: there is none."""
    name = f"provision_{FAMILIES.get(kind)}"
    if not Path(__file__).with_name(f"{name}.py").exists():
        return None
    return import_module(f"serai.loaders.vagrantfile.mapping.{name}")


def _stated(options: dict[str, Plain]) -> dict[str, Plain]:
    """Without what says nothing."""
    return {key: value for key, value in options.items() if value not in (None, "", [], {}, False)}


def shell(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    options = entry.options
    shell: dict[str, Any] = {}
    for key in ("inline", "path", "upload_path"):
        if options.get(key):
            shell[key] = text_of(options[key])
    if "inline" in shell and "path" in shell:
        draft.dropped(f"{label}.path", entry.where, "inline is stated, too")
        del shell["path"]
    if args := options.get("args"):
        shell["args"] = shlex.split(args) if isinstance(args, str) else [text_of(arg) for arg in listed(args)]
    if env := options.get("env"):
        shell["env"] = {str(key): text_of(value) for key, value in dict(env).items()}
    if not truth(options.get("privileged", True)):
        shell["privileged"] = False
    for key in ("sensitive", "reboot", "reset", "binary"):
        if truth(options.get(key)):
            shell[key] = True
    _digest(draft, entry, label, shell)
    for key, because in SHELL_REASONS.items():
        if key in options and options[key] != SHELL_DEFAULTS.get(key):
            draft.dropped(f"{label}.{key}", entry.where, because)
    return shell


def _digest(draft: Draft, entry: ProvisionerEntry, label: str, shell: dict[str, Any]) -> None:
    """The strongest digest that is stated."""
    stated = [key for key in DIGESTS if entry.options.get(key)]
    for key in stated[:1]:
        shell["checksum"] = f"{key}:{str(entry.options[key]).lower()}"
    for key in stated[1:]:
        draft.dropped(f"{label}.{key}", entry.where, f"{stated[0]} is checked")
