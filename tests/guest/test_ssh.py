"""The system's ssh against a real server: commands, lines, time limits, and every way in which it fails."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.guest.refusal import Cause, Refusal, refusal
from serai.guest.ssh import SshTransport
from serai.providers.contract import SshEndpoint
from serai.util.errors import Code, SeraiError
from serai.util.process import run


def test_a_command_gives_its_output_and_code(web: SshTransport) -> None:
    result = web.run("echo out; echo err >&2; exit 3", check=False)
    assert (result.code, result.stdout, result.stderr) == (3, "out\n", "err\n")


def test_a_failed_command_names_the_machine_and_shows_its_last_lines(web: SshTransport) -> None:
    with pytest.raises(SeraiError) as failed:
        web.run("echo it broke >&2; exit 7")
    assert failed.value.code is Code.FAILED
    assert failed.value.message == "web: a command ended with exit code 7: echo it broke >&2; exit 7"
    assert failed.value.details == ("it broke",)


def test_exit_code_255_of_a_command_is_not_taken_for_a_lost_connection(web: SshTransport) -> None:
    assert web.run("exit 255", check=False).code == 255


def test_lines_come_live_and_in_the_order_of_both_streams(web: SshTransport) -> None:
    seen: list[tuple[float, str]] = []
    begin = time.monotonic()
    web.run(
        "echo 1; echo 2 >&2; echo 3; sleep 0.5; printf 4",
        on_line=lambda line: seen.append((time.monotonic() - begin, line)),
    )
    assert [line for _, line in seen] == ["1", "2", "3", "4"]
    assert seen[3][0] - seen[2][0] > 0.4


def test_input_and_output_are_binary_safe(web: SshTransport) -> None:
    data = bytes(range(256)) * 5000
    assert web.run("md5sum", input=data).stdout.split()[0] == hashlib.md5(data).hexdigest()


def test_the_environment_arrives_with_quotes_and_newlines(web: SshTransport) -> None:
    value = "a 'quoted' \"word\" $HOME `id`\nsecond line \\ ünï"
    assert web.run('printf %s "$GREETING"', env={"GREETING": value}).stdout == value


def test_all_commands_share_one_connection(web: SshTransport) -> None:
    pids = {web.run("echo $PPID").stdout for _ in range(3)}
    assert len(pids) == 1


def test_after_its_time_limit_a_command_is_ended_in_the_guest_too(web: SshTransport, tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    with pytest.raises(SeraiError) as failed:
        web.run(f"while :; do date +%N >{beat}; sleep 0.05; done", timeout=0.5)
    assert failed.value.code is Code.TIMEOUT
    last = beat.read_text()
    threading.Event().wait(0.3)
    assert beat.read_text() == last


def test_a_refused_port_is_said(sshd: Any) -> None:
    with socket.socket() as held:  # so that nobody listens there meanwhile
        held.bind(("127.0.0.1", 0))
        endpoint = msgspec.structs.replace(sshd.endpoint(), port=held.getsockname()[1])
        error = _failure(SshTransport(endpoint, "web"))
    assert error.code is Code.NETWORK
    assert "web: nothing listens at 127.0.0.1 port" in error.message
    assert "serai logs web" in error.hint


def test_a_refused_key_names_the_key_and_the_user(sshd: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other])
    error = _failure(SshTransport(sshd.endpoint(key=other), "web"))
    assert f"the key {other} is not accepted for the user" in error.message
    assert "serai console web" in error.hint


def test_an_unknown_user_is_refused_like_a_key(sshd: Any) -> None:
    error = _failure(SshTransport(sshd.endpoint(user="nobody-here"), "web"))
    assert "is not accepted for the user nobody-here" in error.message


def test_a_server_that_never_speaks_is_said(mute: int, sshd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serai.guest.ssh.CONNECT_SECONDS", 1)
    error = _failure(SshTransport(sshd.endpoint(port=mute), "web"))
    assert error.code is Code.NETWORK
    assert "takes connections, but no SSH server speaks there" in error.message


def test_a_server_that_hangs_up_is_said(
    serve: Callable[[Callable[[socket.socket], None]], int], sshd: Any
) -> None:
    port = serve(lambda connection: connection.close())
    assert "no SSH server speaks there" in _failure(SshTransport(sshd.endpoint(port=port), "web")).message


def test_a_lost_connection_is_not_an_exit_code(sshd: Any, web: SshTransport) -> None:
    web.run("true")
    timer = threading.Timer(0.3, lambda: web.close())
    timer.start()
    error = _failure(web, "sleep 20")
    timer.join()
    assert error.code is Code.NETWORK


def test_closed_it_leaves_neither_its_ssh_nor_its_socket(web: SshTransport) -> None:
    web.run("true")
    assert processes_with(str(web.control)) != []
    web.close()
    assert processes_with(str(web.control)) == []
    assert not web.control.exists()


def test_the_socket_of_a_killed_ssh_is_removed_too(web: SshTransport) -> None:
    web.run("true")
    for pid in processes_with(str(web.control)):
        os.kill(pid, signal.SIGKILL)
    web.close()
    assert not web.control.exists()


def test_a_new_guest_behind_the_same_loopback_port_is_let_in(sshd: Any) -> None:
    first = SshTransport(sshd.endpoint(), "web")
    first.run("true")
    first.close()
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    second = SshTransport(sshd.endpoint(), "web")
    second.run("true")
    second.close()


def test_a_changed_host_key_is_refused_where_keys_are_remembered(sshd: Any, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    endpoint = sshd.endpoint(options={"UserKnownHostsFile": str(known), "StrictHostKeyChecking": "accept-new"})
    first = SshTransport(endpoint, "web")
    first.run("true")
    first.close()
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    error = _failure(SshTransport(endpoint, "web"))
    assert "shows another host key than before" in error.message
    assert str(known) in error.hint


def test_nothing_is_read_from_or_written_to_the_users_own_ssh_directory(web: SshTransport) -> None:
    known = Path.home() / ".ssh" / "known_hosts"
    before = known.read_bytes() if known.exists() else None
    web.run("true")
    assert (known.read_bytes() if known.exists() else None) == before
    assert web.argv()[1:3] == ["-F", "none"]


def test_options_of_the_machine_win_whatever_their_case(sshd: Any) -> None:
    words = SshTransport(sshd.endpoint(options={"serveraliveinterval": "5", "Compression": "yes"}), "web").argv()
    assert "ServerAliveInterval=5" in words
    assert "ServerAliveInterval=15" not in words
    assert "Compression=yes" in words


def processes_with(word: str) -> list[int]:
    """Those whose command line has it; a zombie has none."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def _failure(transport: SshTransport, command: str = "true") -> SeraiError:
    with pytest.raises(SeraiError) as failed:
        transport.run(command)
    transport.close()
    return failed.value


@pytest.mark.parametrize(("silent", "tries", "let_in"), [(2, 3, True), (9, 4, False)])
@pytest.mark.parametrize(
    "said", ["connect to host: No route to host", "Connection timed out during banner exchange"]
)
def test_a_host_without_a_route_or_a_greeting_yet_is_tried_again_for_a_while(
    sshd: Any, monkeypatch: pytest.MonkeyPatch, silent: int, tries: int, let_in: bool, said: str
) -> None:
    way = SshTransport(sshd.endpoint(), "web")
    answers = [refusal(said)] * silent
    asked: list[int] = []

    def dial() -> Refusal | None:
        asked.append(1)
        return answers.pop() if answers else None

    monkeypatch.setattr(way, "dial", dial)
    if let_in:
        way.open()
    else:
        with pytest.raises(SeraiError, match=r"does not answer|no SSH server speaks there"):
            way.open()
    assert len(asked) == tries


def test_a_server_that_greets_late_has_all_of_the_time_where_it_is_known_to_be_there(
    sshd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serai.guest.ssh_options.CONNECT_SECONDS", 1)
    server, late = socket.create_server(("127.0.0.1", 0)), 2.5
    links: list[socket.socket] = []

    def pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def pass_on() -> None:
        with suppress(OSError):
            while True:
                here = server.accept()[0]
                time.sleep(late)
                there = socket.create_connection(("127.0.0.1", sshd.port))
                links.extend((here, there))
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=pass_on, daemon=True).start()
    at = sshd.endpoint()
    way = SshTransport(SshEndpoint(host=at.host, port=server.getsockname()[1], user=at.user, key=at.key), "web")
    try:
        refused = way.dial(30)
        assert refused is not None
        assert "during banner exchange" in refused.said
        assert way.dial(30, patient=True) is None
        way.close()
    finally:
        server.close()
        for each in links:
            each.close()


def test_a_server_that_refuses_is_asked_once(sshd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    way = SshTransport(sshd.endpoint(), "web")
    asked: list[int] = []
    monkeypatch.setattr(way, "dial", lambda: asked.append(1) or Refusal(Cause.REFUSED, "Connection refused"))
    with pytest.raises(SeraiError, match="nothing listens"):
        way.open()
    assert asked == [1]
