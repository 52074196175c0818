"""A kernel and its modules in unpacked packages: where each is, and the modules.dep that modprobe reads."""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterable
from pathlib import Path

from serai.util.errors import Code, SeraiError


class Modules:
    """The modules below `/lib/modules/VERSION` of an unpacked kernel."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files = {_name(path): path for path in sorted(root.rglob("*.ko*"))}

    @classmethod
    def of(cls, tree: Path) -> Modules:
        """The modules of the kernel in a tree of unpacked packages; Debian ships them below /usr/lib from 13 on.

        Raises SeraiError when there are none.
        """
        for folder in ("usr/lib/modules", "lib/modules"):
            for root in sorted((tree / folder).glob("[0-9]*")):
                return cls(root)
        raise SeraiError(Code.FAILED, "the kernel packages hold neither /usr/lib/modules nor /lib/modules")

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def read(self, name: str) -> bytes:
        """The module's ELF file, decompressed."""
        path = self._files[name]
        if path.suffix == ".xz":
            return lzma.decompress(path.read_bytes())
        if path.suffix == ".zst":
            import subprocess

            from serai.util.process import which

            return subprocess.run([which("zstd", "zstd"), "-dc", path], capture_output=True, check=True).stdout
        if path.suffix != ".ko":
            raise SeraiError(Code.UNSUPPORTED, f"{path.name}: unknown compression of a kernel module")
        return path.read_bytes()

    def chosen(self, names: Iterable[str]) -> dict[str, tuple[bytes, list[str]]]:
        """Name -> (file, names of what it depends on), for the named modules and all that they need.

        Names that this kernel does not have as modules are left out: they are built in, or not there.
        """
        result: dict[str, tuple[bytes, list[str]]] = {}
        queue = [name for name in names if name in self._files]
        while queue:
            name = queue.pop(0)
            if name in result:
                continue
            data = self.read(name)
            needs = depends(data)
            result[name] = (data, needs)
            queue += [need for need in needs if need in self._files]
        return result


def kernel_image(tree: Path, modules: Modules) -> Path:
    """The bootable kernel; Debian ships it beside the modules from 14 on. Raises SeraiError when there is none."""
    for path in (*sorted((tree / "boot").glob("vmlinu[xz]-*")), modules.root / "vmlinuz"):
        if path.is_file():
            return path
    raise SeraiError(Code.FAILED, "the kernel packages hold no vmlinuz, in /boot or beside the modules")


def _name(path: Path) -> str:
    return path.name.split(".ko")[0].replace("-", "_")


def depends(data: bytes) -> list[str]:
    """What a module's `.modinfo` says it depends on."""
    match = re.search(rb"\0depends=([^\0]*)\0", data)
    return [word.replace("-", "_") for word in match[1].decode().split(",") if word] if match else []


def dependency_file(modules: dict[str, tuple[bytes, list[str]]]) -> str:
    """modules.dep for modules that lie as `NAME.ko` in one directory.

    Each line lists all that is needed, a user before what it uses: modprobe loads them from the end.
    """

    def load_order(name: str, seen: list[str]) -> list[str]:
        for need in modules[name][1]:
            if need in modules and need not in seen:
                load_order(need, seen)
        seen.append(name)
        return seen

    lines = []
    for name in sorted(modules):
        first_to_last = load_order(name, [])
        lines.append(f"{name}.ko:{''.join(f' {need}.ko' for need in reversed(first_to_last[:-1]))}\n")
    return "".join(lines)
