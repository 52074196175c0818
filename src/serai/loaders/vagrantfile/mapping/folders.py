"""`config.vm.synced_folder` → `synced_folders:`, by the way that works without root (VAG-13)."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry
from serai.loaders.vagrantfile.mapping.draft import Draft, Options, listed, truth

INSTEAD = ("9p", "rsync")
"""What takes virtiofs' place where this host or the guest's kernel cannot do it."""
LIVE = ("nfs", "smb", "virtualbox", "vmware", "parallels", "docker", "sshfs", "hyperv", "prl", "hgfs", "")
"""Ways of Vagrant that serai does by what the host has."""
NFS = "serai shares by virtiofs or copies: no NFS server, no root"
RSYNC = "serai calls rsync in its own way"
REASONS = {
    "id": "serai names the share itself",
    "name": "serai names the share itself",
    "nfs": NFS,
    "nfs_export": NFS,
    "nfs_version": NFS,
    "nfs_udp": NFS,
    "map_uid": NFS,
    "map_gid": NFS,
    "linux__nfs_options": NFS,
    "bsd__nfs_options": NFS,
    "nfs__quiet": NFS,
    "smb_host": "serai needs no SMB server",
    "smb_username": "serai needs no SMB server",
    "smb_password": "serai needs no SMB server",
    "smb_id": "serai needs no SMB server",
    "rsync__auto": "`serai rsync` copies again",
    "rsync__chown": "`owner` says whose the copy is",
    "rsync__rsync_ownership": "`owner` says whose the copy is",
    "rsync__rsync_path": RSYNC,
    "rsync__verbose": RSYNC,
    "accessmode": "serai shares with the rights of who runs the machine",
    "version": "serai takes 9p2000.L",
    "mount": "serai mounts what it shares",
    "mount_opts": "serai mounts with options of its own",
    "automount": "it is VirtualBox's",
    "SharedFoldersEnableSymlinksCreate": "it is VirtualBox's",
}


def map_folders(draft: Draft) -> None:
    """Each folder, by its path in the guest."""
    for entry in draft.config.folders:
        draft.attempt(f"synced_folder {entry.id}", entry.where, _folder, draft, entry)


def _folder(draft: Draft, entry: Entry) -> None:
    options = Options(draft, f"synced_folder {entry.id}", entry.options, entry.where)
    source = str(options.take("hostpath") or ".")
    options.quiet("guestpath", "type", "disabled")
    if truth(entry.options.get("disabled")):
        draft.dropped(f"synced_folder {entry.id}", entry.where, "the file disables it")
        return
    if draft.contained and entry.id.startswith("/"):
        _bound(draft, options, source, entry)
        return
    if not entry.id.startswith("/"):
        draft.dropped(
            f"synced_folder {entry.id}", entry.where, "a folder of the guest begins with /, and Windows has none"
        )
        return
    kind, because = _kind(draft, entry.type or ("nfs" if truth(options.take("nfs")) else ""))
    folder: dict[str, Any] = {"source": source, "target": entry.id, "type": kind}
    if kind == "virtiofs" and entry.type != "virtiofs":
        _fallback(draft, folder)
    if truth(options.take("create")):
        folder["create"] = True
    if kind == "rsync":
        _copied(options, folder, explicit=entry.type == "rsync")
    else:
        for key in ("owner", "group"):
            options.drop(key, f"{kind} shows the owners that the host has")
    _mount(options, folder, kind)
    draft.append(("synced_folders",), folder, "", entry.where)
    options.done(f"synced_folders[{len(draft.data['synced_folders']) - 1}]", REASONS, because)


def _bound(draft: Draft, options: Options, source: str, entry: Entry) -> None:
    """A container has the directory itself, whatever way the file names."""
    folder: dict[str, Any] = {"source": source, "target": entry.id}
    if draft.provider == "lxc":
        folder["type"] = "9p"  # what is live is bound, where LXC runs it
    if truth(options.take("create")):
        folder["create"] = True
    if truth(options.take("readonly")) or "ro" in listed(options.take("mount_options")):
        folder["readonly"] = True
    draft.append(("synced_folders",), folder, "", entry.where)
    for key in list(options.keys()):
        options.drop(key, REASONS.get(key, "the container has the directory itself, with the host's owners"))
    because = f"bound, in place of {entry.type}" if entry.type not in (None, "", "docker") else ""
    options.done(f"synced_folders[{len(draft.data['synced_folders']) - 1}]", REASONS, because)


def _kind(draft: Draft, stated: str) -> tuple[str, str]:
    """serai's way, and a word to it where the file says another."""
    if stated in ("rsync", "9p", "virtiofs"):
        return stated, ""
    allowed = _allowed(draft)
    shares = draft.host.virtiofs and (not allowed or "virtiofs" in allowed or any(one in LIVE for one in allowed))
    way = "virtiofs" if shares else "rsync"
    if not stated:
        return way, "the host has virtiofs" if shares else "copied: the host has no virtiofsd for a live share"
    return way, f"in place of {stated}"


def _fallback(draft: Draft, folder: dict[str, Any]) -> None:
    """The other ways, of those that the file allows. Nobody has asked for virtiofs by name."""
    allowed = _allowed(draft)
    live = any(one in LIVE for one in allowed)
    ways = [way for way in INSTEAD if not allowed or way in allowed or (way == "9p" and live)]
    if ways:
        folder["fallback"] = ways
    if "rsync" in ways:
        folder["exclude"] = [".vagrant/"]


def _allowed(draft: Draft) -> list[str]:
    return [str(kind) for kind in listed(draft.config.sections.get("vm", {}).get("allowed_synced_folder_types"))]


def _copied(options: Options, folder: dict[str, Any], *, explicit: bool) -> None:
    """What a copy can have. Vagrant's rsync removes what the source has not."""
    words = [str(word) for word in listed(options.take("rsync__args"))]
    if explicit and (not words or "--delete" in words or "-delete" in words):
        folder["delete"] = True
    exclude = [str(item) for item in listed(options.take("rsync__exclude"))]
    exclude += [word.partition("=")[2] for word in words if word.startswith("--exclude=")]
    folder["exclude"] = [*dict.fromkeys([*exclude, ".vagrant/"])]
    owner, group = options.take("owner"), options.take("group")
    if owner or group:
        folder["owner"] = f"{owner or ''}:{group}" if group else str(owner)
        if not owner:
            del folder["owner"]
            options.drop("group", "an owner goes with it, and none is stated")


def _mount(options: Options, folder: dict[str, Any], kind: str) -> None:
    words = [part for option in listed(options.take("mount_options")) for part in re.split(r"[, ]+", str(option))]
    readonly = truth(options.take("readonly")) or "ro" in words
    if readonly and kind != "rsync":
        folder["readonly"] = True
    elif readonly:
        for key in ("readonly", "mount_options"):
            options.drop(key, "a copy cannot be read only")
    rest = [word for word in words if word not in ("ro", "rw", "")]
    if rest:
        options.drop("mount_options", f"serai mounts with options of its own, without {', '.join(rest)}")
