"""A guest that forgets who it is for the moment in which its disks are kept: what starts from them is another.

Its machine-id, host keys, the keys that serai may log in with and the names of its peers are put into the guest's
memory, taken off its disks, and put back when it is told to, or when the way in ends. Host keys are overwritten
before they go: what is only removed can still be read from a disk.
Source: machine-id(5), "Initialization": an empty file is filled at the next boot, without first-boot units.
"""

from __future__ import annotations

import select
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from shlex import quote
from typing import IO

import msgspec

from serai.guest.pipe import PipeTransport, as_root
from serai.guest.transport import Transport
from serai.util.errors import Code, SeraiError

GONE = "serai: gone"
BUDGET = 600.0
"""Seconds until its disks hold all that it has written: slow ones take minutes for gigabytes."""
BACK_BUDGET = 120.0

_SCRIPT = r"""
set -e
umask 077
for b in /run /dev/shm /tmp; do
  case $(awk -v d="$b" '$2 == d { print $3 }' /proc/mounts) in *tmpfs*) break ;; esac
  b=
done
[ -n "$b" ] || { echo "no directory of it is in memory" >&2; exit 1; }
b=$b/serai-self
rm -rf "$b"; mkdir "$b"
n=0
put_by() { n=$((n + 1)); cp -p "$1" "$b/$n"; printf '%s\n' "$1" >"$b/$n.name"; }
back() {
  trap '' HUP INT TERM PIPE
  for f in "$b"/*.name; do
    [ -e "$f" ] || continue
    read -r name <"$f"
    if [ -e "$name" ]; then cat "${f%.name}" >"$name"; else cp -p "${f%.name}" "$name"; fi
  done
  sync; rm -rf "$b"
}
trap back EXIT
trap 'exit 1' HUP INT TERM
if [ -s /etc/machine-id ]; then put_by /etc/machine-id; : >/etc/machine-id; fi
f=/var/lib/dbus/machine-id
if [ -f "$f" ] && [ ! -L "$f" ]; then put_by "$f"; rm "$f"; fi
rm -f /var/lib/systemd/random-seed /var/lib/random-seed
if [ -n "$seeded" ]; then
  for f in /etc/ssh/ssh_host_*_key /etc/dropbear/dropbear_*_host_key; do
    [ -f "$f" ] || continue
    put_by "$f"
    dd if=/dev/zero of="$f" bs="$(wc -c <"$f")" count=1 conv=notrunc,fsync 2>/dev/null; rm "$f"
    if [ -f "$f.pub" ]; then put_by "$f.pub"; rm "$f.pub"; fi
  done
fi
export keys hosts
without() { # FILE KEYS HOSTS: what is left without lines that hold one of these keys, or that are one of these
  [ -f "$1" ] || return 0
  awk -v k="$2" -v h="$3" 'BEGIN { n = split(ENVIRON[k], keys, "\n"); m = split(ENVIRON[h], lines, "\n") }
    { for (i = 1; i <= n; i++) if (keys[i] != "" && index($0, keys[i])) next
      for (i = 1; i <= m; i++) if (lines[i] != "" && ($0 == lines[i] || $0 == lines[i] " # serai")) next
      print }' "$1" >"$b/rest"
  if ! cmp -s "$b/rest" "$1"; then put_by "$1"; cat "$b/rest" >"$1"; fi
}
if [ -n "$seeded" ]; then
  for f in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do without "$f" keys none; done
fi
without /etc/hosts none hosts
sync
echo "serai: gone"
read -r answer || true
"""


_CONTAINED = r"""
set -e
umask 077
b=
while read -r _ d kind _; do
  case $d:$kind in /dev/shm:tmpfs | /run:tmpfs) b=$d/serai-self ;; esac
done </proc/mounts
n=0
empty() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ -s "$1" ] || return 0
  [ -n "$b" ] || { echo "no directory of it is in memory" >&2; exit 1; }
  [ "$n" != 0 ] || { rm -rf "$b"; mkdir "$b"; }
  n=$((n + 1)); cat "$1" >"$b/$n"; printf '%s\n' "$1" >"$b/$n.name"; : >"$1"
}
back() {
  trap '' HUP INT TERM PIPE
  for f in "$b"/*.name; do
    [ -e "$f" ] || continue
    read -r name <"$f"; cat "${f%.name}" >"$name"
  done
  [ -z "$b" ] || rm -rf "$b"
}
trap back EXIT
trap 'exit 1' HUP INT TERM
for f in /etc/machine-id /var/lib/dbus/machine-id /var/lib/systemd/random-seed \
  /etc/ssh/ssh_host_*_key /etc/dropbear/dropbear_*_host_key; do empty "$f"; done
echo "serai: gone"
read -r answer || true
"""
"""For a container: files are kept as they read, so that those are emptied which make it itself, and filled anew in
the next one. Only a shell and coreutils: an image of a container has often no more."""


class Traces(msgspec.Struct, frozen=True):
    """What of a guest's identity is taken off its disks, beside its machine-id."""

    keys: tuple[str, ...] = ()
    """Lines of authorized_keys with which serai and the person log in."""
    hosts: str = ""
    """Lines of /etc/hosts that name the project's other machines."""
    seeded: bool = True
    """A seed says who starts from its disks: else host keys and logins stay, or nobody could get in."""
    contained: bool = False
    """It is a container: nobody logs in, and its engine says what it is called."""


def script(traces: Traces) -> str:
    """For root; it goes on reading its stdin until it may remember."""
    if traces.contained:
        return _CONTAINED
    bodies = [line.split()[1] for line in traces.keys if len(line.split()) > 1]
    values = {
        "seeded": "yes" if traces.seeded else "",
        "keys": "\n".join(bodies),
        "hosts": traces.hosts.strip(),
    }
    return "".join(f"{key}={quote(value)}\n" for key, value in values.items()) + _SCRIPT


@contextmanager
def forgotten(way: Transport, traces: Traces, who: str) -> Iterator[None]:
    """Inside, the guest's disks hold nothing that names it, and all that it has written. Raises Code.FAILED.

    When the guest has not said that it knows itself again, the error says so; it does so by itself, too.
    """
    assert isinstance(way, PipeTransport)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            way.words(as_root(script(traces))), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )
        assert process.stdin is not None and process.stdout is not None
        try:
            if (
                not select.select([process.stdout], [], [], BUDGET)[0]
                or GONE.encode() not in process.stdout.readline()
            ):
                raise _failed(who, "it did not forget who it is", said)
            yield
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            code = _ended(process)
        if code:
            raise _failed(who, "it did not say that it knows itself again", said)


def _ended(process: subprocess.Popen[bytes]) -> int:
    with process:
        try:
            return process.wait(BACK_BUDGET)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _failed(who: str, what: str, said: IO[bytes]) -> SeraiError:
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines()
    cause = lines[-1] if lines else "it said nothing"
    return SeraiError(Code.FAILED, f"{who}: {what}: {cause}", details=lines[-8:])
