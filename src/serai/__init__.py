"""serai: one project file becomes machines on any hypervisor."""

import os
import sys
from types import ModuleType

__version__ = "0.1.0"


class _Later(ModuleType):
    """A module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> object:
        from importlib import import_module

        return getattr(import_module(self.__name__), name)


class _Platform(_Later):
    """Of platform, what uuid asks for while it is imported."""

    @staticmethod
    def system() -> str:
        return os.uname().sysname


# msgspec takes what it needs of typing from typing_extensions where that is installed, which imports inspect: half
# of msgspec's time. From 3.11 on, Python's own typing has it all. textwrap, 2 ms, is for schemas alone; platform,
# another 2 ms, tells uuid what uname(2) says.
_later = (
    ("typing_extensions", None),
    ("textwrap", _Later("textwrap")),
    ("platform", _Platform("platform")),
)
_instead = {name: module for name, module in _later if name not in sys.modules}
sys.modules.update(_instead)  # type: ignore[arg-type]
try:
    import msgspec as _msgspec  # noqa: F401
finally:
    for _name in _instead:
        del sys.modules[_name]
