"""What comes to a port of the host goes into another network namespace, and the answer comes back."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.providers import relay

ECHO = """
import socket, sys, threading
kind = socket.SOCK_DGRAM if sys.argv[1] == 'udp' else socket.SOCK_STREAM
s = socket.socket(socket.AF_INET, kind); s.bind(('127.0.0.1', 7007))
if sys.argv[1] == 'tcp': s.listen()
print('up', flush=True)
while True:
    if sys.argv[1] == 'udp':
        data, peer = s.recvfrom(100); s.sendto(data.upper(), peer)
    else:
        c, _ = s.accept(); c.sendall(c.recv(100).upper()); c.close()
"""


@pytest.fixture(params=["tcp", "udp"])
def inside(request, need) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server in a network namespace of its own."""
    need("ip", root=True)
    script = f'ip link set lo up && exec "$0" -c "$1" {request.param}'
    words = ["unshare", "--net", "sh", "-c", script, sys.executable, ECHO]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == "up\n"
    yield request.param, server
    server.kill()
    server.wait()
    server.stdout.close()


@pytest.mark.root
@pytest.mark.engine
def test_bytes_are_carried_and_the_relay_ends_with_the_container(inside):
    protocol, server = inside
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.bind(("127.0.0.1", 0))
        if protocol == "tcp":
            listener.listen()
        port = listener.getsockname()[1]
        words = [sys.executable, "-I", relay.__file__, str(server.pid), f"{listener.fileno()},{protocol},,7007"]
        process = subprocess.Popen(words, pass_fds=[listener.fileno()])
    try:
        for word in (b"hello", b"again"):
            with socket.socket(socket.AF_INET, kind) as peer:
                peer.settimeout(20)
                peer.connect(("127.0.0.1", port))
                peer.send(word)
                assert peer.recv(100) == word.upper()
        server.send_signal(signal.SIGKILL)
        server.wait()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_a_namespace_that_is_gone_is_an_error():
    child = subprocess.Popen(["true"])
    child.wait()

    with pytest.raises(OSError, match="ns/net"):
        relay.enter(child.pid)


def test_without_eth0_it_is_the_loopback_address(monkeypatch):
    monkeypatch.setattr(relay, "CARD", "no-such0")

    assert relay.own_address() == "127.0.0.1"


def test_a_connection_that_nobody_takes_is_closed():
    ours, theirs = socket.socketpair()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    relay.Streams(free, "127.0.0.1", port).carry(theirs)

    with ours:
        assert ours.recv(10) == b""


def test_it_needs_nothing_of_serais():
    text = Path(relay.__file__).read_text()

    assert "import serai" not in text
    assert "from serai" not in text
