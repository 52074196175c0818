"""The key that every Vagrant box lets in, and that everybody has: for the first login, until another replaces it.

`vagrant_insecure_key` beside this file is the pair of Vagrant 2.3.4, whose licence is MIT, unchanged: it is public
knowledge, and protects nothing. Later versions add an ed25519 pair, which is told by the same comment.
Source: Vagrant, keys/; its documentation, Creating a Base Box.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from shlex import quote

from serai.providers.contract import SshEndpoint
from serai.util import paths
from serai.util.digest import sha256
from serai.util.files import private_dir, write_atomic

PASSWORD = "vagrant"
"""Of the user vagrant in a box."""
COMMENT = "vagrant insecure public key"
_SOURCE = Path(__file__).with_name("vagrant_insecure_key")

# Takes the keys that everybody has out of the authorized_keys of the user $1, once another one is in it.
_FORGET = f"""
home=$(awk -F: -v n="$1" '$1 == n {{ print $6 }}' /etc/passwd); f=$home/.ssh/authorized_keys
[ -f "$f" ] || exit 0
t=$(mktemp); grep -vF -e "$2" -e {quote(COMMENT)} "$f" >"$t" || true
if grep -q '^[^#]' "$t"; then cat "$t" >"$f"; fi
rm -f "$t\""""


def public() -> str:
    """Its line of authorized_keys."""
    return _SOURCE.with_suffix(".pub").read_text().strip()


def private() -> Path:
    """A copy of the private half that ssh takes: mode 0600, below SERAI_HOME."""
    return kept(_SOURCE)


def kept(key: Path) -> Path:
    """A private copy of a key file, as ssh wants it. Raises OSError when it cannot be read."""
    data = key.read_bytes()
    place = paths.home() / "keys" / sha256(data).hexdigest()[:16]
    if not place.exists():
        private_dir(place.parent)
        write_atomic(place, data)
    return place


def first_way(endpoint: SshEndpoint, keys: Iterable[Path]) -> SshEndpoint:
    """The way into a box that nobody has been in: our key, then those that everybody has, then the password."""
    import msgspec

    more = (*(kept(key) for key in keys), private())
    return msgspec.structs.replace(endpoint, more_keys=more, password=endpoint.password or PASSWORD)


def forget(user: str) -> str:
    """A script for root that shuts out who has the well-known key. It leaves a login that has no other."""
    return f"set -- {quote(user)} {quote(public().split()[1])}\n{_FORGET}"


def askpass(password: str) -> dict[str, str]:
    """Environment in which ssh reads the password from us, and asks nobody. Source: ssh(1), SSH_ASKPASS."""
    program = paths.runtime() / "askpass"
    if not program.exists():
        private_dir(program.parent)
        write_atomic(
            program, f"#!{shutil.which('sh') or '/bin/sh'}\nprintf '%s\\n' \"$SERAI_PASSWORD\"\n", mode=0o700
        )
    display = os.environ.get("DISPLAY") or "none"  # before 8.4 it asks the program only with a display
    return {
        "SSH_ASKPASS": str(program),
        "SSH_ASKPASS_REQUIRE": "force",
        "DISPLAY": display,
        "SERAI_PASSWORD": password,
    }
