"""The transport for an endpoint."""

from __future__ import annotations

from pathlib import Path

from serai.guest.connect import connect
from serai.guest.exec import ExecTransport
from serai.guest.ssh import SshTransport
from serai.providers.contract import ExecEndpoint, SshEndpoint


def test_each_endpoint_has_its_way(home: Path) -> None:
    assert isinstance(connect(SshEndpoint(host="h", port=22, user="u", key=None), name="web"), SshTransport)
    assert isinstance(
        connect(ExecEndpoint(argv=("docker", "exec", "web"), user="root"), name="web"), ExecTransport
    )


def test_an_exec_session_is_a_login_shell() -> None:
    way = ExecTransport(ExecEndpoint(argv=("docker", "exec", "web"), user="root"), "web")
    assert way.argv() == ["docker", "exec", "web", "/bin/sh", "-l"]
    assert way.argv("id") == ["docker", "exec", "web", "/bin/sh", "-c", "id"]
