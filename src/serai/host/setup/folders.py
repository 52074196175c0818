"""A host that exports directories to its guests by NFS, without a question at each start (VAG-13)."""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.service import Service
from serai.host.exported import PROGRAM
from serai.host.facts.host import Facts
from serai.host.setup.asked import Asked, installed, is_there, nobody
from serai.host.setup.storage import nfs_by_hand
from serai.host.tunings.tuning import Planned

EXPORTER = r"""#!/bin/sh
# Written by serai host setup nfs-folders: exports directories of whoever calls it by sudo, as that user alone.
# serai-exports put PROJECT: reads lines of MODE, CLIENT and PATH with a tab between; serai-exports drop PROJECT
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
refuse() { echo "serai-exports: $*" >&2; exit 2; }
uid=${SUDO_UID:-}; gid=${SUDO_GID:-}; project=${2:-}
[ -n "$uid" ] && [ -n "$gid" ] || refuse "is called by sudo"
case $project in '' | *[!A-Za-z0-9-]*) refuse "no such project" ;; esac
places=${SERAI_EXPORTS:-/etc/exports.d}
file=$places/serai-$uid-$project.exports
case ${1:-} in
drop) rm -f "$file" ;;
put)
  mkdir -p "$places"
  draft=$(mktemp "$places/.serai-XXXXXX")
  trap 'rm -f "$draft"' EXIT
  tab=$(printf '\t')
  while IFS="$tab" read -r mode client path; do
    case $mode in rw | ro) ;; *) refuse "neither rw nor ro: $mode" ;; esac
    case $client in '' | *[!0-9a-fA-F.:]*) refuse "no address: $client" ;; esac
    case $path in
    *[\"\\]* | *[[:cntrl:]]*) refuse "no such path" ;;
    /*) ;;
    *) refuse "no absolute path: $path" ;;
    esac
    [ ! -L "$path" ] && [ -d "$path" ] || refuse "no directory: $path"
    [ "$(stat -c %u "$path")" = "$uid" ] || refuse "another user's: $path"
    printf '"%s" %s(%s,no_subtree_check,all_squash,anonuid=%s,anongid=%s,insecure)\n' \
      "$path" "$client" "$mode" "$uid" "$gid"
  done >"$draft"
  chmod 644 "$draft"
  mv -f "$draft" "$file" ;;
*) refuse "put or drop" ;;
esac
exec exportfs -ra
"""
"""What a user may export by it is what that user may read and write anyway: nobody else's rights come with it."""


def nfs_folders(facts: Facts, asked: Asked) -> Planned:
    """The server, and for a user the one program that exports that user's directories, without a password."""
    changes: list[Change] = [
        installed(facts, "nfs-folders"),
        Service(unit="nfs-server.service", process="nfsd", start=nfs_by_hand(facts)),
    ]
    if is_there(facts, asked.user):
        rule = f"{asked.user} ALL=(root) NOPASSWD: {PROGRAM}"
        text = f"# Written by serai host setup nfs-folders.\n{rule}\n"
        changes += [
            WriteFile(path=PROGRAM, text=EXPORTER, mode=0o755),
            WriteFile(path=f"/etc/sudoers.d/serai-exports-{asked.user}", text=text, mode=0o440),
        ]
        note = f"{asked.user} exports directories of their own, as themselves, to the machines of their projects"
        return Planned(changes=tuple(changes), notes=(note,))
    return Planned(changes=tuple(changes), notes=nobody(facts, asked, "may export directories"))
