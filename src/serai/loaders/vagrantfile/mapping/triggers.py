"""`config.trigger` → `hooks:`: commands of the host or the guest before and after verbs and steps (GUI-6)."""

from __future__ import annotations

import re
import shlex
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, Plain, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, number, truth
from serai.spec.hook import VERBS

COMMANDS = {name: (name,) for name in VERBS} | {
    "snapshot": ("snapshot_save", "snapshot_restore", "snapshot_delete"),
    "rsync-auto": ("rsync",),
}
"""Vagrant's commands and actions -> serai's verbs."""
HOOKS = {
    "provisioner_run": "block",
    "Vagrant::Action::Builtin::Provision": "provision",
    "Vagrant::Action::Builtin::SyncedFolders": "sync",
    "Vagrant::Action::Builtin::WaitForCommunicator": "ready",
    "Vagrant::Action::Builtin::SetHostname": "settle",
    "Vagrant::Action::Builtin::GracefulHalt": "stop",
    "VagrantPlugins::ProviderLibvirt::Action::CreateDomain": "create",
    "VagrantPlugins::ProviderLibvirt::Action::StartDomain": "start",
    "VagrantPlugins::ProviderLibvirt::Action::HaltDomain": "stop",
    "VagrantPlugins::ProviderLibvirt::Action::DestroyDomain": "destroy",
    "VagrantPlugins::ProviderLibvirt::Action::WaitTillUp": "ready",
    "VagrantPlugins::ProviderVirtualBox::Action::Import": "create",
    "VagrantPlugins::ProviderVirtualBox::Action::Boot": "start",
    "VagrantPlugins::ProviderVirtualBox::Action::Destroy": "destroy",
    "VagrantPlugins::DockerProvider::Action::Create": "create",
    "VagrantPlugins::DockerProvider::Action::Start": "start",
    "VagrantPlugins::DockerProvider::Action::Stop": "stop",
    "VagrantPlugins::DockerProvider::Action::Destroy": "destroy",
}
"""Vagrant's own steps, which triggers of the type `hook` name -> serai's."""
ENDS = ("halt", "stop", "destroy")
"""Before these a hook of serai's that fails keeps no machine alive, unless it says so. Vagrant's does."""
RUBY = "serai does not answer {}: write the command as `run` or `run_remote`"
ELSEWHERE = "only a Vagrantfile of the project itself is evaluated again: write it as `run` or `run_remote`"
FETCHED = "its script is a URL: write it as `inline`, or fetch it"
SSH = "ssh takes serai's place: there is nothing left to fire it"
NO_MOMENT = "serai has no such moment: serai explain hooks has all"
HANDLED = frozenset({"inline", "path", "args", "env", "privileged", "name"})
WORTHLESS: tuple[Plain, ...] = (None, "", False, [], {}, "-ExecutionPolicy Bypass")
"""Values of a script's options that state nothing."""


def map_triggers(draft: Draft) -> None:
    """Each trigger that is for this machine, at each of its commands."""
    for entry in draft.config.triggers:
        draft.attempt(f"trigger.{entry.type}", entry.where, _trigger, draft, entry)


def _trigger(draft: Draft, entry: Entry) -> None:
    options = entry.options
    commands = [
        str(word).strip()
        for word in listed(options.get("commands") or options.get("command") or entry.id.split(","))
    ]
    label = f"trigger.{entry.type} {options.get('name') or ', '.join(commands)}"
    if not _meant(options.get("only_on"), draft.name):
        draft.dropped(label, entry.where, f"only_on is for others than {draft.name}")
        return
    hooks = _hooks(draft, label, entry)
    if not hooks:
        if "ruby" not in options and not options.get("run_remote"):
            draft.dropped(label, entry.where, "it runs nothing")
        return
    ignored = [str(word) for word in listed(options.get("ignore"))]
    for command in commands:
        if command in ignored:
            draft.dropped(f"{label} ({command})", entry.where, "ignore says so")
            continue
        names = _moments(command)
        if not names:
            why = SSH if command in ("ssh", "ssh_run") else NO_MOMENT
            draft.dropped(f"{label} ({command})", entry.where, why)
        for name in names:
            for hook in hooks:
                draft.append(
                    ("hooks", f"{entry.type}_{name}"), _at(hook, entry.type, name, ignored), label, entry.where
                )


def _moments(command: str) -> tuple[str, ...]:
    """serai's words for a command, an action, or a step of Vagrant's; none where there is no such."""
    if command == "all":
        return ("all",)
    if command in HOOKS:
        return (HOOKS[command],)
    return COMMANDS.get(command.removeprefix("machine_action_"), ())


def _at(hook: dict[str, Any], when: str, name: str, ignored: list[str]) -> dict[str, Any]:
    """The hook at one moment."""
    found = dict(hook)
    if name == "all" and (verbs := [verb for word in ignored for verb in _moments(word) if verb != "all"]):
        found["ignore"] = verbs
    if when == "before" and name in (*ENDS, "all") and "on_error" not in found:
        found["on_error"] = "halt"
    return found


def _meant(only_on: Plain, name: str) -> bool:
    """Names, and regular expressions, which come as /source/options."""
    words = [str(word) for word in listed(only_on)]
    if not words:
        return True
    for word in words:
        if (found := re.fullmatch(r"/(.*)/([a-z]*)|\(\?[a-z]*(?:-[a-z]+)?:(.*)\)", word, re.DOTALL)) is None:
            if word == name:
                return True
            continue
        try:
            if re.search(found[1] if found[1] is not None else found[3], name):
                return True
        except re.error:
            continue
    return False


def _hooks(draft: Draft, label: str, entry: Entry) -> list[dict[str, Any]]:
    """In Vagrant's order: info, warn and abort, the command of the host, that of the guest, the block of Ruby."""
    options = entry.options
    host: dict[str, Any] = {key: text_of(options[key]) for key in ("info", "warn") if options.get(key)}
    if truth(options.get("abort")) or number(options.get("abort")):
        host["abort"] = True
    host |= _script(draft, f"{label}.run", entry, options.get("run"), guest=False)
    guest = _script(draft, f"{label}.run_remote", entry, options.get("run_remote"), guest=True)
    found = [hook for hook in (host, guest, _ruby(draft, f"{label}.ruby", entry)) if hook]
    if str(options.get("type")) == "command":
        for hook in found:
            hook |= {} if hook is guest else {"once": True}
    if str(options.get("on_error") or "halt") == "continue":
        found = [{**hook, "on_error": "continue"} for hook in found]
    return found


def _ruby(draft: Draft, label: str, entry: Entry) -> dict[str, Any]:
    """The block, by its place; only those whose methods are known."""
    if entry.options.get("ruby") is None:
        return {}
    if lacks := listed(entry.options.get("ruby_lacks")):
        draft.dropped(label, entry.where, RUBY.format(", ".join(map(str, lacks))))
        return {}
    if entry.where.file.startswith("/"):
        draft.dropped(label, entry.where, ELSEWHERE)
        return {}
    return {"ruby": str(entry.where)}


def _script(draft: Draft, label: str, entry: Entry, stated: Plain, *, guest: bool) -> dict[str, Any]:
    """One command or script; the arguments of a command of the host are words behind it, as by Vagrant."""
    if isinstance(stated, str):
        stated = {"inline": stated}
    if not isinstance(stated, dict):
        return {}
    args = stated.get("args")
    words = shlex.split(args) if isinstance(args, str) else [text_of(word) for word in listed(args)]
    hook: dict[str, Any] = {}
    if stated.get("path"):
        path = text_of(stated["path"])
        if "://" in path:
            draft.dropped(label, entry.where, FETCHED)
            return {}
        hook["path"] = path
    else:
        text = text_of(stated.get("inline") or "").rstrip("\n")
        if not guest and words:
            text = " ".join([text, args if isinstance(args, str) else shlex.join(words)])
            words = []
        if not text:
            return {}
        hook["run"] = text
    if words:
        hook["args"] = words
    if env := stated.get("env"):
        hook["env"] = {str(key): text_of(value) for key, value in dict(env).items()}
    if guest:
        hook["on"] = "guest"
        if truth(stated.get("privileged", True)):
            hook["privileged"] = True
    codes = [code for code in map(number, listed(entry.options.get("exit_codes", [0]))) if code is not None]
    if codes not in ([0], []):
        hook["exit_codes"] = codes
    for key in stated.keys() - HANDLED:
        if stated[key] not in WORTHLESS:
            draft.dropped(f"{label}.{key}", entry.where, "of a hook's script serai takes args, env and privileged")
    return hook
