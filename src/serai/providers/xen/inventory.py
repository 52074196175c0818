"""The domains of a dom0, and whose they are: xl's, or libvirt's, which keeps an inventory of its own.

xl lists what runs, whoever made it. libvirt knows what it has made itself or was told of, running or not.
"""

from __future__ import annotations

import shutil
from shlex import quote
from typing import Any

import msgspec

from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0, dom0
from serai.providers.xen.toolstack import VIRSH
from serai.providers.xen_guest import host_of_uri, uri_of_host
from serai.spec.xen import Via
from serai.util.errors import Code, SeraiError

DOM0_UUID = "00000000-0000-0000-0000-000000000000"
SCHEMES = ("xen:", "xen+")
"""What a URI of libvirt's Xen driver begins with."""


class Found(msgspec.Struct, frozen=True):
    """A domain: its configuration as xl has it, None while it is off (which only libvirt's can be)."""

    name: str
    uuid: str
    via: Via
    config: dict[str, Any] | None


def foreign(where: str | None) -> list[tuple[str, str]]:
    """(name, where) of the domains that are none of serai's. `where`: a dom0, a URI of libvirt's, which means its
    inventory alone; None: this host, where xl is."""
    if where is None and not shutil.which("xl"):
        return []
    there, via = _place(where)
    known = _serais(there)
    names = {Via.XL: f"xl on {there.name}", Via.LIBVIRT: uri_of_host(there.host)}
    return [(each.name, names[each.via]) for each in domains(there, via) if each.uuid not in known]


def domains(there: Dom0, via: Via | None = None) -> list[Found]:
    """Those of xl's, then those of libvirt's; or of one of them."""
    running = {str(each["c_info"]["uuid"]): each for each in listed(there)}
    theirs = libvirts(there, needed=via is Via.LIBVIRT)
    found = [
        Found(str(config["c_info"]["name"]), uuid, Via.XL, config)
        for uuid, config in running.items()
        if uuid not in theirs
    ]
    found += [Found(name, uuid, Via.LIBVIRT, running.get(uuid)) for uuid, name in theirs.items()]
    return [each for each in found if via in (None, each.via)]


def find(domain: str, where: str | None) -> tuple[Dom0, Found]:
    """Raises Code.INPUT where there is none of that name."""
    there, via = _place(where)
    known = {each.name: each for each in domains(there, via)}
    if domain not in known:
        who = "libvirt" if via is Via.LIBVIRT else "xl"
        names = ", ".join(sorted(known)) or "there are none"
        raise SeraiError(Code.INPUT, f"{who} on {there.name} has no domain {domain!r}", hint=names)
    return there, known[domain]


def config_of(there: Dom0, found: Found) -> dict[str, Any]:
    """What xl says of it; of one that is off, what xl reads from libvirt's own file of it."""
    if found.config is not None:
        return found.config
    script = (
        "f=$(mktemp) || exit 1\n"
        f"{VIRSH} domxml-to-native xen-xl --domain {quote(found.name)} >$f && xl create -q -n $f\n"
        "code=$?; rm -f $f; exit $code\n"
    )
    read: dict[str, Any] = _decoded(there, there.run(script).stdout, dict[str, Any])
    return read


def listed(there: Dom0) -> list[dict[str, Any]]:
    """What `xl list -l` says of every domain but dom0. Raises Code.CORRUPT where that is no such thing."""
    found = _decoded(there, there.run("xl list -l").stdout, list[dict[str, Any]])
    try:
        return [each["config"] for each in found if each.get("domid") and each["config"]["c_info"].get("name")]
    except (KeyError, TypeError) as error:
        raise _unreadable(there, error) from error


def _decoded(there: Dom0, text: str, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise _unreadable(there, error) from error


def _unreadable(there: Dom0, error: Exception) -> SeraiError:
    return SeraiError(Code.CORRUPT, f"{there.name}: xl says of its domains what serai cannot read: {error}")


def libvirts(there: Dom0, *, needed: bool) -> dict[str, str]:
    """UUID -> name of all that libvirt has there. Not `needed`: none where it does not run or is not installed."""
    listing = f"{VIRSH} list --all --uuid --name"
    said = there.run(listing if needed else f"{listing} 2>/dev/null; true").stdout
    rows = (line.strip().partition(" ") for line in said.splitlines())
    return {uuid: name.strip() for uuid, _, name in rows if name and uuid != DOM0_UUID}


def _place(where: str | None) -> tuple[Dom0, Via | None]:
    """The dom0, and whose domains are meant. Raises Code.INPUT for a URI that leads nowhere."""
    if where is None or not where.startswith(SCHEMES):
        return dom0(where or ""), None
    host = host_of_uri(where)
    if host is None:
        hint = "xen:///system, or xen+ssh://root@dom0/system"
        raise SeraiError(Code.INPUT, f"{where} leads to no dom0 by SSH", hint=hint)
    return dom0(host), Via.LIBVIRT


def _serais(there: Dom0) -> set[str]:
    """UUIDs of the domains of all of serai's projects there."""
    records = f"{place.ROOT}/*/*/{place.RECORD}"
    said = there.run(f'sed -n \'s/^ *"uuid": "\\(.*\\)",*$/\\1/p\' {records} 2>/dev/null; true')
    return set(said.stdout.split())
