"""Roots of Debian for containers, each with a mirror in it, the only source that its apt has.

No network is needed then. Made by mmdebstrap once, and kept in the test cache by what is in them.
"""

from __future__ import annotations

import os
import subprocess
from hashlib import sha256
from pathlib import Path

RELEASE = "bookworm"
ALWAYS = ("iproute2", "procps")
MIRROR = r"""
set -e
root=$1; shift
mkdir -p "$root/srv/mirror/partial"
[ $# = 0 ] || APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -y --no-install-recommends --download-only \
    -o Dir::Cache::archives="$root/srv/mirror" install "$@"
cd "$root/srv/mirror"
rm -rf partial lock
for file in *.deb; do
    [ -e "$file" ] || continue
    dpkg-deb -f "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" \
        "$(sha256sum <"$file" | cut -d ' ' -f 1)"
done >Packages
rm -rf "$root"/etc/apt/sources.list* "$root"/var/lib/apt/lists/*
echo 'deb [trusted=yes] file:/srv/mirror ./' >"$root/etc/apt/sources.list"
"""


def with_mirror(cache: Path, *packages: str, there: tuple[str, ...] = ()) -> Path:
    """The tar of a root that has `there` installed, and `packages` with all that they need in its mirror."""
    include = ",".join((*ALWAYS, *there))
    key = sha256("\0".join((MIRROR, include, *packages)).encode()).hexdigest()[:12]
    path = cache / f"guest-{RELEASE}-{key}.tar"
    if path.exists():
        return path
    script = cache / f"mirror-{key}.{os.getpid()}.sh"
    draft = path.with_suffix(f".{os.getpid()}.tar")  # another worker may make it, too
    script.write_text(MIRROR)
    hook = f'sh {script} "$1" {" ".join(packages)}'
    try:
        subprocess.run(
            [
                "mmdebstrap",
                "--quiet",
                "--variant=minbase",
                f"--include={include}",
                f"--customize-hook={hook}",
                RELEASE,
                str(draft),
            ],
            check=True,
            capture_output=True,
        )
        draft.rename(path)
    finally:
        script.unlink()
        draft.unlink(missing_ok=True)
    return path
