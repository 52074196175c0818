"""Files into and out of a guest by tar over its connection: no sftp needed, busybox is enough."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from shlex import quote
from typing import IO, Protocol

from serai.guest.unpack import unpack
from serai.util.errors import Code, SeraiError
from serai.util.process import run

Keep = Callable[[str], bool]
"""Whether an entry of a tree is copied, by its path relative to the tree's root."""


class Way(Protocol):
    """The part of a PipeTransport that copying needs."""

    name: str

    def popen(self, script: str, stderr: IO[bytes], *, sending: bool) -> subprocess.Popen[bytes]: ...

    def broken(self, code: int, stderr: str) -> SeraiError | None: ...


# Words of all scripts: $1 path, $2 the source's name, $3 owner or nothing, $4 f(ile) or d(irectory).
_PUT = r"""
set -e
d=$1; t=; trap '[ -z "$t" ] || rm -rf "$t"' EXIT
if [ "$4" = f ]; then
  if [ -d "$d" ]; then d=$d/$2; fi
  p=$(dirname "$d"); mkdir -p "$p"
  t=$(mktemp -d "$p/.serai.XXXXXX"); tar -xpf - -C "$t"
  if [ -n "$3" ]; then chown "$3" "$t/x"; fi
  mv -f "$t/x" "$d"
elif [ -z "$3" ]; then
  mkdir -p "$d"; tar -xpf - -C "$d"
else
  new=; if [ ! -d "$d" ]; then mkdir -p "$d"; new=1; fi
  t=$(mktemp -d "$d/.serai.XXXXXX"); tar -xpf - -C "$t"
  chown -R "$3" "$t"
  for f in "$t"/* "$t"/.[!.]* "$t"/..?*; do
    if [ -e "$f" ] || [ -L "$f" ]; then cp -a "$f" "$d/"; fi
  done
  if [ -n "$new" ]; then chown "$3" "$d"; fi
fi
"""
_GET = r"""
[ -e "$1" ] || [ -L "$1" ] || { echo "$1: no such file or directory" >&2; exit 1; }
s=$(readlink -f "$1"); cd "$(dirname "$s")" && tar -cf - "./$(basename "$s")"
"""
_EXPAND = (
    "cd; d=$1; case $d in '~' | '$HOME') d=$HOME ;; '~/'*) d=$HOME/${d#'~/'} ;; "
    "'$HOME/'*) d=$HOME/${d#'$HOME/'} ;; /*) ;; *) d=$PWD/$d ;; esac\n"
)
# n: the nearest directory that is there, in which the login would have to write.
_NEAREST = r"""
case $d in */) d=$d$2 ;; esac
n=$d; if [ "$4" = f ] && [ ! -d "$d" ]; then n=$(dirname "$d"); fi
while [ ! -e "$n" ]; do n=$(dirname "$n"); done
"""
_BECOME = r"""
if [ "$(id -u)" = 0 ] || { %s; }; then r=
elif command -v sudo >/dev/null 2>&1; then r='sudo -n'
elif command -v doas >/dev/null 2>&1; then r='doas -n'
else echo "$d: this needs root, and the guest has neither sudo nor doas" >&2; exit 126; fi
"""


def put(
    way: Way,
    source: Path,
    destination: str,
    *,
    mode: str | None = None,
    owner: str | None = None,
    keep: Keep | None = None,
) -> None:
    """Send a file or a tree; see Transport.put. `keep` chooses among a tree's entries."""
    if not source.exists():
        raise SeraiError(Code.INPUT, f"{way.name}: {source} does not exist")
    words = (destination, source.resolve().name, owner or "", "d" if source.is_dir() else "f")
    script = (
        f"set -- {' '.join(map(quote, words))}\n{_EXPAND}{_NEAREST}"
        + _BECOME % '[ -z "$3" ] && [ -w "$n" ]'
        + f'$r sh -c {quote(_PUT)} put "$d" "$2" "$3" "$4"'
    )
    with _piped(way, script, f"copying {source} to {destination}", sending=True) as pipe:
        pack(pipe, source, mode=mode, keep=keep)


def get(way: Way, source: str, destination: Path) -> None:
    """Fetch a file or a tree; see Transport.get."""
    script = (
        f"set -- {quote(source)}\n{_EXPAND}"
        + _BECOME % '[ -r "$d" ] || ! command -v sudo >/dev/null 2>&1'
        + f'$r sh -c {quote(_GET)} get "$d"'
    )
    with _piped(way, script, f"copying {source}", sending=False) as pipe:
        left_out = unpack(pipe, destination)
    if left_out:
        raise SeraiError(
            Code.REFUSED,
            f"{way.name}: {source} was copied without {len(left_out)} of its entries: they lead out of the copy, "
            "or are no plain files",
            details=left_out[:20],
        )


def pack(pipe: IO[bytes], source: Path, *, mode: str | None = None, keep: Keep | None = None) -> None:
    """Write a tar of a file (as `x`) or of a tree's content; GNU format, which busybox reads too.

    `mode` is that of files alone, which no option of tar says.
    """
    if source.is_dir() and mode is None and (tar_program := gnu_tar()):
        _pack_by(tar_program, pipe, source, keep)
        return
    with tarfile.open(fileobj=pipe, mode="w|", format=tarfile.GNU_FORMAT, bufsize=1 << 16) as tar:
        if not source.is_dir():
            _add(tar, source.resolve(), "x", mode)
            return
        for path, name in walk(source):
            if keep is None or keep(name):
                _add(tar, path, name, mode)


@cache
def gnu_tar() -> str | None:
    """The host's tar, where it is GNU's: five times as fast as Python's with many small files."""
    found = shutil.which("tar")
    if found is None:
        return None
    return found if "GNU tar" in run([found, "--version"], check=False).stdout else None


AS_ROOT = ("--owner=root:0", "--group=root:0", "--format=gnu", "--hard-dereference", "--no-recursion", "--null")
"""What `_add` does. Source: tar(1) of GNU."""
CHANGED = 1
"""tar's exit code when a file changed while it was read, or a socket was left out. Source: GNU tar, synopsis."""


def _pack_by(program: str, pipe: IO[bytes], source: Path, keep: Keep | None) -> None:
    """The same by tar, of the same names in the same order."""
    with tempfile.TemporaryFile() as names:
        for entry, name in _entries(source, ""):
            if _plain(entry) and (keep is None or keep(name)):
                names.write(os.fsencode(f"./{name}\0"))
        names.seek(0)
        pipe.flush()
        argv = [program, *AS_ROOT, "-C", str(source), "-T", "-", "-cf", "-"]
        done = subprocess.run(argv, stdin=names, stdout=pipe, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, CHANGED):
        lines = done.stderr.decode(errors="replace").splitlines()
        if any("Broken pipe" in line for line in lines) or done.returncode < 0:
            raise BrokenPipeError  # the guest's side ended first: it says why
        raise OSError(lines[0] if lines else f"tar ended with exit code {done.returncode}")


def walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Every entry of a tree, sorted, a directory before what is in it; links are not followed."""
    for entry, name in _entries(root, ""):
        yield Path(entry.path), name


def _entries(root: Path | str, below: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        name = f"{below}{entry.name}"
        yield entry, name
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path, f"{name}/")


def _plain(entry: os.DirEntry[str]) -> bool:
    """Sockets, pipes and devices have nothing to copy."""
    return entry.is_symlink() or entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


def _add(tar: tarfile.TarFile, path: Path, name: str, mode: str | None) -> None:
    info = tar.gettarinfo(path, arcname=name)
    if info is None or not (info.isreg() or info.isdir() or info.issym() or info.islnk()):
        return  # sockets, pipes and devices have nothing to copy
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    if info.islnk():  # a further name of a file: sent as a file of its own
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", path.stat().st_size
    if not info.isreg():
        tar.addfile(info)
        return
    if mode is not None:
        info.mode = int(mode, 8)
    with path.open("rb") as file:
        tar.addfile(info, file)


@contextmanager
def _piped(way: Way, script: str, what: str, *, sending: bool) -> Iterator[IO[bytes]]:
    """A pipe to or from `script` in the guest; at its end the guest's own word comes before ours."""
    ours: SeraiError | None = None
    with tempfile.TemporaryFile() as errors, way.popen(script, errors, sending=sending) as process:
        pipe = process.stdin if sending else process.stdout
        assert pipe is not None
        try:
            yield pipe
        except BrokenPipeError:
            pass  # the guest's side ended first: its exit code tells why
        except (OSError, tarfile.TarError) as error:
            ours = SeraiError(Code.FAILED, f"{way.name}: {what}: {error}")
        except BaseException:
            process.kill()
            raise
        with suppress(BrokenPipeError):
            pipe.close()
        code = process.wait()
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    if code:
        if lost := way.broken(code, said):
            raise lost
        lines = [line for line in said.splitlines() if line.strip()]
        cause = lines[-1] if lines else f"exit code {code}"
        raise SeraiError(Code.FAILED, f"{way.name}: {what}: {cause}", details=lines[-8:-1])
    if ours:
        raise ours
