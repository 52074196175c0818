"""netplan: a file of our own, which is merged over the others, and the static keys of the port moved to it.

Files are merged key by key and lists are added to each other, so that a drop-in can switch DHCP off but cannot
take an address away: such keys leave the file where they stand. Source: netplan's YAML reference.
"""

from __future__ import annotations

import io
from typing import Any

from serai.host.bridging.wanted import NotByFile, Wanted
from serai.host.changes.change import REBOOT, Change
from serai.host.changes.file import WriteFile
from serai.host.facts.host import Facts

PLACE = "/etc/netplan"
NETWORK_MANAGER = "NetworkManager"
OWN = f"{PLACE}/90-serai-bridge.yaml"
STATIC = ("addresses", "routes", "gateway4", "gateway6", "nameservers", "routing-policy")
DYNAMIC = ("dhcp4", "dhcp6", "dhcp4-overrides", "dhcp6-overrides", "accept-ra", "dhcp-identifier", "optional")
MOVED = (*STATIC, *DYNAMIC)


def files(facts: Facts) -> list[str]:
    names = sorted(facts.source.reach.names(PLACE) or ())
    return [f"{PLACE}/{name}" for name in names if name.endswith(".yaml") and f"{PLACE}/{name}" != OWN]


def describes(facts: Facts, wanted: Wanted) -> bool:
    """Whether a file is about the link."""
    return any(_ident(_read(facts, path), wanted) for path in files(facts))


def by_network_manager(facts: Facts, wanted: Wanted) -> bool:
    """Whether netplan hands the link to NetworkManager, not to systemd-networkd."""
    for path in files(facts):
        document = _read(facts, path)
        ident = _ident(document, wanted)
        network = document.get("network") or {}
        card = (network.get("ethernets") or {}).get(ident) or {}
        if NETWORK_MANAGER in (network.get("renderer"), card.get("renderer")):
            return True
    return False


def plan(facts: Facts, wanted: Wanted) -> tuple[Change, ...]:
    """Raises NotByFile for files that netplan itself would not read."""
    moved: dict[str, Any] = {}
    changes: list[Change] = []
    ident = ""
    for path in files(facts):
        document = _read(facts, path)
        here = _ident(document, wanted)
        if not here:
            continue
        ident = here
        card = document["network"]["ethernets"][here]
        moved = _merged(moved, {key: card[key] for key in MOVED if key in card})
        gone = MOVED if path > OWN else STATIC  # a later file wins over ours
        if any(key in card for key in gone):
            changes.append(_edited(facts, path, document, here, gone))
    bridge = {
        "interfaces": [ident],
        **({"macaddress": wanted.mac} if wanted.mac else {}),
        "parameters": {"stp": False, "forward-delay": 0},
        **moved,
    }
    quiet = {"dhcp4": False, "dhcp6": False, "accept-ra": False, "link-local": []}
    network = {
        "version": 2,
        "ethernets": {ident: quiet},
        "bridges": {wanted.bridge: bridge},
    }
    text = "# Written by serai host tune bridge; serai host undo bridge removes it.\n" + _dumped(
        {"network": network}
    )
    return (*changes, WriteFile(path=OWN, text=text, mode=0o600, waits=REBOOT))


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """As netplan reads a later file: mappings key by key, lists one behind the other, the later scalar."""
    made = dict(old)
    for key, value in new.items():
        was = made.get(key)
        if isinstance(was, dict) and isinstance(value, dict):
            made[key] = _merged(was, value)
        elif isinstance(was, list) and isinstance(value, list):
            made[key] = [*was, *(each for each in value if each not in was)]
        else:
            made[key] = value
    return made


def _edited(facts: Facts, path: str, document: dict[str, Any], ident: str, gone: tuple[str, ...]) -> WriteFile:
    """The file without these keys of the port."""
    card = document["network"]["ethernets"][ident]
    for key in gone:
        card.pop(key, None)
    entry = facts.source.reach.entry(path)
    mode, uid, gid = (entry.mode, entry.uid, entry.gid) if entry else (0o600, 0, 0)
    return WriteFile(path=path, text=_dumped(document), mode=mode, uid=uid, gid=gid, waits=REBOOT)


def _read(facts: Facts, path: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML().load(facts.read(path).text)
    except YAMLError as error:
        raise NotByFile(f"{path}: {str(error).splitlines()[0]}") from error
    return document if isinstance(document, dict) else {}


def _dumped(document: dict[str, Any]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _ident(document: dict[str, Any], wanted: Wanted) -> str:
    """The name under which a file has the port: by that name, by `set-name`, or by `match`."""
    cards = (document.get("network") or {}).get("ethernets") or {}
    for ident, card in cards.items():
        card = card or {}
        match = card.get("match") or {}
        names = (card.get("set-name"), match.get("name"), None if match else ident)
        if wanted.port in names or (wanted.mac and str(match.get("macaddress", "")).lower() == wanted.mac):
            return str(ident)
    return ""
