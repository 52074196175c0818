"""What a machine's screen shows, as a picture. Source: QEMU, qapi/ui.json, screendump."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import Scope
from serai.providers.qemu import launch, running
from serai.providers.qemu.qmp import QmpError
from serai.providers.qemu.record import is_alive
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.png import from_ppm


def screenshot(scope: Scope, name: str, target: Path) -> None:
    """Write it as PNG. Raises Code.FAILED for a machine that is off, or has no screen."""
    running.made(scope, name)
    directory = running.directory_of(scope, name)
    if not is_alive(directory):
        raise SeraiError(Code.FAILED, f"{name} is off: it shows nothing", hint=f"serai up {name}")
    picture = directory / "screen.ppm"
    try:
        with launch.connect(directory, name) as qmp:
            qmp.execute("screendump", {"filename": str(picture)})
        write_atomic(target, from_ppm(picture.read_bytes()), mode=0o644)
    except QmpError as error:
        raise SeraiError(
            Code.FAILED, f"{name} has no screen: {error.text}", hint="devices: {graphics: vnc}, then serai reload"
        ) from error
    finally:
        picture.unlink(missing_ok=True)
