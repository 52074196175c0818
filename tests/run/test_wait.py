"""Waiting in stages: what is said meanwhile, how soon it ends, and what a failure tells."""

from __future__ import annotations

import getpass
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serai.providers.contract import SshEndpoint
from serai.run import wait
from serai.run.wait import by_proxy, poll, wait_ready
from serai.spec.guest import Ready
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run


class Guest:
    """A machine whose way in, console and fate the test decides."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "console.log"
        self.log.write_text("")
        self.endpoint: SshEndpoint | None = None
        self.fate = ""
        self.troubles: list[SeraiError] = []
        """What the engine is asked in vain for, the last one first."""
        self.said: list[str] = []
        self.hears: Callable[[str], object] = str
        """What the test does on each phrase: nothing of its own takes place before the wait has come so far."""

    def way(self) -> SshEndpoint:
        if self.endpoint is None:
            raise SeraiError(Code.FAILED, "the engine is still starting it")
        return self.endpoint

    def wait(self, *, budget: float = 60.0, seed_kind: str = "none", woken: bool = False, **ready: Any) -> None:
        machine = Machine(name="web", ready=Ready(**ready))
        wait_ready(
            machine,
            self.way,
            self.log,
            self.died,
            self.say,
            budget=budget,
            seed_kind=seed_kind,
            woken=woken,
        ).close()

    def died(self) -> str:
        if self.troubles:
            raise self.troubles.pop()
        return self.fate

    def say(self, phrase: str) -> None:
        self.said.append(phrase)
        self.hears(phrase)

    def once(self, words: str, act: Callable[[], object]) -> None:
        """Do something when the wait first says these words."""

        def hears(phrase: str) -> None:
            if words in phrase:
                self.hears = str
                act()

        self.hears = hears

    def fails(self, **how: Any) -> SeraiError:
        """The error: of the code TIMEOUT when it came of the budget, of any other when it came before."""
        with pytest.raises(SeraiError) as failed:
            self.wait(**how)
        return failed.value

    def at(self, port: int, key: Path | None = None) -> None:
        self.endpoint = SshEndpoint(host="127.0.0.1", port=port, user=getpass.getuser(), key=key)


def later(seconds: float, act: Callable[[], object]) -> None:
    threading.Timer(seconds, act).start()


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path)


def test_poll_gives_what_the_probe_finds_and_looks_at_least_once() -> None:
    found = iter([None, None, "here"])
    assert poll(lambda: next(found), budget=5) == "here"
    assert poll(lambda: None, budget=0) is None


def test_poll_pauses_longer_and_longer_up_to_its_most(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(wait.time, "sleep", pauses.append)
    count = iter(range(20))
    poll(lambda: next(count) >= 15 or None, budget=None)
    assert pauses[0] == 0.05
    assert pauses == sorted(pauses)
    assert pauses[-1] == 0.5


def test_it_is_ready_once_it_can_log_in(guest: Guest, sshd: Any) -> None:
    guest.at(sshd.port, sshd.key)
    guest.wait()
    assert guest.said[-1] == "waiting for ssh: an SSH server speaks, logging in"


def test_one_that_was_woken_is_logged_in_to_at_once_and_else_waited_for_like_any_other(
    guest: Guest, sshd: Any
) -> None:
    guest.at(sshd.port, sshd.key)
    guest.wait(woken=True)
    assert guest.said == ["waiting for ssh: the guest goes on, logging in"]

    sshd.stop()
    guest.once("refuses connections", sshd.start)
    guest.wait(woken=True)
    assert guest.said[-1] == "waiting for ssh: an SSH server speaks, logging in"


def test_one_that_was_woken_is_not_asked_for_the_end_of_its_cloud_init(guest: Guest, sshd: Any) -> None:
    """It was ready when it was kept, and each question costs a program in the guest."""
    guest.at(sshd.port, sshd.key)
    guest.wait(woken=True, seed_kind="cloud-init")
    assert "cloud-init" not in " ".join(guest.said)


def test_ssh_that_comes_late_is_noticed(guest: Guest, sshd: Any) -> None:
    sshd.stop()
    guest.at(sshd.port, sshd.key)
    guest.once("refuses connections", sshd.start)
    guest.wait()
    assert guest.said[-1] == "waiting for ssh: an SSH server speaks, logging in"


def test_a_guest_that_got_another_address_is_found_there(
    guest: Guest, sshd: Any, mute: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serai.run.wait.ASK_AGAIN", 0.2)
    guest.at(mute, sshd.key)
    guest.once("waiting for", lambda: guest.at(sshd.port, sshd.key))
    guest.wait()


def test_it_follows_the_console(guest: Guest, mute: int) -> None:
    guest.at(mute)
    lines = {
        "firmware": "SeaBIOS (version 1.16)",
        "kernel": "[    0.000000] Linux version 6.1",
        "network": "tiny: network up 10.0.2.15",
    }
    stages: list[str] = []

    def hears(phrase: str) -> None:
        stage = phrase.split(":")[0].removeprefix("waiting for ")
        if stage in stages:
            return
        stages.append(stage)
        if stage == "ssh":
            guest.fate = "the test has seen it"
        else:
            with guest.log.open("a") as log:
                log.write(f"{lines[stage]}\n")

    guest.hears = hears
    error = guest.fails()
    assert stages == [*lines, "ssh"]
    assert "waiting for ssh (the network is up, " in error.message
    assert error.details == tuple(lines.values())


def test_a_guest_that_never_speaks_times_out_with_stage_cause_and_next_command(guest: Guest, mute: int) -> None:
    guest.at(mute)
    guest.log.write_text("[    0.1] Linux version 6.1\nReached target Network is Online\n")
    error = guest.fails(budget=1)
    assert error.code is Code.TIMEOUT
    assert error.message.startswith(
        f"web: not ready within 1 s, waiting for ssh (the network is up, port {mute} answers, no banner yet): "
    )
    assert error.hint.startswith("serai console web")


def test_a_guest_without_a_network_is_told_so(guest: Guest, mute: int) -> None:
    guest.at(mute)
    guest.log.write_text("[    0.1] Linux version 6.1\n")
    error = guest.fails(budget=0.5)
    assert "waiting for network (the kernel is up, the guest does not answer on the network yet)" in error.message
    assert "no DHCP request" in error.message


def test_a_silent_console_is_told(guest: Guest, mute: int) -> None:
    guest.at(mute)
    error = guest.fails(budget=1.5)
    assert "waiting for firmware (nothing on the console yet)" in error.message
    assert "console=ttyS0" in error.message


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "Kernel panic - not syncing: VFS: Unable to mount root fs\n",
            "the kernel panicked: VFS: Unable to mount root",
        ),
        ("\x1b[0mBooting from Hard Disk...\nNo bootable device.\n", "the firmware found nothing that boots"),
        ("Gave up waiting for root file system device.\n(initramfs) ", "the initramfs did not find its root file"),
        ("You are in emergency mode. After logging in\n", "the guest went into its emergency mode"),
    ],
)
def test_a_console_that_tells_of_the_end_ends_the_wait_at_once(
    guest: Guest, mute: int, text: str, cause: str
) -> None:
    guest.at(mute)
    guest.log.write_text(text)
    error = guest.fails()
    assert error.code is Code.FAILED
    assert cause in error.message
    assert error.details


@pytest.mark.parametrize("code", [Code.NETWORK, Code.TIMEOUT])
def test_an_engine_elsewhere_that_cannot_be_asked_for_a_moment_is_asked_again(
    guest: Guest, sshd: Any, code: Code
) -> None:
    guest.at(sshd.port, sshd.key)
    guest.troubles = [SeraiError(code, "dom0: the connection was lost")] * 2
    guest.wait()
    assert guest.troubles == []


@pytest.mark.parametrize(("code", "budget"), [(Code.NETWORK, 0.0), (Code.FAILED, 60.0)])
def test_one_that_cannot_be_asked_to_the_end_or_says_otherwise_is_told(
    guest: Guest, mute: int, code: Code, budget: float
) -> None:
    guest.at(mute)
    guest.troubles = [SeraiError(code, "dom0: the connection was lost")] * 1000
    assert "the connection was lost" in guest.fails(budget=budget).message


def test_a_machine_that_died_ends_the_wait_at_once_with_its_reason(guest: Guest, mute: int) -> None:
    guest.at(mute)

    def die() -> None:
        guest.fate = "QEMU ended with exit code 1: out of memory"

    guest.once("waiting for firmware", die)
    error = guest.fails()
    assert error.code is Code.FAILED
    assert "it stopped: QEMU ended with exit code 1: out of memory" in error.message


def test_a_way_in_that_is_not_known_yet_is_waited_for(guest: Guest, sshd: Any) -> None:
    guest.once("waiting for launched", lambda: guest.at(sshd.port, sshd.key))
    guest.wait()
    assert guest.said[0] == "waiting for launched: the engine is still starting it"


def test_a_refused_key_ends_the_wait_long_before_the_budget(
    guest: Guest, sshd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "KEY_GRACE", 0.5)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"])
    guest.at(sshd.port, tmp_path / "other")
    error = guest.fails(budget=60)
    assert error.code is Code.FAILED
    assert "waiting for ssh (an SSH server speaks, key refused)" in error.message
    assert "is not accepted for the user" in error.message


def test_a_key_that_cloud_init_installs_later_is_waited_for(
    guest: Guest, sshd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "KEY_GRACE", 0.1)
    monkeypatch.setattr(wait.Wait, "cloud_init", lambda *_: None)
    lines = sshd.authorized.read_text()
    sshd.authorized.write_text("")
    guest.at(sshd.port, sshd.key)
    guest.once("key refused", lambda: sshd.authorized.write_text(lines))
    guest.wait(seed_kind="cloud-init")
    assert "waiting for ssh: an SSH server speaks, key refused" in guest.said


def test_a_port_of_the_guest_is_waited_for(guest: Guest, sshd: Any) -> None:
    guest.at(sshd.port, sshd.key)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        guest.once(f"port {port} in the guest is closed", lambda: later(0.5, server.listen))
        guest.wait(tcp=port)
    assert f"waiting for ready: port {port} in the guest is closed" in guest.said
    error = guest.fails(tcp=port, budget=5)
    assert error.code is Code.TIMEOUT
    assert f"nothing in the guest listens on port {port}" in error.message


def test_a_command_is_waited_for_and_its_last_word_is_told(guest: Guest, sshd: Any, tmp_path: Path) -> None:
    guest.at(sshd.port, sshd.key)
    guest.once("has not succeeded", lambda: later(0.5, (tmp_path / "flag").touch))
    guest.wait(command=f"test -e {tmp_path}/flag")
    error = guest.fails(command="echo not yet >&2; exit 4", budget=5)
    assert "ends with exit code 4: not yet" in error.message


def test_through_another_host_only_ssh_itself_looks(guest: Guest, sshd: Any) -> None:
    assert sshd.process is not None
    jump = f"busybox nc 127.0.0.1 {sshd.port}"
    guest.endpoint = SshEndpoint(
        host="192.0.2.99", port=22, user=getpass.getuser(), key=sshd.key, options={"ProxyCommand": jump}
    )
    assert by_proxy(guest.endpoint)
    assert not by_proxy(sshd.endpoint())
    guest.wait(budget=30)
