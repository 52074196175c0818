"""The NoCloud seed: a small ISO that tells a guest who it is, made in process.

Source: cloud-init documentation, NoCloud datasource, network config version 2, cloud-config modules.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from serai.guest import tiny
from serai.providers.contract import Materials
from serai.spec.guest import GuestFile, User, UserData
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

LABEL = "cidata"
"""The volume label that NoCloud looks for."""


class SeedNic(msgspec.Struct, frozen=True, kw_only=True):
    """One interface of the guest, known to it by its MAC; `address` in CIDR form, `mtu` in bytes.

    `gateway`: where its default route leads to, for a static address.
    """

    mac: str
    dhcp: bool = True
    address: str | None = None
    mtu: int | None = None
    gateway: str | None = None
    ipv6: str | None = None
    """A further address, in CIDR form."""


def files(
    machine: Machine,
    materials: Materials,
    *,
    instance_id: str,
    nics: Sequence[SeedNic],
    kind: str,
) -> dict[str, bytes]:
    """Path in the seed -> content. Pure. Raises Code.UNSUPPORTED for settings that `kind` cannot make true."""
    unread = [entry for user in machine.guest.users for entry in user.authorized_keys if entry.startswith("@")]
    if unread:
        raise SeraiError(Code.INTERNAL, f"{machine.name}: the key file {unread[0]} was not read before the seed")
    said = _json if kind == "tiny" else _yaml
    seed = {
        "meta-data": said({"instance-id": instance_id, "local-hostname": hostname(machine)}),
        "user-data": user_data(b"#cloud-config\n" + said(cloud_config(machine, materials)), machine),
        "network-config": said(network_config(nics)),
    }
    if kind == "tiny" and machine.guest.user_data:
        raise SeraiError(Code.UNSUPPORTED, f"{machine.name}: guest.user_data: this image has no cloud-init")
    if kind == "tiny":
        named = tiny.files(machine, materials, instance_id=instance_id, hostname=hostname(machine))
        named["network"] = _network_lines(nics)
        seed |= {f"tiny/{name}": text.encode() for name, text in named.items()}
    elif kind != "cloud-init":
        raise SeraiError(Code.INTERNAL, f"{machine.name}: there is no seed of the kind {kind!r}")
    return seed


MERGED = "list(append)+dict(no_replace,recurse_list)+str()"
"""How a further part is joined to serai's: lists grow, what is there stays. Source: cloud-init, merging."""


def user_data(own: bytes, machine: Machine) -> bytes:
    """serai's cloud-config; with further parts, all of them as one MIME message, serai's the first."""
    if not machine.guest.user_data:
        return own
    from email.message import EmailMessage
    from email.policy import SMTP

    message = EmailMessage(policy=SMTP.clone(linesep="\n"))
    message.make_mixed(boundary="serai-part")
    parts = [UserData(inline=own.decode(), filename="serai.cfg"), *machine.guest.user_data]
    for number, part in enumerate(parts):
        inner = EmailMessage(policy=message.policy)
        subtype = part.content_type.partition("/")[2]
        name = part.filename or f"part-{number}"
        inner.set_content(part.inline or "", subtype=subtype, disposition="attachment", filename=name)
        if number:
            inner["Merge-Type"] = MERGED
        message.attach(inner)
    return message.as_bytes()


def hostname(machine: Machine) -> str:
    """What the guest calls itself; names of machines may hold `_`, host names not (RFC 1123)."""
    return machine.hostname or machine.name.replace("_", "-")


def cloud_config(machine: Machine, materials: Materials) -> dict[str, Any]:
    """The user-data of cloud-init."""
    name, guest = hostname(machine), machine.guest
    config: dict[str, Any] = {
        "hostname": name.partition(".")[0],
        "fqdn": name,
        "preserve_hostname": False,
        "users": [_login(materials), *(_user(user) for user in guest.users)],
        "disable_root": materials.user != "root",
        "ssh_pwauth": False,
        "ssh_genkeytypes": ["ed25519", "ecdsa"],  # an RSA key takes an emulated CPU many seconds
        "growpart": {"mode": "auto", "devices": ["/"]},
    }
    if guest.timezone:
        config["timezone"] = guest.timezone
    if guest.packages:
        config |= {"package_update": True, "packages": guest.packages}
    written = [_file(file) for file in guest.files]
    if lines := tiny.host_lines(materials.hosts, name):
        written.append({"path": "/etc/hosts", "content": lines, "append": True})
    if written:
        config["write_files"] = written
    if guest.commands:
        config["runcmd"] = ["set -e", *guest.commands]
    return config


def _login(materials: Materials) -> dict[str, Any]:
    keys = list(materials.public_keys)
    if materials.user == "root":
        return {"name": "root", "ssh_authorized_keys": keys}
    alpine = materials.image is not None and materials.image.reference.startswith("alpine")
    login: dict[str, Any] = {
        "name": materials.user,
        "shell": "/bin/ash" if alpine else "/bin/bash",
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "lock_passwd": True,
        "ssh_authorized_keys": keys,
    }
    if alpine:  # its images have doas instead of sudo
        login["doas"] = [f"permit nopass {materials.user}"]
    return login


def _user(user: User) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": user.name, "lock_passwd": True}
    if user.sudo:
        entry["sudo"] = "ALL=(ALL) NOPASSWD:ALL"
    if user.shell:
        entry["shell"] = user.shell
    if user.groups:
        entry["groups"] = user.groups
    if user.authorized_keys:
        entry["ssh_authorized_keys"] = user.authorized_keys
    return entry


def _file(file: GuestFile) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": file.path, "content": file.content, "permissions": file.mode.zfill(4)}
    if file.owner and file.owner.partition(":")[0] != "root":
        entry |= {"owner": file.owner, "defer": True}  # its user may come with a package or with `users`
    elif file.owner:
        entry["owner"] = file.owner
    return entry


def network_config(nics: Sequence[SeedNic]) -> dict[str, Any]:
    """Version 2, each interface found by its MAC; static ones have no default route."""
    ethernets: dict[str, Any] = {}
    for number, nic in enumerate(nics):
        ethernet: dict[str, Any] = {"match": {"macaddress": nic.mac.lower()}, "dhcp4": nic.dhcp}
        if addresses := [each for each in (None if nic.dhcp else nic.address, nic.ipv6) if each]:
            ethernet["addresses"] = addresses
        if nic.address and not nic.dhcp and nic.gateway:
            everywhere = "::/0" if ":" in nic.gateway else "0.0.0.0/0"
            ethernet["routes"] = [{"to": everywhere, "via": nic.gateway}]
        if nic.mtu:
            ethernet["mtu"] = nic.mtu
        ethernets[f"nic{number}"] = ethernet
    return {"version": 2, "ethernets": ethernets}


def _network_lines(nics: Sequence[SeedNic]) -> str:
    lines = []
    for nic in nics:
        if nic.gateway:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"tiny sets no default route by hand: gateway {nic.gateway} of {nic.address}",
                hint="leave address and gateway out (dhcp), or use another image",
            )
        words = [nic.mac.lower(), f"static {nic.address}" if nic.address and not nic.dhcp else "dhcp"]
        words += [f"mtu {nic.mtu}"] if nic.mtu else []
        words += [f"ipv6 {nic.ipv6}"] if nic.ipv6 else []
        lines.append(" ".join(words))
    return "".join(f"{line}\n" for line in lines)


def _yaml(value: Mapping[str, Any]) -> bytes:
    import yaml  # half of what it takes to write a seed, and a tiny guest reads none of it

    text: str = yaml.dump(dict(value), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=1 << 16)
    return text.encode()


def _json(value: Mapping[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value)) + b"\n"


def iso(content: Mapping[str, bytes]) -> bytes:
    """An ISO 9660 image with Joliet and Rock Ridge names."""
    from pycdlib import PyCdlib

    image = PyCdlib()
    image.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident=LABEL)
    short: dict[str, str] = {"": ""}  # directory -> its ISO 9660 path
    for number, (path, data) in enumerate(content.items()):
        parent, _, name = path.rpartition("/")
        for depth in range(1, parent.count("/") + 2 if parent else 1):
            folder = "/".join(parent.split("/")[:depth])
            if folder not in short:
                above = short[folder.rpartition("/")[0]]
                short[folder] = f"{above}/D{len(short):05d}"
                image.add_directory(
                    short[folder], rr_name=folder.rpartition("/")[2], joliet_path=f"/{folder}", file_mode=0o040755
                )
        image.add_fp(
            io.BytesIO(data),
            len(data),
            f"{short[parent]}/F{number:05d}.;1",
            rr_name=name,
            joliet_path=f"/{path}",
            file_mode=0o100444,
        )
    out = io.BytesIO()
    image.write_fp(out)
    image.close()
    return out.getvalue()
