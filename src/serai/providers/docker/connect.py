"""Which engine is spoken to, and why none answers.

In this order: DOCKER_HOST, the context that is chosen (DOCKER_CONTEXT, `docker context use`), the socket of a
rootless docker, of the user's podman, of the system's docker, of the system's podman.
Source: docker, docs/reference/commandline/cli.md; podman, docs/source/markdown/podman-system-service.1.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError

OLDEST = (1, 24)
"""The oldest API that is spoken: Docker 1.12."""
LIBPOD = "v4.0.0/libpod"
"""podman's own API, at the oldest version that has what is asked, on the socket that speaks docker's, too."""
INSTALL = "pip install 'serai[docker]', in the environment that serai runs in"
BUDGET = 60
"""Seconds that one call may take; what takes longer (pull, build, wait) is a stream, or has its own."""


class Engine(msgspec.Struct, frozen=True):
    """Where an engine is: `unix:///run/docker.sock`, `tcp://host:2376`, `ssh://user@host`."""

    host: str
    source: str
    """Who says so, for a person: `DOCKER_HOST`, `context lab`, `socket`."""
    tls: Path | None = None
    """Directory with ca.pem, cert.pem and key.pem."""
    verify: bool = True

    @property
    def socket(self) -> str:
        """The path of its socket; empty for an engine that is elsewhere."""
        return self.host.removeprefix("unix://") if self.host.startswith("unix://") else ""


def engine(provider: str, environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> Engine:
    """The engine for a provider. Raises Code.MISSING when no socket is there.

    `root` is what the system's sockets are looked for below.
    """
    named = _named_podman(environ) if provider == "podman" else _named(environ)
    if named:
        return named
    looked = list(_sockets(provider, environ, root))
    for path in looked:
        if path.is_socket():
            return Engine(f"unix://{path}", "socket")
    programs = {"docker": "systemctl start docker (docker.io); without systemd: dockerd &"}
    podman = "systemctl start podman.socket; without systemd: podman system service -t 0 &"
    raise SeraiError(
        Code.MISSING,
        f"no socket of {provider} is there: looked for {', '.join(map(str, looked))}",
        hint=programs.get(provider, podman),
    )


def _named_podman(environ: Mapping[str, str]) -> Engine | None:
    host = environ.get("CONTAINER_HOST", "")
    return Engine(host, "CONTAINER_HOST") if host else None


def _named(environ: Mapping[str, str]) -> Engine | None:
    """What the environment or docker's own configuration says."""
    if host := environ.get("DOCKER_HOST", ""):
        directory = environ.get("DOCKER_CERT_PATH") or str(_config(environ))
        verify = bool(environ.get("DOCKER_TLS_VERIFY"))
        tls = Path(directory) if verify or environ.get("DOCKER_CERT_PATH") else None
        return Engine(host if "://" in host else f"tcp://{host}", "DOCKER_HOST", tls, verify)
    name = environ.get("DOCKER_CONTEXT") or _current(environ)
    return _context(name, environ) if name and name != "default" else None


def _config(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "~")).expanduser() / ".docker")


def _current(environ: Mapping[str, str]) -> str:
    path = _config(environ) / "config.json"
    try:
        found = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return ""
    except (OSError, msgspec.DecodeError) as error:
        raise SeraiError(
            Code.INPUT, f"{path} cannot be read: {error}", hint="repair it, or docker context use default"
        ) from error
    return str(found.get("currentContext", "")) if isinstance(found, dict) else ""


def _context(name: str, environ: Mapping[str, str]) -> Engine:
    """A context of the docker CLI: its directory is called by the digest of its name."""

    key = sha256(name.encode()).hexdigest()
    base = _config(environ) / "contexts"
    try:
        meta: Any = msgspec.json.decode((base / "meta" / key / "meta.json").read_bytes())
        endpoint = meta["Endpoints"]["docker"]
        host = str(endpoint["Host"])
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise SeraiError(
            Code.INPUT, f"the docker context {name!r} is not there", hint="docker context ls shows what is"
        ) from error
    tls = base / "tls" / key / "docker"
    verify = not endpoint.get("SkipTLSVerify", False)
    return Engine(host, f"context {name}", tls if tls.is_dir() else None, verify)


def _sockets(provider: str, environ: Mapping[str, str], root: Path) -> Iterator[Path]:
    runtime = Path(environ.get("XDG_RUNTIME_DIR") or root / f"run/user/{os.getuid()}")
    own = [runtime / "docker.sock", runtime / "podman" / "podman.sock"]
    system = [root / "run/docker.sock", root / "run/podman/podman.sock"]
    yield from [own[1], system[1]] if provider == "podman" else [*own, *system]


OLDEST_SDK = 7
"""First digit of the SDK's version. Source: docker-py, change log of 7.0.0, urllib3 2."""


def library() -> Any:
    """The docker SDK. Raises Code.MISSING with the way to it."""
    try:
        import docker
    except ImportError as error:
        raise SeraiError(
            Code.MISSING, f"the docker SDK for Python is not installed: {error}", hint=INSTALL
        ) from error
    found = str(getattr(docker, "__version__", "0"))
    if int(found.partition(".")[0]) < OLDEST_SDK:
        place = Path(docker.__file__).parent
        why = f"the docker SDK {found} in {place} is too old: it does not go with urllib3 2"
        raise SeraiError(Code.MISSING, why, hint=INSTALL)
    return docker


def opened(at: Engine, provider: str, budget: int | None = BUDGET) -> Any:
    """A client that has spoken with the engine once; `budget` seconds a call. Raises with the cause."""
    docker = library()
    try:
        if not at.socket:
            from serai.providers.docker import adapter

            return adapter.client(at, budget)
        client = docker.APIClient(base_url=at.host, version="auto", timeout=budget)
    except (docker.errors.DockerException, OSError) as error:
        raise silent(at, provider, error) from error
    return client


def quick(at: Engine, provider: str, budget: int | None = BUDGET) -> Any:
    """A client that takes the short way to a socket of this host; to an engine elsewhere it is the SDK's."""
    if not at.socket:
        return opened(at, provider, budget)
    from serai.providers.docker.quick import Quick

    return Quick(at, provider, budget)


def silent(at: Engine, provider: str, error: BaseException) -> SeraiError:
    """Why an engine does not answer, and the next command."""
    cause = _root(error)
    where = f"{provider} at {at.host} ({at.source})"
    if isinstance(cause, PermissionError):
        group = "docker" if provider == "docker" else "podman"
        hint = f"as root, or once: usermod -aG {group} $USER, and log in again"
        return SeraiError(Code.REFUSED, f"{where}: this user may not open its socket", hint=hint)
    if isinstance(cause, FileNotFoundError | ConnectionRefusedError):
        how = "its socket is not there" if isinstance(cause, FileNotFoundError) else "nobody listens at its socket"
        hint = "systemctl start docker; without systemd: dockerd &"
        if provider == "podman":
            hint = "systemctl start podman.socket; without systemd: podman system service -t 0 &"
        return SeraiError(Code.NETWORK, f"{where}: {how}: it does not run", hint=hint)
    if "too old" in str(error) or "lower than" in str(error):
        oldest = ".".join(map(str, OLDEST))
        return SeraiError(Code.UNSUPPORTED, f"{where}: {error}", hint=f"API {oldest} is the oldest that is spoken")
    return SeraiError(Code.NETWORK, f"{where} does not answer: {cause}", hint="docker version shows what it says")


def _root(error: BaseException) -> BaseException:
    """The error of the system below those of the libraries."""
    seen: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            todo += [one.__cause__, one.__context__, *one.args, getattr(one, "reason", None)]
    return next((one for one in reversed(seen) if isinstance(one, OSError) and one.errno), error)
