"""Waiting: in named stages, with a live reason and one budget. The only place that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from serai.guest import ready
from serai.guest.banner import MOST_GAP, PATIENT_GAP, Banner, Seen
from serai.guest.bootlog import PLAIN, STAGES, BootLog
from serai.guest.by_agent import AgentTransport
from serai.guest.connect import connect
from serai.guest.refusal import Cause, Refusal, failure
from serai.guest.ssh import DIAL_SECONDS, SshTransport
from serai.guest.transport import Transport
from serai.providers.contract import Endpoint, Progress, SshEndpoint
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

T = TypeVar("T")

FIRST, MOST, GROWTH = 0.05, 0.5, 1.3
"""Seconds between two looks: 50 ms, growing."""
ASK_AGAIN = 3.0
"""Seconds after which the engine is asked anew where the guest is: it may have got another address than meant."""
ASK_AGENT = 5.0
"""Seconds that an agent is waited for before the console and the engine are looked at again."""
KEY_GRACE = 5.0
"""Seconds in which a refused key may still be accepted, once the guest has had its chance to install it."""
CLOUD_INIT_GRACE = 60.0
"""The same before cloud-init has said that it is done: not everywhere does it make users before sshd starts."""


def poll(
    probe: Callable[[], T | None], *, budget: float | None, first: float = FIRST, most: float = MOST
) -> T | None:
    """Call `probe` until it gives something; None when `budget` seconds are over. At least one call is made."""
    deadline = None if budget is None else time.monotonic() + budget
    pause = first
    while (found := probe()) is None:
        left = pause if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(pause, left))
        pause = min(most, pause * GROWTH)
    return found


def wait_ready(
    machine: Machine,
    endpoint: Callable[[], Endpoint],
    console_log: Path | None,
    died: Callable[[], str],
    progress: Progress,
    *,
    budget: float | None = None,
    seed_kind: str,
    woken: bool = False,
    entered: Callable[[Transport], object] = lambda way: None,
) -> Transport:
    """Wait until the machine is ready; gives the way in, open.

    `endpoint` may raise while there is none yet; `console_log` is this boot's; `died` gives the engine's reason
    when the guest is not running any more, else an empty string; `seed_kind` is `cloud-init`, `tiny` or `none`.
    `budget` in seconds, by default the machine's `ready.within`; the stages share it. `woken`: its SSH server is
    there already: one login is tried at once, before anybody knocks to find out, and cloud-init has ended.
    `entered` is called with the first login, before anything is asked in the guest.
    Raises Code.TIMEOUT or, when it cannot become ready any more, Code.FAILED: both name the stage, the likely
    cause and the next command, with the console's last lines as details.
    """
    wait = Wait(machine, console_log, died, progress, machine.ready.within if budget is None else budget)
    way = wait.found(endpoint)
    transport = connect(way, name=machine.name)
    at_once = False
    try:
        if isinstance(transport, AgentTransport):
            wait.agent(transport)
        if isinstance(transport, SshTransport):
            at_once = woken and wait.logs_in(transport)
            if not at_once and not by_proxy(transport.endpoint):  # only ssh itself goes through another host
                there = wait.speaks(transport.endpoint, endpoint)
                if there != transport.endpoint:
                    transport = SshTransport(there, machine.name)
            if not at_once:
                wait.logged_in(transport, seed_kind)
        entered(transport)
        if seed_kind == "cloud-init" and not at_once:
            wait.cloud_init(transport)
        wait.checks(transport)
    except BaseException:
        transport.close()
        raise
    return transport


class Wait:
    """One wait: its stage and reason now, and what is left of the budget."""

    def __init__(
        self,
        machine: Machine,
        console_log: Path | None,
        died: Callable[[], str],
        progress: Progress,
        budget: float,
    ) -> None:
        self.machine = machine
        self.log = BootLog(console_log)
        self.died = died
        self.progress = progress
        self.budget = budget
        self.deadline = time.monotonic() + budget
        self.stage = "launched"
        self.reason = ""
        self.cause = "the engine has not said how to reach it"

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    def say(self, stage: str, reason: str, cause: str) -> None:
        """Where the wait is: `reason` is what has been seen, `cause` what a timeout would mean."""
        if (stage, reason) != (self.stage, self.reason):
            self.progress(f"waiting for {stage}: {reason}" if reason else f"waiting for {stage}")
        self.stage, self.reason, self.cause = stage, reason, cause

    def check(self) -> bool:
        """Look at the console, the engine and the clock; True when the console said something new."""
        news = self.log.look()
        if self.log.fatal:
            raise self.error(Code.FAILED, self.log.fatal, f"serai logs {self.machine.name}")
        if reason := self._death():
            raise self.error(Code.FAILED, f"it stopped: {reason}", f"serai logs {self.machine.name} --engine")
        if self.left <= 0:
            name = self.machine.name
            raise self.error(Code.TIMEOUT, self.cause, f"serai console {name}, or a larger `ready.within`")
        return news

    def _death(self) -> str:
        """Why it does not run any more. An engine on another host that cannot be asked just now is asked again."""
        try:
            return self.died()
        except SeraiError as error:
            if error.code not in (Code.NETWORK, Code.TIMEOUT) or self.left <= 0:
                raise
            return ""

    def error(self, code: Code, cause: str, hint: str) -> SeraiError:
        """The one form of every failure here."""
        name = self.machine.name
        after = f"not ready within {self.budget:g} s" if code is Code.TIMEOUT else "it cannot become ready"
        stage = f"waiting for {self.stage}" + (f" ({self.reason})" if self.reason else "")
        return SeraiError(code, f"{name}: {after}, {stage}: {cause}", hint=hint, details=self.log.tail())

    def found(self, endpoint: Callable[[], Endpoint]) -> Endpoint:
        """Until the engine says how to get in."""

        def ask() -> tuple[Endpoint] | None:
            self.check()
            try:
                return (endpoint(),)
            except SeraiError as error:
                self.say("launched", error.message, "the engine has not said how to reach it")
                return None

        way = poll(ask, budget=None)
        assert way is not None
        return way[0]

    def speaks(self, at: SshEndpoint, again: Callable[[], Endpoint]) -> SshEndpoint:
        """Until an SSH server says its banner. Gives where: the engine may learn of another address meanwhile."""
        banner, pause = Banner(at.host, at.port), FIRST
        asked = began = time.monotonic()
        try:
            while banner.seen is not Seen.SPEAKS:
                before = self.log.stage
                if self.check() and self.log.stage != before:
                    banner.hurry()
                telling = self.log.spoke and self.log.stage in ("launched", "firmware", "kernel")
                banner.most = PATIENT_GAP if telling else MOST_GAP
                self.say(*_ssh_reason(at, banner.seen, self.log, time.monotonic() - began))
                banner.wait(min(pause, max(0.01, self.left)))
                pause = min(
                    0.25, pause * GROWTH
                )  # the console is read at this pace; the sockets wake us by themselves
                if time.monotonic() - asked > ASK_AGAIN:
                    asked = time.monotonic()
                    there = self.found(again)
                    if isinstance(there, SshEndpoint) and (there.host, there.port) != (at.host, at.port):
                        banner.close()
                        at, banner = there, Banner(there.host, there.port)
        finally:
            banner.close()
        return at

    def logs_in(self, transport: SshTransport) -> bool:
        """Whether the key is accepted, asked once."""
        self.say("ssh", "the guest goes on, logging in", "the login took too long")
        self.check()
        return transport.dial(timeout=max(1.0, min(self.left, DIAL_SECONDS)), patient=True) is None

    def agent(self, transport: AgentTransport) -> None:
        """Until the guest's agent answers."""
        self.say("agent", "", "no guest agent answers: is qemu-guest-agent in the image, and started?")

        def ask() -> bool | None:
            self.check()
            return True if transport.answers(min(ASK_AGENT, max(1.0, self.left))) is None else None

        poll(ask, budget=None, first=0.1, most=1.0)

    def logged_in(self, transport: SshTransport, seed_kind: str) -> None:
        """Until the key is accepted. One that stays refused ends the wait long before the budget does."""
        refused_since: float | None = None
        self.say("ssh", "an SSH server speaks, logging in", "the login took too long")

        def dial() -> bool | None:
            nonlocal refused_since
            self.check()
            refused = transport.dial(timeout=max(1.0, self.left))
            if refused is None:
                return True
            problem = failure(self.machine.name, transport.endpoint, refused)
            text = problem.message.removeprefix(f"{self.machine.name}: ")
            if refused.cause in (Cause.HOST_KEY, Cause.KEY_FILE):
                raise self.error(Code.FAILED, text, problem.hint)
            if refused.cause is Cause.KEY_REFUSED:
                refused_since = refused_since or time.monotonic()
                waiting = seed_kind == "cloud-init" and not self.log.cloud_init_done
                if time.monotonic() - refused_since > (CLOUD_INIT_GRACE if waiting else KEY_GRACE):
                    raise self.error(Code.FAILED, text, problem.hint)
            else:
                refused_since = None
            self.say("ssh", _short(refused), text)
            return None

        poll(dial, budget=None, first=0.1, most=1.0)

    def cloud_init(self, transport: Transport) -> None:
        """Until cloud-init has ended."""

        def stage(name: str) -> None:
            self.say("cloud-init", name, f"cloud-init is still busy with {name}")

        self.say("cloud-init", "", "cloud-init has not ended")
        self._inside(lambda: ready.cloud_init(transport, self.machine.name, timeout=self.left, on_stage=stage))

    def checks(self, transport: Transport) -> None:
        """Until `ready.tcp` listens and `ready.command` succeeds."""
        wanted = self.machine.ready
        if (port := wanted.tcp) is not None:
            self.say(
                "ready", f"port {port} in the guest is closed", f"nothing in the guest listens on port {port}"
            )
            self._until(lambda: ready.listens(transport, port))
        if (command := wanted.command) is not None:
            self.say("ready", f"{command!r} has not succeeded", f"{command!r} does not end with 0")
            self._until(lambda: self._succeeds(transport, command))

    def _succeeds(self, transport: Transport, command: str) -> bool:
        result = transport.run(command, env=self.machine.env, timeout=max(1.0, self.left), check=False)
        if not result.ok:
            said = [line for line in (result.stderr or result.stdout).splitlines() if line.strip()]
            self.cause = f"{command!r} ends with exit code {result.code}" + (f": {said[-1]}" if said else "")
        return result.ok

    def _until(self, probe: Callable[[], bool]) -> None:
        def once() -> bool | None:
            self.check()
            self._inside(lambda: done.append(probe()))
            return done.pop() or None

        done: list[bool] = []
        poll(once, budget=None)

    def _inside(self, act: Callable[[], object]) -> None:
        """Do something in the guest; when that fails because the guest died or time is over, say that instead."""
        try:
            act()
        except SeraiError as error:
            if error.code not in (Code.TIMEOUT, Code.NETWORK):
                raise
            self.check()
            raise self.error(Code.FAILED, error.message, error.hint) from error


def with_budget(machine: Machine, seconds: float) -> Machine:
    """The same, with what is left of the time in which it must be ready."""
    ready = msgspec.structs.replace(machine.ready, within=max(1.0, seconds))
    return msgspec.structs.replace(machine, ready=ready)


def by_proxy(endpoint: SshEndpoint) -> bool:
    """It is reached through another host: its port cannot be looked at from here."""
    return any(key.lower() in ("proxycommand", "proxyjump") for key in endpoint.options)


def _short(refused: Refusal) -> str:
    return f"an SSH server speaks, {refused.cause}"


def _ssh_reason(endpoint: SshEndpoint, seen: Seen, log: BootLog, elapsed: float) -> tuple[str, str, str]:
    """Stage, what is seen, and what a timeout here would mean. `elapsed` seconds of asking."""
    port = f"port {endpoint.port}"
    reached = PLAIN[log.stage] if log.path else "no console"
    quiet = not log.spoke and log.path is not None
    stage = STAGES[min(STAGES.index(log.stage) + 1, STAGES.index("ssh"))]
    match seen:
        case Seen.CLOSED:
            return (
                "ssh",
                f"{reached}, the guest answers, its SSH port is closed",
                "no SSH server runs in the guest: is one installed and started?",
            )
        case Seen.REFUSED:
            return stage, f"{reached}, {port} refuses connections", f"nothing listens at {endpoint.host} {port}"
        case Seen.HELD if log.stage in ("network", "ssh"):
            return (
                "ssh",
                f"{reached}, {port} answers, no banner yet",
                "the guest does not answer on its SSH port: has it an address (no DHCP request?), a firewall?",
            )
        case _ if quiet and elapsed < 1:
            return "firmware", reached, "the guest has said nothing on its console"
        case _ if quiet:
            return (
                "firmware",
                reached,
                "the guest has said nothing on its serial console: does the image boot, with console=ttyS0?",
            )
        case _ if log.stage == "firmware":
            return "kernel", reached, "the firmware or the boot loader did not start a kernel"
        case _:
            return (
                stage,
                f"{reached}, the guest does not answer on the network yet",
                "the guest has no network: no driver for its card, or no DHCP request",
            )
