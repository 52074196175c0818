"""serai: one project file becomes machines on any hypervisor."""

import sys

__version__ = "0.1.0"

# msgspec takes what it needs of typing from typing_extensions where that is installed, which imports inspect: half
# of msgspec's time. From 3.11 on, Python's own typing has it all.
if "typing_extensions" not in sys.modules:
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec as _msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
