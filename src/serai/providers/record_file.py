"""A machine's record: one file in its directory, replaced in one step, changed under a lock. For any provider."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from serai.util.errors import Code, SeraiError

T = TypeVar("T")

_making = threading.Lock()
"""Two threads that make a decoder of one type at the same time end the process: msgspec lays out a type when it is
first asked for, and other code runs in between."""


def encode_path(value: object) -> object:
    """For msgspec's `enc_hook`: a path is its text."""
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"cannot write {type(value).__name__}")


def decode_path(kind: type, value: object) -> object:
    """For msgspec's `dec_hook`."""
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(f"cannot read {kind}")


def read(path: str, decoder: Callable[[], msgspec.json.Decoder[T]], what: str) -> T | None:
    """The record, or None when there is none. `decoder` is asked only for a file that is there.

    Raises Code.CORRUPT when it cannot be read as `what`.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the path of `status`
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    with _making:
        made = decoder()
    try:
        return made.decode(data)
    except msgspec.DecodeError as error:
        raise SeraiError(
            Code.CORRUPT,
            f"{path} is not {what}: {error}",
            hint="destroy the machine to make it anew, or mend the file",
        ) from error


def write(path: Path, text: bytes, *, sync: bool) -> None:
    """Replace the record in one step, laid out for a person. `sync`: it also survives a power cut."""
    from serai.util.files import write_atomic

    write_atomic(path, msgspec.json.format(text, indent=1), sync=sync)


@contextmanager
def editing(
    lock_file: Path, what: str, load: Callable[[Path], T | None], save: Callable[[Path, T], None]
) -> Iterator[T]:
    """Change the record in the lock's directory under that lock. Raises Code.FAILED when there is none."""
    from serai.util.locks import lock

    directory = lock_file.parent
    if load(directory) is None:
        raise _missing(directory, what)
    with lock(lock_file, what=f"{what} {directory.name}"):
        record = load(directory)
        if record is None:
            raise _missing(directory, what)
        yield record
        save(directory, record)


def _missing(directory: Path, what: str) -> SeraiError:
    return SeraiError(Code.FAILED, f"{directory.name}: there is no such {what}", hint="serai up")
