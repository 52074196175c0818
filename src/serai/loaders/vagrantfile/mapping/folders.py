"""`config.vm.synced_folder` → `synced_folders:`, by the way that works without root (VAG-13)."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft, Options, listed, number, truth

OWN = ("rsync", "9p", "virtiofs", "sshfs")
"""Ways that are called the same by both, and that need nothing of the host that `up` does not look for."""
INSTEAD = ("9p", "rsync")
"""What takes virtiofs' place where this host or the guest's kernel cannot do it."""
OF_DESKTOPS = ("dmode=", "fmode=", "uid=", "gid=", "umask=", "dmask=", "fmask=")
"""Options of mount that VirtualBox's and SMB's file systems have, and those of Linux have not."""
VAGRANT_ARGS = ["--verbose", "--archive", "--delete", "-z", "--copy-links"]
"""rsync__args, where a file does not state them."""
LIVE = ("nfs", "smb", "virtualbox", "vmware", "parallels", "docker", "sshfs", "hyperv", "prl", "hgfs", "")
"""Ways of Vagrant that serai does by what the host has."""
NFS = "the host has no NFS server: serai host setup nfs-folders"
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
    "rsync__rsync_ownership": "rsync itself sets the owner of a copy, always",
    "ssh_host": "sshfs goes over serai's own way in",
    "ssh_port": "sshfs goes over serai's own way in",
    "ssh_username": "sshfs goes over serai's own way in",
    "ssh_password": "sshfs goes over serai's own way in",
    "ssh_opts_append": "sshfs goes over serai's own way in",
    "prompt_for_password": "sshfs goes over serai's own way in",
    "reverse": "serai shares the host's directory with the guest, not the other way round",
    "automount": "it is VirtualBox's",
    "SharedFoldersEnableSymlinksCreate": "it is VirtualBox's",
}


def map_folders(draft: Draft) -> None:
    """Each folder, by its path in the guest."""
    for entry in draft.config.folders:
        draft.attempt(f"synced_folder {entry.id}", entry.where, map_folder, draft, entry)


def map_folder(draft: Draft, entry: Entry) -> None:
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
    if kind != "rsync" and entry.type not in ("virtiofs", "9p"):
        _fallback(draft, folder)
    if truth(options.take("create")):
        folder["create"] = True
    if kind == "rsync":
        _copied(options, folder, explicit=entry.type == "rsync")
    elif kind == "sshfs":
        _owned(options, folder)
    else:
        for key in ("owner", "group"):
            options.drop(key, f"{kind} shows the owners that the host has")
    if kind == "nfs":
        _exported(draft, options, folder)
    if kind == "9p" and (mode := str(options.take("accessmode") or "")) in ("passthrough", "mapped", "squash"):
        folder["security"] = mode
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
    itself = "the container has the directory itself, with the host's owners"
    for key in list(options.keys()):
        options.drop(key, itself if REASONS.get(key) == NFS else REASONS.get(key, itself))
    because = f"bound, in place of {entry.type}" if entry.type not in (None, "", "docker") else ""
    options.done(f"synced_folders[{len(draft.data['synced_folders']) - 1}]", REASONS, because)


def _kind(draft: Draft, stated: str) -> tuple[str, str]:
    """serai's way, and a word to it where the file says another."""
    if stated in OWN or (stated == "nfs" and draft.host.nfs):
        return stated, ""
    allowed = _allowed(draft)
    shares = draft.host.virtiofs and (not allowed or "virtiofs" in allowed or any(one in LIVE for one in allowed))
    way = "virtiofs" if shares else "rsync"
    if not stated:
        return way, "the host has virtiofs" if shares else "copied: the host has no virtiofsd for a live share"
    return way, f"in place of {stated}"


def _fallback(draft: Draft, folder: dict[str, Any]) -> None:
    """The other ways, of those that the file allows. Nobody has asked for this one alone."""
    allowed = _allowed(draft)
    live = any(one in LIVE for one in allowed)
    ways = [way for way in INSTEAD if not allowed or way in allowed or (way == "9p" and live)]
    if folder["type"] != "virtiofs":
        ways = [way for way in ways if way == "rsync"]  # a device is there from the start, or not at all
    if ways:
        folder["fallback"] = ways
    if "rsync" in ways:
        folder["exclude"] = [".vagrant/"]


def _allowed(draft: Draft) -> list[str]:
    return [str(kind) for kind in listed(draft.config.sections.get("vm", {}).get("allowed_synced_folder_types"))]


def _copied(options: Options, folder: dict[str, Any], *, explicit: bool) -> None:
    """What a copy can have. Vagrant's rsync removes what the source has not."""
    words = [text_of(word) for word in listed(options.take("rsync__args"))]
    if explicit and (not words or "--delete" in words or "-delete" in words):
        folder["delete"] = True
    exclude = [text_of(item) for item in listed(options.take("rsync__exclude"))]
    exclude += [word.partition("=")[2] for word in words if word.startswith("--exclude=")]
    folder["exclude"] = [*dict.fromkeys([*exclude, ".vagrant/"])]
    _owned(options, folder)
    own: dict[str, Any] = {}
    program = re.sub(r"^(sudo|doas)( -\S+)* ", "", str(options.take("rsync__rsync_path") or "rsync"))
    if program != "rsync":  # serai becomes root by itself where it must
        own["program"] = program
    if truth(options.take("rsync__verbose")):
        own["verbose"] = True
    if not truth(options.take("rsync__auto", True)):
        own["auto"] = False
    if not truth(options.take("rsync__chown", True)):
        own["keep_owners"] = True
    plain = [word for word in words if not word.startswith("--exclude=") and word not in ("--delete", "-delete")]
    if plain and plain != [word for word in VAGRANT_ARGS if word != "--delete"]:
        own["args"] = plain
    if own:
        folder["rsync"] = own


def _owned(options: Options, folder: dict[str, Any]) -> None:
    owner, group = options.take("owner"), options.take("group")
    if owner or group:
        folder["owner"] = f"{owner or ''}:{group}" if group else str(owner)


def _exported(draft: Draft, options: Options, folder: dict[str, Any]) -> None:
    """What NFS has of its own. `auto` is the directory's owner; `config.nfs` says it for all."""
    own: dict[str, Any] = {}
    if version := options.take("nfs_version"):
        own["version"] = str(version)
    if truth(options.take("nfs_udp")) and str(version or 3) == "3":
        own["udp"] = True
    if not truth(options.take("nfs_export", True)):
        own["export"] = False
    if stated := [text_of(word) for word in listed(options.take("linux__nfs_options"))]:
        own["options"] = stated
    for key in ("map_uid", "map_gid"):
        value = number(options.take(key))
        if value is None and (common := draft.stated("nfs", key)):
            value = number(common[0])
            draft.told(f"nfs.{key}", common[1], "synced_folders")
        if value is not None:
            own[key] = value
    options.quiet("bsd__nfs_options", "nfs__quiet")
    if own:
        folder["nfs"] = own


def _mount(options: Options, folder: dict[str, Any], kind: str) -> None:
    words = [part for option in listed(options.take("mount_options")) for part in re.split(r"[, ]+", str(option))]
    readonly = truth(options.take("readonly")) or "ro" in words
    if readonly and kind != "rsync":
        folder["readonly"] = True
    elif readonly:
        for key in ("readonly", "mount_options"):
            options.drop(key, "a copy cannot be read only")
    more = (
        [f"version={options.take('version')}"] if kind == "9p" and options.keys_has("version") else [],
        [f"access={options.take('access')}"] if kind == "9p" and options.keys_has("access") else [],
        re.split(r"[, ]+", str(options.take("mount_opts") or "")),
        re.split(r"[, ]+", str(options.take("sshfs_opts_append") or "")) if kind == "sshfs" else [],
    )
    rest = [word for part in (words, *more) for word in part if word not in ("ro", "rw", "", "-o")]
    of_others = [word for word in rest if word.startswith(OF_DESKTOPS)]
    rest = [word for word in rest if word not in of_others]
    if of_others and not rest:
        options.drop("mount_options", f"{', '.join(of_others)}: the file system of another hypervisor has them")
    if rest and kind != "rsync":
        folder["mount_options"] = rest
    elif rest:
        options.drop("mount_options", "a copy is not mounted")
    if not truth(options.take("mount", True)) and kind != "rsync":
        folder["mount"] = False
