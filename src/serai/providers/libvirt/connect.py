"""Connections to libvirt: one a URI and thread, with keepalive and events, opened again when it was lost."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from serai.providers.contract import Scope
from serai.providers.libvirt import events
from serai.providers.libvirt.binding import failure, is_lost, library
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

Verb = TypeVar("Verb", bound=Callable[..., Any])

SYSTEM, SESSION = "qemu:///system", "qemu:///session"
SYSTEM_SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
KEEPALIVE = (5, 5)
"""Seconds between two signs of life, and how many may be missing: libvirt's own defaults for its daemon."""
RETURN_BUDGET = 30.0
"""Seconds in which a daemon that went away must be back: a restart takes one or two."""
STEP = 100
"""Milliseconds between two tries meanwhile: no event tells that a socket listens again."""

_shared: dict[str, Any] = {}
_guard = threading.Lock()


class _Own(threading.local):
    """The connections of one thread; libvirt closes them with it."""

    def __init__(self) -> None:
        self.connections: dict[str, Any] = {}


_own = _Own()
_reached: set[str] = set()
"""URIs that have answered this process."""
_away: set[str] = set()
"""Of these, the ones that did not when they were last asked: their daemon is on its way down or up."""


def uri_of(machine: Machine | None = None) -> str:
    """The libvirtd of a machine: stated, LIBVIRT_DEFAULT_URI, the system's for who may use it, else the session's.

    Source: libvirt, uri.html, default URI choice; here also who is in the socket's group gets the system.
    """
    stated = machine.providers.libvirt.uri if machine else None
    if chosen := stated or os.environ.get("LIBVIRT_DEFAULT_URI"):
        return chosen
    if os.geteuid() == 0 or any(os.access(socket, os.R_OK | os.W_OK) for socket in SYSTEM_SOCKETS):
        return SYSTEM
    return SESSION


def uris_of(scope: Scope) -> set[str]:
    """The libvirts that the project's file names; at least the default one."""
    return {uri or uri_of() for uri in scope.engines.get("libvirt", ())} or {uri_of()}


def is_remote(uri: str) -> bool:
    """The daemon is on another host: its files are not ours."""
    return bool(urlsplit(uri).hostname)


def is_session(uri: str) -> bool:
    """The daemon runs as its user, without root.

    Root has no session: libvirt gives it the system's daemon for `qemu:///session`, unless a socket is named.
    Source: libvirt, src/remote/remote_driver.c, remoteConnectOpen: `provided we are running non-root`.
    """
    parts = urlsplit(uri)
    if parts.path != "/session":
        return False
    return bool(parts.hostname or "socket=" in parts.query) or os.geteuid() != 0


def is_test(uri: str) -> bool:
    """libvirt's own test driver: nothing is run."""
    return uri.startswith("test:")


def is_lxc(uri: str) -> bool:
    """libvirt's driver of containers: `lxc:///`, `lxc+ssh://host/`. Source: libvirt, drvlxc."""
    return uri.partition(":")[0].partition("+")[0] == "lxc"


def log_is_ours(uri: str) -> bool:
    """We may read and remove what its virtlogd writes."""
    return not is_remote(uri) and (is_session(uri) or os.geteuid() == 0)


def opened(uri: str) -> Any:
    """This thread's connection to `uri`. Raises Code.MISSING or Code.NETWORK with the way out.

    A daemon may leave a connection's calls unanswered while a long one of it (a domain that starts, a network that
    is changed) is under way: seen with libvirt 9.0, for seconds. So threads have connections of their own, which
    take milliseconds to open; but one is shared where opening is a login on another host, or where the driver is
    in this process and keeps its domains with the connection.
    """
    if not (is_remote(uri) or is_test(uri)):
        return _living(_own.connections, uri)
    with _guard:
        return _living(_shared, uri)


def _living(connections: dict[str, Any], uri: str) -> Any:
    known = connections.get(uri)
    if known is None or not is_alive(known):
        connections[uri] = known = _open(uri)
    return known


def _open(uri: str) -> Any:
    libvirt = library()
    events.start()
    try:
        conn = libvirt.open(uri)
    except libvirt.libvirtError as error:
        _away.update({uri} & _reached)
        raise unreachable(uri, error) from error
    _reached.add(uri)
    _away.discard(uri)
    try:
        conn.setKeepAlive(*KEEPALIVE)
    except libvirt.libvirtError:
        return conn  # drivers inside the process have nobody to keep alive
    return conn


def is_alive(conn: Any) -> bool:
    """Whether the daemon is still at the other end. No call: libvirt looks at its socket."""
    libvirt = library()
    try:
        return bool(conn.isAlive())
    except libvirt.libvirtError:
        return False  # it was closed


def unreachable(uri: str, error: Any) -> SeraiError:
    """Why no connection opens, in terms of what to do."""
    said = str(error.get_error_message() or error).splitlines()[0]
    code, hint = Code.NETWORK, f"virsh -c {uri} version says the same"
    if is_remote(uri):
        hint = f"does `virsh -c {uri} version` work? ssh must log in without a password, and netcat be there"
    elif "Permission denied" in said or "authentication" in said or "polkit" in said:
        code, hint = Code.REFUSED, "join the group libvirt (then log in anew), or uri: qemu:///session"
    elif "Failed to connect socket" in said or "No such file" in said:
        code = Code.MISSING
        hint = "start it: systemctl start libvirtd (or virtqemud); install it: apt install libvirt-daemon-system"
        if is_session(uri):
            hint = "install it: apt install libvirt-daemon"
    return SeraiError(code, f"libvirt at {uri} does not answer: {said}", hint=hint)


def close_all() -> None:
    """Close the connections of this thread, and the shared ones."""
    with _guard:
        for conn in _mine().values():
            if is_alive(conn):
                conn.close()
        for known in (_shared, _own.connections, _reached, _away):
            known.clear()


def _mine() -> dict[str, Any]:
    return {**_shared, **_own.connections}


@contextmanager
def asking(what: str, hint: str = "") -> Iterator[None]:
    """libvirt's errors inside become ours, introduced by `what`; those of a lost connection pass for `lasting`."""
    libvirt = library()
    try:
        yield
    except libvirt.libvirtError as error:
        if is_lost(error):
            raise
        raise failure(error, what, hint) from error


def lasting(act: Verb) -> Verb:
    """A verb that survives a restart of the daemon: it is done again from its start, which each verb allows.

    A second loss, or a daemon that stays away, is Code.NETWORK.
    """

    @wraps(act)
    def again(*args: Any, **kwargs: Any) -> Any:
        libvirt = library()
        try:
            return act(*args, **kwargs)
        except libvirt.libvirtError as error:
            if not is_lost(error):
                raise failure(error, f"libvirt: {act.__name__}") from error
        except SeraiError as error:
            if error.code not in (Code.NETWORK, Code.MISSING) or not _lost():
                raise
        wait_back()
        try:
            return act(*args, **kwargs)
        except libvirt.libvirtError as error:
            raise failure(error, f"libvirt: {act.__name__}") from error

    return cast(Verb, again)


def _lost() -> set[str]:
    """URIs whose daemon has answered before, and has gone away. Their connections are forgotten.

    Each is asked: libvirt may not have looked at the socket yet of a daemon that ended a moment ago.
    """
    with _guard:
        dead = {uri for uri, conn in _mine().items() if not (is_alive(conn) and _answers(conn))}
        for known in (_shared, _own.connections):
            for uri in dead & known.keys():
                del known[uri]
        return _away | dead


def _answers(conn: Any) -> bool:
    libvirt = library()
    try:
        conn.getLibVersion()
    except libvirt.libvirtError as error:
        return not is_lost(error)
    return True


def wait_back() -> None:
    """Until the daemons of all lost connections answer again. Raises what the last try said."""
    deadline = time.monotonic() + RETURN_BUDGET
    lost = _lost()
    for uri in lost:
        while True:
            try:
                opened(uri)
                break
            except SeraiError:
                if time.monotonic() > deadline:
                    raise
                select.poll().poll(STEP)
