"""What an engine refuses, as errors of serai's: named by the machine, with the next command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from serai.providers.docker import connect, exits
from serai.util.errors import Code, SeraiError

NO_ROOM = "no space left on device"
NO_GPU = ("could not select device driver", "unresolvable cdi device")
"""Source: moby, daemon/devices.go; container-device-interface, pkg/cdi/cache.go."""


@contextmanager
def asking(what: str, at: connect.Engine, provider: str) -> Iterator[None]:
    """Turn the SDK's errors into ours: `what` is in front of the engine's own words."""
    try:
        yield
    except SeraiError:
        raise
    except Exception as error:
        if (ours := _ours(error, what, at, provider)) is None:
            raise
        raise ours from error


def _ours(error: Exception, what: str, at: connect.Engine, provider: str) -> SeraiError | None:
    """None: it is none of the SDK's, which is not imported to find that out."""
    if "docker" not in sys.modules:
        return None
    import requests

    errors = connect.library().errors
    if isinstance(error, errors.APIError):
        return refused(what, str(error.explanation or error), error.status_code or 0)
    if isinstance(error, requests.exceptions.RequestException):
        return connect.silent(at, provider, error)
    return SeraiError(Code.FAILED, f"{what}: {error}") if isinstance(error, errors.DockerException) else None


def refused(what: str, message: str, status: int = 0) -> SeraiError:
    """The engine's words in short, with the way out of what is known."""
    said = exits.of_start(message)
    lower = message.lower()
    if said != message.strip():
        hint = "container.cmd and container.entrypoint say what is run; docker image inspect shows the image's own"
        return SeraiError(Code.FAILED, f"{what}: {said}", hint=hint)
    if exits.is_port(message):
        hint = "serai port shows the project's own; set auto_correct: true, or choose another port"
        return SeraiError(Code.BUSY, f"{what}: a port of the host is taken: {said}", hint=hint)
    if "slirp4netns" in lower and "/dev/net/tun" in lower:
        hint = "as root: chmod 666 /dev/net/tun, which udev does at boot"
        return SeraiError(Code.REFUSED, f"{what}: slirp4netns may not open /dev/net/tun", hint=hint)
    if any(words in lower for words in NO_GPU):
        hint = "container.gpus wants the GPU's driver and nvidia-container-toolkit on the host; or leave it out"
        return SeraiError(Code.MISSING, f"{what}: this engine has no GPU to give: {said}", hint=hint)
    if NO_ROOM in lower:
        return SeraiError(Code.FAILED, f"{what}: {said}", hint="docker system df shows what takes the room")
    if "pool overlaps" in lower or "overlaps with" in lower:
        return SeraiError(Code.BUSY, f"{what}: {said}", hint="state another subnet: networks.NAME.subnet")
    if "no chain/target/match" in lower or ("iptables" in lower and "no such file" not in lower):
        hint = "serai host check shows what became of docker's chains (serai explain DOC-6)"
        return SeraiError(Code.FAILED, f"{what}: {said}", hint=hint)
    if status == 409 and "already in use" in lower:
        return SeraiError(
            Code.BUSY, f"{what}: {said}", hint="container.name: another one, or remove that container"
        )
    return SeraiError(Code.FAILED, f"{what}: {said}")
