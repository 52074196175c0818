"""The right way into a machine, for what its provider says of how to get in."""

from __future__ import annotations

from serai.guest.transport import Transport
from serai.providers.contract import Endpoint, ExecEndpoint


def connect(endpoint: Endpoint, *, name: str) -> Transport:
    """A Transport to the machine `name`. Nothing is opened before its first use."""
    if isinstance(endpoint, ExecEndpoint) and endpoint.agent:
        from serai.guest.by_agent import AgentTransport

        return AgentTransport(endpoint, name)
    if isinstance(endpoint, ExecEndpoint):
        from serai.guest.exec import ExecTransport

        return ExecTransport(endpoint, name)
    from serai.guest.ssh import SshTransport

    return SshTransport(endpoint, name)
