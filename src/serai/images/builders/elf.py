"""Which shared libraries an ELF program names, and which of them a tree of unpacked packages holds.

Source: the System V ABI, dynamic section (DT_NEEDED, DT_STRTAB) and program headers (PT_INTERP).
"""

from __future__ import annotations

import struct
from pathlib import Path

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NULL, _DT_NEEDED, _DT_STRTAB = 0, 1, 5


def needed(data: bytes) -> tuple[str, list[str]]:
    """The program's loader (empty when static) and the libraries it needs; little-endian ELF64 only.

    Raises ValueError when it is something else.
    """
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a little-endian ELF64 file")
    (table,) = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    headers = [struct.unpack_from("<IIQQQQQQ", data, table + i * size) for i in range(count)]
    loads = [
        (virtual, offset, length) for kind, _f, offset, virtual, _p, length, *_ in headers if kind == _PT_LOAD
    ]
    interpreter, names = "", []
    for kind, _flags, offset, _virtual, _physical, length, *_ in headers:
        if kind == _PT_INTERP:
            interpreter = data[offset : offset + length].rstrip(b"\0").decode()
        elif kind == _PT_DYNAMIC:
            entries = list(struct.iter_unpack("<QQ", data[offset : offset + length]))
            strings = next((value for tag, value in entries if tag == _DT_STRTAB), 0)
            start = _file_offset(strings, loads)
            for tag, value in entries:
                if tag == _DT_NULL:
                    break
                if tag == _DT_NEEDED:
                    end = data.index(b"\0", start + value)
                    names.append(data[start + value : end].decode())
    return interpreter, names


def _file_offset(address: int, loads: list[tuple[int, int, int]]) -> int:
    for virtual, offset, length in loads:
        if virtual <= address < virtual + length:
            return address - virtual + offset
    raise ValueError("the dynamic section points outside the file")


def closure(programs: list[Path], tree: Path) -> dict[str, Path]:
    """Path in the guest -> file, for every library that the programs need, and their loader.

    Raises FileNotFoundError naming the library that `tree` does not hold.
    """
    found: dict[str, Path] = {}
    index = {path.name: path for path in tree.rglob("*.so*") if not path.is_dir()}
    queue = list(programs)
    while queue:
        program = queue.pop()
        interpreter, names = needed(program.read_bytes())
        for name in [Path(interpreter).name, *names] if interpreter else names:
            if name not in index:
                raise FileNotFoundError(f"{program.name} needs {name}, which no unpacked package holds")
            guest = interpreter if name == Path(interpreter).name else f"/lib/{name}"
            if name.startswith("ld-linux"):
                guest = interpreter or found_loader(found, name)
            if guest and guest not in found:
                found[guest] = _within(index[name], tree)
                queue.append(found[guest])
    return found


def found_loader(found: dict[str, Path], name: str) -> str:
    """The guest path under which the loader is already there (libraries name it too), or an empty string."""
    return next((path for path in found if path.endswith(f"/{name}")), "")


def _within(path: Path, tree: Path) -> Path:
    """The file that a link of the tree means; absolute links are relative to the tree."""
    for _hop in range(8):
        if not path.is_symlink():
            return path
        target = path.readlink()
        path = tree / str(target).lstrip("/") if target.is_absolute() else path.parent / target
    raise FileNotFoundError(f"{path} is a link to itself")
