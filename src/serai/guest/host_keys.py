"""SSH host keys for a guest, made on the host: at once, and while the guest is still being woken.

Under emulation a guest takes seconds for one of its own. They are in a private directory until they are read, and
in none afterwards.
Source: ssh-keygen(1); OpenSSH, PROTOCOL.key; dropbear, svr-runopts.c and signkey.c, for its own form.
"""

from __future__ import annotations

import subprocess
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from types import TracebackType

from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.process import which

DROPBEAR = "dropbear"
"""Stands for the one key of a dropbear; other kinds are those of `ssh-keygen -t`."""
KINDS = ("rsa", "ecdsa", "ed25519", DROPBEAR)
BUDGET = 120.0
"""Seconds for all of them: RSA needs half of one on an idle host."""
_MAGIC = b"openssh-key-v1\0"
_ED25519 = b"ssh-ed25519"


class Making:
    """Keys that are being made. Use it in a `with`: nothing of them stays behind."""

    def __init__(self, directory: Path, kinds: Sequence[str], comment: str) -> None:
        self._directory = directory / "host-keys"
        rmtree(self._directory, ignore_errors=True)
        private_dir(self._directory)
        self._running = {kind: self._start(kind, comment) for kind in kinds}

    def _start(self, kind: str, comment: str) -> subprocess.Popen[bytes]:
        made = "ed25519" if kind == DROPBEAR else kind
        words = [which("ssh-keygen", "openssh-client"), "-q", "-t", made, "-N", "", "-C", comment, "-f", kind]
        null = subprocess.DEVNULL
        return subprocess.Popen(words, cwd=self._directory, stdin=null, stdout=null, stderr=null)

    def are_made(self) -> bool:
        """Whether `values` waits for nothing."""
        return all(process.poll() is not None for process in self._running.values())

    def values(self) -> Mapping[str, str]:
        """By the names of guest/becoming.py, when they are made. Raises Code.FAILED."""
        found: dict[str, str] = {}
        for kind, process in self._running.items():
            try:
                code = process.wait(BUDGET)
            except subprocess.TimeoutExpired:
                code = -1
            if code:
                raise SeraiError(Code.FAILED, f"ssh-keygen made no host key of the kind {kind}: exit code {code}")
            private, public = (self._directory / kind).read_text(), (self._directory / f"{kind}.pub").read_text()
            found[f"key_{kind}"] = _octal(dropbear_form(private)) if kind == DROPBEAR else private.rstrip("\n")
            if kind != DROPBEAR:
                found[f"pub_{kind}"] = public.rstrip("\n")
        return found

    def __enter__(self) -> Making:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
        rmtree(self._directory, ignore_errors=True)


def dropbear_form(private: str) -> bytes:
    """An ed25519 key as dropbear keeps it: its name, then the secret and the public half together."""
    lines = [line for line in private.splitlines() if line and not line.startswith("-")]
    data = b64decode("".join(lines))
    if not data.startswith(_MAGIC):
        raise SeraiError(Code.CORRUPT, "this is no private key of OpenSSH's")
    rest = data[len(_MAGIC) :]
    for _ in ("cipher", "kdf", "options"):
        _, rest = _string(rest)
    _, rest = _string(rest[4:])  # after the number of keys, the public one
    section, _ = _string(rest)
    name, section = _string(section[8:])  # after a number, twice, that tells whether it was decrypted well
    if name != _ED25519:
        raise SeraiError(Code.CORRUPT, "this is no ed25519 key")
    _, section = _string(section)
    both, _ = _string(section)
    return b"".join(len(part).to_bytes(4, "big") + part for part in (name, both))


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string of SSH's, and what follows it. Source: RFC 4251, 5."""
    end = 4 + int.from_bytes(data[:4], "big")
    return data[4:end], data[end:]


def _octal(data: bytes) -> str:
    """As printf(1) writes it."""
    return "".join(f"\\{byte:03o}" for byte in data)
