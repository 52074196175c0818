"""What can be kept of a block's work for other machines, and of which: by all that the block is told.

A block that is about other machines, or that makes itself known to a server, has done more than change a disk. One
that asks who its machine is has made what fits that machine alone. What a script does with a name that it is not
told cannot be seen: `cache: false` says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from serai.guest.copy import walk
from serai.provisioners.registry import can_run, module_of
from serai.provisioners.shell import is_url
from serai.spec.folder import SyncedFolder
from serai.spec.machine import Machine
from serai.spec.provision import BASIC, Provision
from serai.util.masking import Mask, named_secrets
from serai.util.paths import expanduser

READ_LIMIT = 16 << 20
"""Bytes of a block's files that are looked through for secrets; where there are more, they count as secret."""
PRIVATE_KEY = b"PRIVATE KEY-----"
SERVER = {
    "chef_client": "it registers with a Chef server",
    "puppet_server": "it registers with a Puppet server",
}
WHO_AM_I = re.compile(
    r"hostname|hosts\b|uname\s+-\w*[na]|nodename|machine[-_]id|product_uuid|facter|ifconfig|/sys/class/net"
    r"|\bip\s+(-\S+\s+)*(a|addr|address|r|route|link)\b|\bfqdn\b",
    re.IGNORECASE,
)
"""Words of scripts that ask the guest for its name or its addresses."""


def why_not(block: Provision, machine: Machine, mounted: Sequence[SyncedFolder] = ()) -> str:
    """Why nothing is kept after it: a sentence, or an empty string. `mounted`: such folders as it may use."""
    if not block.cache:
        return "cache is false"
    if not can_run(block):
        return "this version cannot run it"
    if mounted:
        return f"it may use {mounted[0].target}, a folder that is mounted"
    inner: Any = block.inner
    match block.kind:
        case "shell":
            if inner.path and is_url(inner.path) and not inner.checksum:
                return "its script comes from a URL, without a checksum"
        case "ansible":
            if inner.limit and list(inner.limit) != [machine.name]:
                return "it is about other machines, too"
            if inner.ask_become_pass or inner.ask_vault_pass:
                return "it asks for a password"
        case "salt":
            if not inner.masterless or inner.install_master or inner.install_syndic:
                return "a minion and its master know each other by their keys"
        case "cfengine":
            if inner.am_policy_hub or inner.policy_server_address:
                return "a hub and its clients know each other by their keys"
    return SERVER.get(block.kind, "")


def text_of(block: Provision, root: Path) -> str:
    """All that the block is told: its options, and the script that it names. A file that is not there is empty."""
    text = msgspec.json.encode(block.inner).decode()
    if block.shell and block.shell.path and not is_url(block.shell.path):
        try:
            text += (root / expanduser(block.shell.path)).read_text(errors="replace")
        except OSError:
            return text
    return text


def asks_who(block: Provision, text: str) -> bool:
    """Whether what it makes may depend on the machine's name and addresses: tools gather them as facts."""
    return block.kind not in BASIC or bool(block.shell and WHO_AM_I.search(text))


def names_any(block: Provision, text: str, words: Collection[str]) -> bool:
    """Whether it may use what these words name: tools may use anything."""
    return bool(words) and (block.kind not in BASIC or any(word in text for word in words if word))


def is_secret(block: Provision, machine: Machine, text: str, root: Path, mask: Mask) -> bool:
    """Whether it is told, or its files hold, what is not to be shown: then what it makes is the project's own."""
    if block.shell and (block.shell.sensitive or named_secrets(block.shell.env)):
        return True
    paths, rest = module_of(block).inputs(block.inner, machine)
    told = text + msgspec.json.encode(rest).decode()
    if mask(told) != told or (rest is machine.env and named_secrets(machine.env)):
        return True
    left = READ_LIMIT
    for path in (each for name in paths for each in _files(root / expanduser(name))):
        try:
            left -= path.stat().st_size
            if left < 0:
                return True
            data = path.read_bytes()
        except OSError:
            continue  # it is not there, or cannot be read: the block will say so
        if PRIVATE_KEY in data:
            return True
        if mask and mask(plain := data.decode(errors="replace")) != plain:
            return True
    return False


def _files(path: Path) -> Iterator[Path]:
    real = path.resolve()
    if real.is_dir():
        yield from (entry for entry, _ in walk(real) if entry.is_file() and not entry.is_symlink())
    else:
        yield real
