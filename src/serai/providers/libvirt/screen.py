"""What a machine's screen shows, as a picture."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import Scope
from serai.providers.libvirt import ledger
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, opened
from serai.providers.libvirt.define import lookup
from serai.providers.libvirt.upload import streaming
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.png import from_ppm


def screenshot(scope: Scope, name: str, target: Path) -> None:
    """Write it as PNG. Raises Code.FAILED for a machine that is off, or has no screen."""
    libvirt = library()
    state = ledger.made(scope, name)
    conn = opened(state.uri)
    domain = lookup(conn, state.uuid)
    if domain is None or not domain.isActive():
        raise SeraiError(Code.FAILED, f"{name} is off: it shows nothing", hint=f"serai up {name}")
    data = bytearray()
    with asking(f"{name}: its screen cannot be seen", hint="a screen is `devices: {graphics: vnc}`"):
        try:
            with streaming(conn) as stream:
                domain.screenshot(stream, 0, 0)
                stream.recvAll(lambda _stream, block, _opaque: data.extend(block), None)
        except libvirt.libvirtError as error:
            if "no screens" not in str(error).lower() and "no console" not in str(error).lower():
                raise
            raise SeraiError(
                Code.FAILED, f"{name} has no screen", hint="devices: {graphics: vnc}, then serai reload"
            ) from error
    try:
        picture = from_ppm(bytes(data))
    except ValueError as error:
        raise SeraiError(Code.FAILED, f"{name}: libvirt gave no picture: {error}") from error
    write_atomic(target, picture, mode=0o644)
