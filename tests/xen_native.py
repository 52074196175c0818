"""libvirt's own converter of xl's files, and xl's own reader of them, in their libraries: neither needs Xen.

`virsh domxml-from-native xen-xl` is this function behind a connection, which only a dom0 gives. Run as a program,
so that a crash of it is one of a process: reads `{"case": "xl.cfg", …}` from stdin, and writes what each is.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

DRIVERS = "/usr/lib/*/libvirt/connection-driver/libvirt_driver_libxl.so"
READERS = "/usr/lib/*/libxlutil.so.*"
SPACE = 65536
"""Bytes for one of xl's own structures, whose sizes are nobody's business but its own."""
GUESTS = (("xen", "xenpv"), ("xenpvh", "xenpvh"), ("hvm", "xenfv"))
MIGRATABLE = 2
"""VIR_DOMAIN_XML_INACTIVE: as a domain is defined."""


def is_there() -> bool:
    return bool(_found(DRIVERS) and _found(READERS))


def _found(pattern: str) -> list[str]:
    return sorted(str(path) for path in Path("/").glob(pattern.lstrip("/")))


@cache
def converted(cases: str) -> dict[str, dict[str, Any]]:
    """`cases` is JSON: name -> text. Name -> {"xml": …, "keys": …, "error": …}."""
    done = subprocess.run([sys.executable, __file__], input=cases, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


class Converter:
    """xenParseXL, with the capabilities that libvirt's own tests of it make up."""

    def __init__(self) -> None:
        self.core = ctypes.CDLL("libvirt.so.0", mode=ctypes.RTLD_GLOBAL)
        self.driver = ctypes.CDLL(_found(DRIVERS)[0])
        text, number, thing = ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p
        self._of(self.core, "virInitialize", number)()
        self.caps = self._capabilities(text, number, thing)
        self.options = self._of(self.driver, "libxlCreateXMLConf", thing, thing)(None)
        self.read = self._of(self.core, "virConfReadString", thing, text, ctypes.c_uint)
        self.parse = self._of(self.driver, "xenParseXL", thing, thing, thing, thing)
        self.format = self._of(self.core, "virDomainDefFormat", text, thing, thing, ctypes.c_uint)
        self.reset = self._of(self.core, "virResetLastError", None)
        self.error = self._of(self.core, "virGetLastErrorMessage", text)

    @staticmethod
    def _of(library: Any, name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(library, name)
        function.restype, function.argtypes = result, list(arguments)
        return function

    def _capabilities(self, text: Any, number: Any, thing: Any) -> Any:
        core, strings = self.core, ctypes.POINTER(ctypes.c_char_p)
        arch = self._of(core, "virArchFromString", number, text)(b"x86_64")
        kind = self._of(core, "virDomainVirtTypeFromString", number, text)(b"xen")
        system = self._of(core, "virDomainOSTypeFromString", number, text)
        boards = self._of(core, "virCapabilitiesAllocMachines", thing, strings, number)
        guest = self._of(core, "virCapabilitiesAddGuest", thing, thing, number, number, text, text, number, thing)
        domain = self._of(core, "virCapabilitiesAddGuestDomain", thing, thing, number, text, text, number, thing)
        caps = self._of(core, "virCapabilitiesNew", thing, number, ctypes.c_bool, ctypes.c_bool)(
            arch, False, False
        )
        for name, board in GUESTS:
            loader = b"/usr/lib/xen/boot/hvmloader" if name == "hvm" else None
            named = boards((ctypes.c_char_p * 2)(board.encode(), None), 1)
            made = guest(caps, system(name.encode()), arch, b"/usr/bin/qemu-system-i386", loader, 1, named)
            domain(made, kind, None, None, 0, None)
        return caps

    def __call__(self, config: str) -> dict[str, Any]:
        self.reset()
        conf = self.read(config.encode(), 0)
        found = self.parse(conf, self.caps, self.options) if conf else None
        if not found:
            return {"error": self.error().decode()}
        return {"xml": self.format(found, self.options, MIGRATABLE).decode()}


class Reader:
    """What xl reads of the file: each key as text or list, and each disk as xl takes it apart."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL(_found(READERS)[0])
        self.libc = ctypes.CDLL(None)
        self.libc.fdopen.restype = ctypes.c_void_p
        self.errors = ctypes.c_void_p(self.libc.fdopen(2, b"w"))
        self.library.xlu_cfg_init.restype = ctypes.c_void_p
        self.library.xlu_cfg_get_listitem.restype = ctypes.c_char_p

    def __call__(self, config: str, keys: list[str]) -> dict[str, Any]:
        cfg = ctypes.c_void_p(self.library.xlu_cfg_init(self.errors, b"test"))
        data = config.encode()
        code = self.library.xlu_cfg_readdata(cfg, data, len(data))
        if code:
            return {"error": f"xl reads it with code {code}"}
        found: dict[str, Any] = {}
        for key in keys:
            text = ctypes.c_char_p()
            items, count = ctypes.c_void_p(), ctypes.c_int()
            if not self.library.xlu_cfg_get_string(cfg, key.encode(), ctypes.byref(text), 1):
                found[key] = (text.value or b"").decode()
            elif not self.library.xlu_cfg_get_list(cfg, key.encode(), ctypes.byref(items), ctypes.byref(count), 1):
                each = [self.library.xlu_cfg_get_listitem(items, number) for number in range(count.value)]
                found[key] = [item.decode() if item is not None else None for item in each]
                if key == "disk":
                    found["disk codes"] = [self._disk(cfg, item) for item in each]
        return {"keys": found}

    def _disk(self, cfg: Any, item: bytes) -> int:
        specs = (ctypes.c_char_p * 1)(item)
        code: int = self.library.xlu_disk_parse(cfg, 1, specs, ctypes.create_string_buffer(SPACE))
        return code


def main() -> None:
    cases = json.loads(sys.stdin.read())
    convert, read = Converter(), Reader()
    found = {}
    for name, text in cases.items():
        keys = [line.partition(" = ")[0] for line in text.splitlines() if " = " in line and line[:1].isalpha()]
        found[name] = convert(text) | read(text, keys)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
