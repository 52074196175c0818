"""The small namespaces: winrm, rdp, nfs, smb, package, vagrant, the guests' own, and the strategies of push."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import text_of
from serai.loaders.vagrantfile.config.table import COMPUTED, Method, Table, concatenated
from serai.loaders.vagrantfile.ruby.values import Array


def finish_winrm(keys: dict[str, Any]) -> None:
    port = 5986 if keys["transport"] == "ssl" else 5985
    for key in ("port", "guest_port"):
        keys[key] = port if keys[key] is COMPUTED else keys[key]


WINRM = Table(
    name="winrm",
    keys={
        "username": "vagrant",
        "password": "vagrant",
        "host": None,
        "port": COMPUTED,
        "guest_port": COMPUTED,
        "max_tries": 20,
        "retry_delay": 2,  # seconds
        "timeout": 1800,  # seconds
        "transport": "negotiate",
        "ssl_peer_verification": True,
        "execution_time_limit": "PT2H",
        "basic_auth_only": False,
        "codepage": None,
    },
    finish=finish_winrm,
)
RDP = Table(name="rdp", keys={"port": 3389, "search_port": 3389, "username": None})
NFS = Table(name="nfs", keys={"functional": True, "map_uid": "auto", "map_gid": "auto", "verify_installed": True})
SMB = Table(name="smb", keys={"functional": True})
PACKAGE = Table(name="package", keys={"name": None})


def finish_vagrant(keys: dict[str, Any]) -> None:
    keys["plugins"] = named(keys["plugins"])
    if isinstance(keys["sensitive"], str):
        keys["sensitive"] = [keys["sensitive"]]


def named(plugins: Any) -> Any:
    """Plugins by their name, however they were listed; what is none of the forms stays as it is."""
    if isinstance(plugins, str):
        return {plugins: {}}
    if isinstance(plugins, list):
        result: dict[str, Any] = {}
        for item in plugins:
            found = named(item)
            if not isinstance(found, dict):
                return plugins
            result |= found
        return result
    return plugins


VAGRANT = Table(name="vagrant", keys={"host": "detect", "sensitive": None, "plugins": {}}, finish=finish_vagrant)
SOLARIS = Table(
    name="solaris",
    keys={"suexec_cmd": "sudo", "device": "e1000g", "halt_timeout": None, "halt_check_interval": None},
)
SOLARIS11 = Table(
    name="solaris11",
    keys={"suexec_cmd": "sudo", "device": "net", "halt_timeout": None, "halt_check_interval": None},
)
SMARTOS = Table(
    name="smartos",
    keys={"suexec_cmd": None, "device": None},
    initial={"suexec_cmd": "pfexec", "device": "e1000g"},
)
WINDOWS = Table(name="windows", keys={"set_work_network": False})


def listed(key: str) -> Method:
    """`include "path"` and `include = "path"`: both add one."""

    def add(section: Any, rt: Any, args: list[Any], block: Any) -> Any:
        section.values.setdefault(key, Array()).extend(args)
        return section.values[key]

    return add


FILES = {"include": listed("includes"), "include=": listed("includes"), "exclude": listed("excludes"),
         "exclude=": listed("excludes")}  # fmt: skip
BOTH = {"includes": concatenated, "excludes": concatenated}


def finish_local_exec(keys: dict[str, Any]) -> None:
    args = keys["args"]
    if args is not None:
        keys["args"] = [text_of(item) for item in args] if isinstance(args, list) else text_of(args)


PUSHES = {
    "ftp": Table(
        name="ftp",
        keys={"host": None, "username": None, "password": None, "passive": True, "secure": False,
              "destination": "/", "dir": ".", "includes": [], "excludes": []},
        initial={"includes": [], "excludes": []},
        methods=FILES,
        joined=BOTH,
    ),
    "heroku": Table(name="heroku", keys={"app": None, "dir": ".", "git_bin": "git", "remote": "heroku"}),
    "local-exec": Table(
        name="local-exec", keys={"script": None, "inline": None, "args": None}, finish=finish_local_exec
    ),
    "atlas": Table(
        name="atlas",
        keys={"address": None, "token": None, "app": None, "dir": ".", "includes": [], "excludes": [],
              "vcs": True, "uploader_path": None},
        initial={"includes": [], "excludes": []},
        methods=FILES,
        joined=BOTH,
    ),
    "noop": Table(name="noop"),
}  # fmt: skip
