"""`config.trigger` → `hooks:`: commands of the host or the guest before and after a verb (GUI-6)."""

from __future__ import annotations

import re
import shlex
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, Plain
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, number, truth
from serai.loaders.vagrantfile.mapping.provision_options import text_of

MOMENTS = {
    "up": "up",
    "halt": "halt",
    "destroy": "destroy",
    "provision": "provision",
    "machine_action_up": "up",
    "machine_action_halt": "halt",
    "machine_action_destroy": "destroy",
    "machine_action_provision": "provision",
}
"""Vagrant's commands and actions -> the moments that serai has."""
RUBY = "it is Ruby, which serai does not run: write the command as `run` or `run_remote`"
OF_HOST = "its script is a file of the host: write it as `inline`"
OTHER = "serai has hooks around up, halt, provision and destroy"


def map_triggers(draft: Draft) -> None:
    """Each trigger that is for this machine, at each of its commands."""
    for entry in draft.config.triggers:
        draft.attempt(f"trigger.{entry.type}", entry.where, _trigger, draft, entry)


def _trigger(draft: Draft, entry: Entry) -> None:
    options = entry.options
    commands = [
        str(word) for word in listed(options.get("commands") or options.get("command") or entry.id.split(","))
    ]
    label = f"trigger.{entry.type} {options.get('name') or ', '.join(commands)}"
    if not _meant(options.get("only_on"), draft.name):
        draft.dropped(label, entry.where, f"only_on is for others than {draft.name}")
        return
    if "ruby" in options:
        draft.dropped(f"{label}.ruby", entry.where, RUBY)
    remote = options.get("run_remote")
    if isinstance(remote, dict) and remote.get("path"):
        draft.dropped(f"{label}.run_remote", entry.where, OF_HOST)
    hooks = _hooks(options)
    if not hooks:
        if "ruby" not in options and not remote:
            draft.dropped(label, entry.where, "it runs nothing")
        return
    ignored = {str(word) for word in listed(options.get("ignore"))}
    if "all" in commands:
        commands = [word for word in ("up", "halt", "provision", "destroy") if word not in ignored]
    for command in commands:
        moment = MOMENTS.get(command.strip())
        if command in ignored:
            draft.dropped(f"{label} ({command})", entry.where, "ignore says so")
        elif moment is None:
            draft.dropped(f"{label} ({command})", entry.where, OTHER)
        else:
            for hook in hooks:
                draft.append(("hooks", f"{entry.type}_{moment}"), dict(hook), label, entry.where)


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


def _hooks(options: dict[str, Plain]) -> list[dict[str, Any]]:
    """In Vagrant's order: info and warn, then the command of the host, then that of the guest."""
    says = [options[key] for key in ("info", "warn") if options.get(key)]
    found: list[dict[str, Any]] = [{"run": f"printf '%s\\n' {shlex.quote(str(text))}"} for text in says]
    for key, on in (("run", "host"), ("run_remote", "guest")):
        stated = options.get(key)
        if isinstance(stated, str):
            stated = {"inline": stated}
        if isinstance(stated, dict) and (command := _command(stated, options, guest=on == "guest")):
            found.append({"run": command} | ({"on": "guest"} if on == "guest" else {}))
    if truth(options.get("abort")):
        found.append({"run": "exit 1"})
    if str(options.get("on_error") or "halt") == "continue":
        found = [{**hook, "on_error": "continue"} for hook in found]
    return found


def _command(stated: dict[str, Plain], options: dict[str, Plain], *, guest: bool) -> str:
    """One command of sh; the exit codes that count as success are made to 0."""
    args = stated.get("args")
    words = str(args) if isinstance(args, str | int) else " ".join(shlex.quote(str(word)) for word in listed(args))
    if stated.get("path"):
        path = str(stated["path"])
        if guest:
            return ""
        command = f"{shlex.quote(path if '/' in path else f'./{path}')} {words}".rstrip()
    else:
        text = str(stated.get("inline") or "").rstrip("\n")
        command = f"set -- {words}\n{text}" if words and guest else f"{text} {words}".rstrip()
    if env := stated.get("env"):
        exports = "".join(f"export {key}={shlex.quote(text_of(value))}\n" for key, value in dict(env).items())
        command = exports + command
    codes = [code for code in map(number, listed(options.get("exit_codes", [0]))) if code is not None]
    if codes not in ([0], []):
        command = f"( {command}\n)\ncase $? in {'|'.join(map(str, codes))}) ;; *) exit 1 ;; esac"
    if guest and truth(stated.get("privileged", True)):
        command = f"sudo -E sh -c {shlex.quote(command)}"
    return command
