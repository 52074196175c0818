"""Where a dom0 keeps serai's machines, and what they are called there."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Scope
from serai.providers.xen_guest import dom0_of
from serai.spec.machine import Machine
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic

ROOT = "/var/lib/serai/xen"
"""On dom0: `PROJECT_ID/MACHINE/` for each machine, `images/DIGEST/` for what several stand on."""
AUTO = "/etc/xen/auto"
"""What is linked here is started with the host. Source: xen, tools/hotplug/Linux/init.d/xendomains."""
RECORD, CONFIG, SAVED, SEED = "record.json", "xl.cfg", "saved", "seed.iso"
CONSOLE, READER = "console.log", "console.pid"
LOGS = "/var/log/xen"
"""xl's own log of a domain is `xl-NAME.log`. Source: tools/xl/xl_vmcontrol.c, create_logfile."""


class Hosts(msgspec.Struct):
    """`xen.json` of a project's home: the dom0s that have had machines of it."""

    hosts: list[str] = []


def host_of(machine: Machine) -> str:
    """Empty: this host."""
    return dom0_of(machine)


def hosts(scope: Scope) -> list[str]:
    """The dom0s that the file names, and those that have had machines of this project."""
    return sorted({*scope.engines.get("xen", ()), *_known(scope).hosts})


def _known(scope: Scope) -> Hosts:
    try:
        return msgspec.json.decode((scope.home / "xen.json").read_bytes(), type=Hosts)
    except (FileNotFoundError, NotADirectoryError):
        return Hosts()
    except msgspec.DecodeError as error:
        raise SeraiError(Code.CORRUPT, f"{scope.home / 'xen.json'} is not a list of dom0s: {error}") from error


def remember(scope: Scope, host: str) -> None:
    """Before anything is made there, so that it is found again whatever the file says later."""
    known = _known(scope)
    if host not in known.hosts:
        scope.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(scope.home / "xen.json", msgspec.json.encode(Hosts([*known.hosts, host])))


def project_directory(scope: Scope) -> str:
    return f"{ROOT}/{scope.project_id}"


def directory(scope: Scope, name: str) -> str:
    """Of a machine, on its dom0."""
    return f"{project_directory(scope)}/{name}"


def images() -> str:
    return f"{ROOT}/images"


def domain_names(scope: Scope, name: str) -> tuple[str, str]:
    """`PROJECT_MACHINE`, and the same with the project's id, for where another domain has that name."""
    return f"{scope.project}_{name}", f"{scope.project}-{scope.project_id}_{name}"


def bridge_of(scope: Scope, network: str) -> str:
    """dom0's bridge of a private network, 14 characters: the same each time."""
    return f"serai-{sha256(f'{scope.project_id}/{network}'.encode()).hexdigest()[:8]}"


def domain_word(text: str) -> str:
    """A host's name as part of a file's."""
    return "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in text)
