"""What ssh is told of a machine beside its address: keys, known hosts, how long it waits."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import SshEndpoint
from serai.util.files import private_dir
from serai.util.paths import home

CONNECT_SECONDS = 10
LOOPBACK = ("127.", "::1", "localhost")


def options(endpoint: SshEndpoint, name: str) -> list[str]:
    """Words of ssh that say all of the way in but its address, port and user."""
    pairs = [*settings(endpoint, name).items(), *_further(endpoint)]
    return [word for key, value in pairs for word in ("-o", f"{key}={value}")]


def settings(endpoint: SshEndpoint, name: str) -> dict[str, str]:
    """Options of ssh_config(5), in order; the machine's own `ssh.options` win."""
    values = {
        "BatchMode": "yes",
        "ConnectTimeout": str(CONNECT_SECONDS),
        "ServerAliveInterval": "15",
        "ServerAliveCountMax": "8",
        "LogLevel": "ERROR",
        **_host_key(endpoint, name),
    }
    if endpoint.key is not None:
        values |= {"IdentityFile": _quoted(endpoint.key), "IdentitiesOnly": "yes"}
    if endpoint.password:
        values |= {
            "BatchMode": "no",
            "NumberOfPasswordPrompts": "1",
            "PreferredAuthentications": "publickey,password,keyboard-interactive",
        }
    if endpoint.forward_agent:
        values["ForwardAgent"] = "yes"
    folded = {key.lower(): key for key in values}
    return values | {folded.get(key.lower(), key): value for key, value in endpoint.options.items()}


def block(endpoint: SshEndpoint, name: str, host: str | None = None) -> str:
    """A block of ssh_config(5) by which other programs reach the machine as `host` (its name)."""
    values = {"HostName": endpoint.host, "Port": str(endpoint.port), "User": endpoint.user}
    kept = {key: value for key, value in settings(endpoint, name).items() if key not in ("BatchMode", "LogLevel")}
    lines = [f"  {key} {value}" for key, value in (*(values | kept).items(), *_further(endpoint))]
    return "\n".join([f"Host {host or name}", *lines]) + "\n"


def _further(endpoint: SshEndpoint) -> list[tuple[str, str]]:
    """Keys after the first: the option may be there many times."""
    return [("IdentityFile", _quoted(key)) for key in endpoint.more_keys]


def _host_key(endpoint: SshEndpoint, name: str) -> dict[str, str]:
    """Where host keys are remembered; never in ~/.ssh/known_hosts.

    A loopback port is a forward that serai's own engine holds: a key says nothing more there, and it changes
    with each new guest behind the same port. Elsewhere the first key seen counts, one file a machine and place.
    """
    if endpoint.host.startswith(LOOPBACK) and "UserKnownHostsFile" not in endpoint.options:
        return {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "GlobalKnownHostsFile": "/dev/null",
        }
    folder = home() / "known_hosts"
    if "UserKnownHostsFile" not in endpoint.options:
        private_dir(folder)
    return {
        "StrictHostKeyChecking": "accept-new",
        "UserKnownHostsFile": _quoted(folder / f"{name}-{endpoint.host.replace(':', '_')}-{endpoint.port}"),
        "GlobalKnownHostsFile": "/dev/null",
        "HashKnownHosts": "no",
    }


def _quoted(path: Path) -> str:
    """A path as ssh_config(5) reads it: quoted for blanks, `%` doubled."""
    return f'"{path}"'.replace("%", "%%")
