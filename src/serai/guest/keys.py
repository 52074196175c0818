"""SSH keys: the project's own ed25519 pair, and the public keys that a project file names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from serai.spec.guest import UserData
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.locks import lock
from serai.util.paths import expanduser
from serai.util.process import run, which


def project_key(home: Path) -> tuple[Path, str]:
    """The private key's path and the public line of the project whose directory is `home`.

    Made by ssh-keygen at the first call, `home/ssh/id_ed25519`, mode 0600; two runs at once get the same pair.
    Raises Code.MISSING without ssh-keygen.
    """
    private = home / "ssh" / "id_ed25519"
    public = private.with_suffix(".pub")
    if not (private.exists() and public.exists()):
        private_dir(private.parent)
        with lock(private.parent / "lock", what=f"the SSH key {private}", note="making the key"):
            _make(private, public)
    return private, public.read_text().strip()


def _make(private: Path, public: Path) -> None:
    """Under the lock. The private key is renamed into its place whole; a lost public half is made from it."""
    keygen = which("ssh-keygen", "openssh-client")
    if not private.exists():
        draft = private.with_name("draft")
        for left in (draft, draft.with_suffix(".pub")):
            left.unlink(missing_ok=True)
        run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", f"serai {private.parent.parent.name}", "-f", draft])
        draft.with_suffix(".pub").unlink()
        draft.replace(private)
    if not public.exists():
        write_atomic(public, run([keygen, "-y", "-f", private]).stdout, mode=0o644)


def authorized(entries: Sequence[str], root: Path) -> list[str]:
    """Lines of authorized_keys from what a project file says: keys, or `@file` relative to `root`.

    Raises Code.INPUT naming a file that cannot be read, or that is not one of public keys.
    """
    lines: list[str] = []
    for entry in entries:
        if not entry.startswith("@"):
            lines.append(entry.strip())
            continue
        path = root / expanduser(entry[1:])
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise SeraiError(Code.INPUT, f"the public key file {path} cannot be read: {reason}") from error
        if "PRIVATE KEY" in text:
            raise SeraiError(Code.INPUT, f"{path} is a private key", hint=f"name the public one: @{entry[1:]}.pub")
        lines += [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return lines


def _read(part: UserData, root: Path) -> UserData:
    """The part with its file's text in it."""
    if part.path is None:
        return part
    path = root / expanduser(part.path)
    try:
        return msgspec.structs.replace(part, inline=path.read_text(), path=None)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SeraiError(Code.INPUT, f"the user data {path} cannot be read: {reason}") from error


def with_keys(machine: Machine, root: Path) -> Machine:
    """The machine with every `@file` of its guest users replaced by the keys in it, and its user data read."""
    if any(part.path is not None for part in machine.guest.user_data):
        parts = [_read(part, root) for part in machine.guest.user_data]
        machine = msgspec.structs.replace(machine, guest=msgspec.structs.replace(machine.guest, user_data=parts))
    if not any(entry.startswith("@") for user in machine.guest.users for entry in user.authorized_keys):
        return machine
    users = [
        msgspec.structs.replace(user, authorized_keys=authorized(user.authorized_keys, root))
        for user in machine.guest.users
    ]
    return msgspec.structs.replace(machine, guest=msgspec.structs.replace(machine.guest, users=users))
