"""`config.ssh`, `config.ssh.default` and `config.winssh`.

As with Vagrant, `ssh.username` has no default, and `ssh.default.username` is vagrant: what counts is the first of
`ssh.username`, what the provider says, and `ssh.default.username`.
"""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import COMPUTED, UNSET, Table
from serai.loaders.vagrantfile.ruby.values import Value

CONNECT = {
    "host": None,
    "port": None,
    "config": None,
    "connect_timeout": 15,  # seconds
    "connect_retries": 5,
    "connect_retry_delay": 2,  # seconds
    "disable_deprecated_algorithms": False,
    "private_key_path": None,
    "username": None,
    "password": None,
    "insert_key": True,
    "key_type": "auto",
    "keys_only": True,
    "paranoid": False,
    "verify_host_key": "never",
    "compression": True,
    "dsa_authentication": True,
    "extra_args": None,
    "remote_user": COMPUTED,
}
SESSION = {
    "guest_port": 22,
    "forward_agent": False,
    "forward_x11": False,
    "forward_env": False,
    "keep_alive": True,
    "proxy_command": None,
    "ssh_command": None,
    "pty": False,
    "shell": "bash -l",
    "sudo_command": "sudo -E -H %c",
    "export_command_template": 'export %ENV_KEY%="%ENV_VALUE%"',
}
HOST_KEYS = {
    True: "accepts_new_or_local_tunnel",
    False: "never",
    "very": "accept_new",
    "secure": "always",
}
"""Old values of verify_host_key, and what they mean today."""


def finish_session(keys: dict[str, Any]) -> None:
    finish(keys)
    default = CONNECT | (keys["default"] or {})
    stated = keys["default"] or {}
    default["username"] = stated.get("username", "vagrant")
    default["port"] = stated.get("port", keys["guest_port"])
    finish(default)
    keys["default"] = {key: value for key, value in default.items() if value is not None}


def default(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    from serai.loaders.vagrantfile.config.section import Section

    return section.values.setdefault("default", Section(CONNECTION))


def defaults_joined(outer: Value, inner: Value) -> Value:
    if outer is UNSET or inner is UNSET:
        return inner if outer is UNSET else outer
    return outer.merged(inner)


def finish(keys: dict[str, Any]) -> None:
    path = keys["private_key_path"]
    if path is not None and not isinstance(path, list):
        keys["private_key_path"] = [path]
    if keys["remote_user"] is COMPUTED:
        keys["remote_user"] = keys["username"] or None
    if keys["paranoid"]:
        keys["verify_host_key"] = keys["paranoid"]
    wanted = keys["verify_host_key"]
    if isinstance(wanted, bool | str):
        keys["verify_host_key"] = HOST_KEYS.get(wanted, wanted)
    timeout = keys["connect_timeout"]
    if isinstance(timeout, str):
        digits = timeout.strip()
        keys["connect_timeout"] = int(digits) if digits.isdigit() else 0


CONNECTION = Table(name="ssh.default", keys=CONNECT, finish=finish)
DEFAULTS: dict[str, Any] = {
    "methods": {"default": default},
    "joined": {"default": defaults_joined},
    "finish": finish_session,
}
SSH = Table(name="ssh", keys=CONNECT | SESSION | {"default": None}, **DEFAULTS)
WINSSH = Table(
    name="winssh",
    keys={key: value for key, value in (CONNECT | SESSION).items() if key not in ("forward_x11", "pty")}
    | {
        "default": None,
        "shell": "powershell",
        "sudo_command": "%c",
        "upload_directory": "C:/Windows/Temp",
        "export_command_template": '$env:%ENV_KEY%="%ENV_VALUE%"',
    },
    **DEFAULTS,
)
