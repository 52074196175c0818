"""Ansible's inventory of a project: each machine that runs with its way in, groups, variables. Pure.

Source: Ansible's documentation, "How to build your inventory", "Developing dynamic inventory", and the options of
its ssh connection.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from shlex import quote, split
from typing import Any

import msgspec

from serai.guest.ssh_options import options
from serai.providers.contract import Endpoint, SshEndpoint
from serai.provisioners.ansible_groups import expanded, listed
from serai.spec.provisioners.ansible import AnsibleOptions

PLUGINS = Path(__file__).parent / "ansible_plugins"
"""Where the connection `serai` lies: for machines without SSH."""
Values = dict[str, Any]


def way(endpoint: Endpoint, name: str, *, shared: bool = False, further: tuple[str, ...] = ()) -> Values:
    """Variables by which Ansible reaches a machine.

    `shared`: over the connection that serai has open, which ends with it. `further` are arguments of ssh.
    ssh takes an option's first value: serai's own (its known hosts, its key) come before those of Ansible.
    """
    if not isinstance(endpoint, SshEndpoint):
        return {
            "ansible_connection": "serai",
            "ansible_host": name,
            "ansible_user": endpoint.user,
            "ansible_serai_argv": list(endpoint.argv),
        }
    over = _shared(endpoint, name) if shared else ()
    found: Values = {
        "ansible_connection": "ssh",
        "ansible_host": endpoint.host,
        "ansible_port": endpoint.port,
        "ansible_user": endpoint.user,
        "ansible_ssh_args": _joined(("-F", "none", *over, *options(endpoint, name), *further)),
    }
    if endpoint.key is not None:
        found["ansible_ssh_private_key_file"] = str(endpoint.key)
    return found


def _shared(endpoint: SshEndpoint, name: str) -> tuple[str, ...]:
    """Over the connection that serai has open."""
    from serai.guest.ssh import SshTransport

    return ("-o", f"ControlPath={SshTransport(endpoint, name).control}", "-o", "ControlMaster=no")


_quote = lru_cache(quote)
"""Most words are those of every machine: a thousand times the same."""


def _joined(words: Iterable[str]) -> str:
    return " ".join(map(_quote, words))


OLD_NAMES = {
    "ansible_host": "ansible_ssh_host",
    "ansible_port": "ansible_ssh_port",
    "ansible_user": "ansible_ssh_user",
}
"""Of Ansible before 2.0."""


def old(values: Values) -> Values:
    """The same variables by their names of before Ansible 2.0."""
    return {OLD_NAMES.get(key, key): value for key, value in values.items()}


def ini(hosts: Mapping[str, Values], block: AnsibleOptions) -> str:
    """An inventory in INI form: these hosts, and the groups and variables of the block."""
    lines = ["# Made by serai for one run."]
    for name, values in hosts.items():
        own = block.host_vars.get(name, {})
        lines.append(" ".join([name, *_assignments(values), *_stated(own)]))
    for group, value in block.groups.items():
        lines += ["", f"[{group}]"]
        if group.endswith(":vars"):
            of_map = isinstance(value, Mapping)
            lines += [f"{key}={_literal(item)}" for key, item in value.items()] if of_map else listed(value)
        elif group.endswith(":children"):
            lines += listed(value)
        else:
            named = (name for item in listed(value) for name in expanded(item))
            lines += dict.fromkeys(name for name in named if name in hosts)
    return "\n".join(lines) + "\n"


def strangers(block: AnsibleOptions, names: Mapping[str, object]) -> list[str]:
    """`group: name` of each name in a group that no machine has."""
    return [
        f"{group}: {name}"
        for group, value in block.groups.items()
        if ":" not in group
        for item in listed(value)
        for name in expanded(item)
        if name not in names
    ]


def as_json(hosts: Mapping[str, Values], block: AnsibleOptions, host: str | None = None) -> bytes:
    """What a dynamic inventory answers to --list, or of one `host` to --host.

    All variables come at once, so that Ansible asks for none of each host.
    """
    whole = {name: values | _pairs(block.host_vars.get(name, {})) for name, values in hosts.items()}
    if host is not None:
        return msgspec.json.encode(whole.get(host, {}))
    groups: dict[str, dict[str, Any]] = {}
    for key, value in block.groups.items():
        group, _, part = key.partition(":")
        body = groups.setdefault(group, {})
        if part == "vars":
            body["vars"] = _pairs(value)
        elif part == "children":
            body["children"] = listed(value)
        else:
            named = (name for item in listed(value) for name in expanded(item))
            body["hosts"] = list(dict.fromkeys(name for name in named if name in hosts))
    grouped = {name for body in groups.values() for name in body.get("hosts", ())}
    alone = [name for name in hosts if name not in grouped]
    top = groups.pop("all", {})
    children = dict.fromkeys(("ungrouped", *groups, *top.get("children", ())))
    found = {
        "_meta": {"hostvars": whole},
        "all": {**top, "children": list(children)},
        "ungrouped": {"hosts": alone},
    }
    return msgspec.json.encode(found | groups)


def _pairs(value: Any) -> Values:
    """Variables of a map, or of `key=value` words; numbers and truth in words keep their type."""
    if isinstance(value, Mapping):
        return dict(value)
    found: Values = {}
    for word in split(value) if isinstance(value, str) else map(str, value):
        key, _, text = word.partition("=")
        try:
            found[key] = literal_eval(text)
        except (ValueError, SyntaxError):
            found[key] = text
    return found


def _stated(own: Any) -> list[str]:
    """Variables of a host: a map, or words as an inventory has them."""
    if isinstance(own, Mapping):
        return _assignments(own)
    return [own] if isinstance(own, str) else [str(word) for word in own]


def _assignments(values: Mapping[str, Any]) -> list[str]:
    return [f"{key}={_quote(_literal(value))}" for key, value in values.items()]


def _literal(value: Any) -> str:
    """A value as Ansible reads it: a literal of Python, so that it keeps its type; another text as it is."""
    return _literal_text(value) if isinstance(value, str) else repr(value)


@lru_cache
def _literal_text(value: str) -> str:
    if not value or value != value.strip() or not value.isprintable():
        return repr(value)
    try:
        literal_eval(value)
    except (ValueError, SyntaxError):
        return value
    return repr(value)
