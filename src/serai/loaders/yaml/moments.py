"""Hooks and synced folders whose keys do not fit each other."""

from __future__ import annotations

import re
from collections.abc import Callable

from serai.loaders.yaml.check import Checked
from serai.loaders.yaml.problems import Problems
from serai.spec.folder import Direction, FolderType, Nfs, SyncedFolder
from serai.spec.hook import VERBS, Event, Hook, On
from serai.util.errors import did_you_mean

There = Callable[[Checked, tuple[str | int, ...], str], None]
"""Looks whether a file of the project is there."""
ONE_WAY = "rsync copies one way: of a file that changed on both sides it cannot know which is meant, and loses one"
LIVE = "type: virtiofs, nfs or sshfs shares one directory, both ways"


def check_hooks(one: Checked, problems: Problems, there: There) -> None:
    for event, hooks in one.machine.hooks.items():
        for index, hook in enumerate(hooks):
            _hook(one, event, index, hook, problems)
            if hook.path is not None:
                there(one, ("hooks", str(event), index, "path"), hook.path)


def _hook(one: Checked, event: Event, index: int, hook: Hook, problems: Problems) -> None:
    def at(key: str, message: str, hint: str = "") -> None:
        problems.at(one.at("hooks", str(event), index, *([key] if key else [])), message, hint)

    stated = [key for key in ("run", "path", "ruby") if getattr(hook, key) is not None]
    if not stated and not (hook.info or hook.warn or hook.abort):
        at("", "runs nothing", "state one of run, path, info, warn, abort")
    if len(stated) > 1:
        at(stated[1], f"only one of {' and '.join(stated)} can be stated")
    if hook.ruby is not None and hook.on is On.GUEST:
        at("ruby", "Ruby runs on the host, and asks the guest by `machine.communicate`", "leave `on` out")
    if hook.privileged and hook.on is On.HOST:
        at("privileged", "on the host a hook runs as who calls serai", "on: guest, or leave privileged out")
    if hook.once and hook.on is On.GUEST:
        at("once", "a hook that fires once a call has no guest", "on: host, or leave once out")
    name = event.partition("_")[2]
    if hook.once and name not in (*VERBS, "all"):
        at("once", f"{event} is a step's, and a step is a machine's", "leave once out")
    for number, verb in enumerate(hook.ignore):
        if verb not in VERBS:
            near = did_you_mean(verb, VERBS) or f"there are {', '.join(VERBS)}"
            problems.at(one.at("hooks", str(event), index, "ignore", number), f"no verb is called {verb!r}", near)
    for number, word in enumerate(hook.only_on):
        if len(word) > 2 and word[0] == word[-1] == "/":
            try:
                re.compile(word[1:-1])
            except re.error as error:
                place = one.at("hooks", str(event), index, "only_on", number)
                problems.at(place, f"{word} is no pattern: {error}")


def check_folders(one: Checked, problems: Problems) -> None:
    for index, folder in enumerate(one.machine.synced_folders):
        for key, message, hint in _wrong(folder):
            problems.at(one.at("synced_folders", index, *key.split(".")), message, hint)


def _wrong(folder: SyncedFolder) -> list[tuple[str, str, str]]:
    """(key, what is wrong, what to do)."""
    kinds = (folder.type, *folder.fallback)
    found = []
    if folder.rsync.direction is Direction.BOTH:
        found.append(("rsync.direction", ONE_WAY, LIVE))
    if folder.nfs != Nfs() and FolderType.NFS not in kinds:
        found.append(("nfs", f"is not used by type {folder.type}", "type: nfs, or leave it out"))
    if folder.nfs.udp and folder.nfs.version != "3":
        found.append(("nfs.udp", "only version 3 goes by UDP", "version: 3, or leave udp out"))
    if folder.security is not None and FolderType.NINEP not in kinds:
        found.append(("security", f"is not used by type {folder.type}", "type: 9p, or leave it out"))
    return found
