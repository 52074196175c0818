"""The module `libvirt`, PyPI's or the distribution's for the same Python; and its errors as ours.

A virtual environment does not see what the distribution installs, and PyPI has sources only, whose build needs
gcc and the headers. So the distribution's directories are asked for these two modules, and for nothing else.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module, util
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

from serai.util.errors import Code, SeraiError

INSTALL = "apt install python3-libvirt (dnf install python3-libvirt), or pip install 'serai[libvirt]'"

LOST = frozenset({"VIR_ERR_RPC", "VIR_ERR_NO_CONNECT", "VIR_ERR_AUTH_CANCELLED"})
"""Codes of a connection that is not there any more, whatever the call was."""
LOST_WORDS = (
    "client socket is closed",
    "End of file while reading",
    "Cannot recv data",
    "Cannot write data",
    "Failed to connect socket",
    "connection closed due to keepalive timeout",
)
CODES = {
    "VIR_ERR_NO_SUPPORT": Code.UNSUPPORTED,
    "VIR_ERR_CONFIG_UNSUPPORTED": Code.UNSUPPORTED,
    "VIR_ERR_ARGUMENT_UNSUPPORTED": Code.UNSUPPORTED,
    "VIR_ERR_OPERATION_UNSUPPORTED": Code.UNSUPPORTED,
    "VIR_ERR_OPERATION_TIMEOUT": Code.TIMEOUT,
    "VIR_ERR_AUTH_FAILED": Code.REFUSED,
    "VIR_ERR_ACCESS_DENIED": Code.REFUSED,
    "VIR_ERR_RESOURCE_BUSY": Code.BUSY,
}
"""libvirt's errors -> ours; every other is Code.FAILED. Source: libvirt/virterror.h."""


def library() -> Any:
    """The module, with its habit of printing errors turned off. Raises Code.MISSING, saying how to install it."""
    return _found()


@cache
def _found() -> ModuleType:
    try:
        found = import_module("libvirt")
    except ImportError:
        _borrow("libvirtmod", "libvirt")
        try:
            found = import_module("libvirt")
        except ImportError as error:
            raise SeraiError(
                Code.MISSING, f"the Python module libvirt is not there: {error}", hint=INSTALL
            ) from error
    found.registerErrorHandler(_silent, None)
    return found


def library_qemu() -> Any:
    """The module for what only QEMU's driver has; it comes with the other."""
    library()
    try:
        return import_module("libvirt_qemu")
    except ImportError:
        _borrow("libvirtmod_qemu", "libvirt_qemu")
        return import_module("libvirt_qemu")


def _silent(_context: object, _error: object) -> None:
    """Errors come as exceptions as well; libvirt would print them to stderr besides."""


def places() -> list[str]:
    """Where distributions put modules for the Python that runs: Debian, Fedora, Arch."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return [
        "/usr/lib/python3/dist-packages",
        f"/usr/lib64/python{version}/site-packages",
        f"/usr/lib/python{version}/site-packages",
    ]


def _borrow(*names: str) -> None:
    """Load both halves from the distribution, if its build is for this Python (the suffix of the file says so)."""
    for name in names:
        spec = PathFinder.find_spec(name, places())
        if spec is None or spec.loader is None:
            return
        module = util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except ImportError:
            del sys.modules[name]
            raise


def code_of(error: Any) -> str:
    """The name of a libvirt.libvirtError's code: `VIR_ERR_NO_DOMAIN`."""
    return _names().get(error.get_error_code(), "")


@cache
def _names() -> dict[int, str]:
    known = vars(library()).items()
    return {value: name for name, value in known if name.startswith("VIR_ERR_") and isinstance(value, int)}


def is_gone(error: Any) -> bool:
    """The object that was asked for does not exist."""
    return code_of(error).startswith("VIR_ERR_NO_") and code_of(error) not in (
        "VIR_ERR_NO_SUPPORT",
        "VIR_ERR_NO_CONNECT",
    )


def is_lost(error: Any) -> bool:
    """The daemon hung up or is not there: nothing is known of what was asked.

    Nor is it when the error says nothing: libvirt forgets it when Python frees another object of libvirt's first.
    """
    if error.get_error_code() is None:
        return True
    return code_of(error) in LOST or any(word in str(error) for word in LOST_WORDS)


def failure(error: Any, what: str, hint: str = "") -> SeraiError:
    """A libvirt.libvirtError as ours: `what` (`web: its domain cannot be started`), then libvirt's own words."""
    said = (error.get_error_message() or str(error)).strip().rstrip(".")
    if is_lost(error):
        return SeraiError(Code.NETWORK, f"{what}: libvirt hung up: {said}", hint=hint or "run it again")
    first, *more = said.splitlines()
    return SeraiError(CODES.get(code_of(error), Code.FAILED), f"{what}: {first}", hint=hint, details=more[-8:])
