"""`config.ssh`, `winrm`, and the keys of `config.vm` that say how a machine is reached and what it is called."""

from __future__ import annotations

import re
import shlex
from typing import Any

from serai.loaders.vagrantfile.mapping.draft import Draft, listed, number, truth
from serai.loaders.vagrantfile.mapping.networks import mac_of

OWN_SHELL = "serai runs scripts by the interpreter of their first line, and commands by sh"
SYSTEM_SSH = "the system's ssh decides"
WINDOWS = "this version has no way into Windows by WinRM"
SSH_REASONS = {
    "host": "the provider says where the machine is",
    "key_type": "serai's keys are ed25519",
    "connect_retries": "serai tries until ready.within is over",
    "connect_retry_delay": "serai tries until ready.within is over",
    "verify_host_key": "serai pins the key that the machine shows first",
    "paranoid": "serai pins the key that the machine shows first",
    "keep_alive": "serai keeps its connections alive anyway",
    "dsa_authentication": "OpenSSH has no DSA any more",
    "disable_deprecated_algorithms": SYSTEM_SSH,
    "config": "serai writes ssh's configuration itself: serai ssh-config",
    "remote_user": "`user` says who logs in",
    "ssh_command": SYSTEM_SSH,
    "pty": "serai asks for a terminal where there is one: serai ssh -t",
    "shell": OWN_SHELL,
    "sudo_command": "serai becomes root by sudo or doas, whichever the guest has",
    "export_command_template": OWN_SHELL,
}
VM_REASONS = {
    "guest": "serai asks the guest itself, and needs no plugin for each system",
    "usable_port_range": "serai takes free ports from 2200 on",
    "base_address": "the uplink's address is given by the engine",
    "allow_fstab_modification": "serai mounts folders at each start, and writes no /etc/fstab",
    "allow_hosts_modification": "serai adds the names of the project's machines to /etc/hosts, once",
    "allowed_synced_folder_types": "it says how folders may be shared, which has been heeded",
    "cloud_init_first_boot_only": "serai's seed counts for the first start",
}


def map_machine(draft: Draft) -> None:
    """hostname, boot_timeout, and what else `config.vm` says of the machine itself."""
    for key, because in VM_REASONS.items():
        if stated := draft.stated("vm", key):
            draft.dropped(f"vm.{key}", stated[1], because)
    if (stated := draft.stated("vm", "hostname")) and stated[0]:
        draft.put(("hostname",), str(stated[0]), "vm.hostname", stated[1])
    if stated := draft.stated("vm", "boot_timeout"):
        draft.put(("ready", "within"), number(stated[0]) or 300, "vm.boot_timeout", stated[1])
    if stated := draft.stated("vm", "graceful_halt_timeout"):
        draft.put(("halt_timeout",), number(stated[0]) or 60, "vm.graceful_halt_timeout", stated[1])
    if (stated := draft.stated("vm", "post_up_message")) and stated[0]:
        text = shlex.quote(str(stated[0]).rstrip("\n"))
        draft.append(("hooks", "after_up"), {"run": f"printf '%s\\n' {text}"}, "vm.post_up_message", stated[1])
    _mac(draft)
    _communicator(draft)


def _mac(draft: Draft) -> None:
    stated = draft.stated("vm", "base_mac")
    if stated and (mac := mac_of(stated[0])):
        uplink(draft)["mac"] = mac
        draft.told("vm.base_mac", stated[1], "networks.uplink.mac")
    elif stated:
        draft.dropped("vm.base_mac", stated[1], "it is no hardware address")


def uplink(draft: Draft) -> dict[str, Any]:
    """The first interface's entry, made when there is none yet."""
    entries: list[dict[str, Any]] = draft.data.setdefault("networks", [])
    for entry in entries:
        if "uplink" in entry:
            found: dict[str, Any] = entry["uplink"]
            return found
    made: dict[str, Any] = {}
    entries.append({"uplink": made})
    return made


def _communicator(draft: Draft) -> None:
    stated = draft.stated("vm", "communicator")
    if not stated:
        return
    kind = str(stated[0])
    if kind == "ssh":
        draft.dropped("vm.communicator", stated[1], "ssh is what serai takes anyway")
    elif kind in ("winrm", "winssh"):
        draft.put(("communicator",), kind, "vm.communicator", stated[1], "which `up` refuses, as yet")
    else:
        draft.dropped(
            "vm.communicator", stated[1], f"serai waits for SSH: a machine without a way in ({kind}) has none"
        )


def map_ssh(draft: Draft) -> None:
    """All of `config.ssh`, and of `config.ssh.default`, which counts where the first says nothing."""
    _login(draft)
    for key, because in SSH_REASONS.items():
        if stated := draft.stated("ssh", key):
            draft.dropped(f"ssh.{key}", stated[1], because)
    options: dict[str, str] = {}
    _switches(draft, options)
    for section in ("ssh", "ssh.default"):
        if (stated := draft.stated(section, "extra_args")) and stated[0]:
            left = extra(listed(stated[0]), options)
            draft.told(f"{section}.extra_args", stated[1], "ssh.options")
            for word in left:
                draft.dropped(
                    f"{section}.extra_args {word}", stated[1], "only -o, -A, -C, -X and -i are taken over"
                )
    if options:
        draft.data.setdefault("ssh", {}).setdefault("options", {}).update(options)


def _login(draft: Draft) -> None:
    """user, key, ports."""
    _defaults(draft)
    if (stated := draft.stated("ssh", "username")) and stated[0]:
        draft.put(("user",), str(stated[0]), "ssh.username", stated[1])
    if (stated := draft.stated("ssh", "private_key_path")) and listed(stated[0]):
        first, *more = [str(path) for path in listed(stated[0])]
        draft.put(("ssh", "key"), first, "ssh.private_key_path", stated[1])
        for path in more:
            draft.dropped(f"ssh.private_key_path {path}", stated[1], "one key is enough: the first")
    if (stated := draft.stated("ssh", "password")) and stated[0]:
        draft.put(("ssh", "password"), str(stated[0]), "ssh.password", stated[1])
    if (stated := draft.stated("ssh", "port")) and number(stated[0]):
        draft.put(("ssh", "host_port"), number(stated[0]), "ssh.port", stated[1])
    if stated := draft.stated("ssh", "insert_key"):
        if truth(stated[0]):
            draft.dropped("ssh.insert_key", stated[1], "it states what is so anyway")
        else:
            draft.put(("ssh", "insert_key"), False, "ssh.insert_key", stated[1])
    if (stated := draft.stated("ssh", "guest_port")) and number(stated[0]):
        draft.put(("ssh", "guest_port"), number(stated[0]), "ssh.guest_port", stated[1])
    if stated := draft.stated("ssh", "forward_agent"):
        draft.put(("ssh", "forward_agent"), truth(stated[0]), "ssh.forward_agent", stated[1])


OF_VAGRANT = {"username": "vagrant"}


def _defaults(draft: Draft) -> None:
    """`config.ssh.default`: what counts where `config.ssh` says nothing."""
    stated = draft.stated("ssh", "default")
    if not stated or not isinstance(stated[0], dict):
        return
    values, where = stated
    if (user := values.get("username")) not in (None, OF_VAGRANT["username"]):
        draft.put(("user",), str(user), "ssh.default.username", where)
    if keys := listed(values.get("private_key_path")):
        draft.put(("ssh", "key"), str(keys[0]), "ssh.default.private_key_path", where)
    if values.get("insert_key") is False:
        draft.put(("ssh", "insert_key"), False, "ssh.default.insert_key", where)
    draft.dropped("ssh.default", where, "of it, username, private_key_path and insert_key count")


def _switches(draft: Draft, options: dict[str, str]) -> None:
    """What is an option of ssh_config(5)."""

    def option(key: str, name: str, value: str) -> None:
        where = draft.config.stated[f"ssh.{key}"]
        options[name] = value
        draft.told(f"ssh.{key}", where, f"ssh.options.{name}")

    if stated := draft.stated("ssh", "compression"):
        option("compression", "Compression", "yes" if truth(stated[0]) else "no")
    if stated := draft.stated("ssh", "keys_only"):
        option("keys_only", "IdentitiesOnly", "yes" if truth(stated[0]) else "no")
    if (stated := draft.stated("ssh", "connect_timeout")) and number(stated[0]):
        option("connect_timeout", "ConnectTimeout", str(number(stated[0])))
    if stated := draft.stated("ssh", "forward_x11"):
        option("forward_x11", "ForwardX11", "yes" if truth(stated[0]) else "no")
    if stated := draft.stated("ssh", "forward_env"):
        names = " ".join(str(name) for name in listed(stated[0])) if isinstance(stated[0], list) else ""
        if names:
            option("forward_env", "SendEnv", names)
        else:
            draft.dropped("ssh.forward_env", stated[1], "it names no variables: `ssh.options` takes SendEnv")
    if (stated := draft.stated("ssh", "proxy_command")) and stated[0]:
        option("proxy_command", "ProxyCommand", str(stated[0]))


SWITCHES = {"-A": ("ForwardAgent", "yes"), "-C": ("Compression", "yes"), "-X": ("ForwardX11", "yes")}


def extra(words: list[Any], options: dict[str, str]) -> list[str]:
    """ssh's own words into options; what is none of the usual is given back."""
    todo = [part for word in words for part in shlex.split(str(word))]
    left = []
    while todo:
        word = todo.pop(0)
        if word == "-o" and todo:
            word = f"-o{todo.pop(0)}"
        if word.startswith("-o") and len(word) > 2:
            name, _, value = re.sub(r"^\s*(\w+)\s*[= ]\s*", r"\1=", word[2:]).partition("=")
            options[name] = value
        elif word == "-i" and todo:
            options["IdentityFile"] = todo.pop(0)
        elif word in SWITCHES:
            name, value = SWITCHES[word]
            options[name] = value
        else:
            left.append(word)
    return left


def map_winrm(draft: Draft) -> None:
    """Nothing of it has an effect as long as there is no way in by it."""
    for key, where in draft.config.stated.items():
        section, _, name = key.partition(".")
        if section in ("winrm", "winssh", "rdp"):
            draft.dropped(key, where, WINDOWS)
        elif section in ("windows", "solaris", "solaris11", "smartos"):
            draft.dropped(key, where, f"serai knows no guest of the kind {section}: {name} is its plugin's")
