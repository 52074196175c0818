"""A program in the guest by its agent, with stdin, stdout, stderr and exit code, and without a network (VAG-10).

The agent starts programs and reads and writes files, and streams nothing. So what goes in and out are files in the
guest, cut into segments, which one side writes while the other reads: output is there as it comes, and of neither
more is kept than a few segments. Source: QEMU, qga/qapi-schema.json.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any, Protocol

from serai.util.errors import Code, SeraiError

Call = Callable[..., Any]
"""`call("guest-exec", path="/bin/sh")`: one command of the agent. Raises Refused, or Code.NETWORK."""
Turn = Callable[[], AbstractContextManager[Call]]
"""The agent talks to one at a time: whoever has the turn. No turn lasts longer than TURN_SECONDS by much."""
Sink = Callable[[bytes], object]


class Refused(SeraiError):
    """The agent answers that it cannot, or may not, do this."""


class Input(Protocol):
    """What a program reads."""

    def head(self, most: int) -> bytes:
        """What is there at once, `most` bytes or fewer."""
        ...

    def take(self, most: int) -> bytes:
        """What has come since; empty: nothing yet, or its end."""
        ...

    def wait(self, seconds: float) -> None:
        """Until more has come, or the time is over."""
        ...

    @property
    def ended(self) -> bool: ...


class Nothing:
    """The input of a program that is given none."""

    ended = True

    def head(self, most: int) -> bytes:
        return b""

    take = head

    def wait(self, seconds: float) -> None:
        time_out(seconds)


def time_out(seconds: float) -> None:
    """Nothing tells when the agent has more: it is asked again after a while."""
    import select

    select.select([], [], [], seconds)


HEAD = 1 << 16
"""Bytes of input that go with the command itself, where they are all of it."""
SEGMENT = 1 << 16
"""Bytes in one command of the agent. With eight times as many, libvirt 9.0 lost an agent that was emulated."""
AHEAD = 32
"""Segments of input that wait in the guest."""
BLOCK = 1 << 16
BLOCKS = 32
"""A segment of output is as many reads of a pipe as that, of BLOCK bytes at most."""
BEHIND = 4
"""Segments of output that wait for this host; then the program has to wait."""
GIVEN_UP = 1200
"""Naps of 50 ms after which nobody is expected to read any more."""
AT_ONCE = BLOCKS
"""Reads of one stream before it is looked whether time is up; an agent may always have more."""
MOST_SAID = 64 << 20
"""Bytes that a line of the shell may say: they are kept in memory."""
TURN_SECONDS = 0.25
FIRST, MOST, GROWTH = 0.02, 0.5, 1.3
"""Seconds between two looks."""
START_SECONDS = 30.0
"""Until the program has made its directory: a guest under emulation that is busy may take long."""

PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Of programs, where the agent was started with fewer."""

# $1 the directory, $2 as whom, $3 whether input comes in segments (empty: no), the rest the program's words.
# A segment of input is whole when the next one is there. ctl has a letter for each whole segment of output.
SCRIPT = f"""umask 077
d=$1 u=$2 s=$3; shift 3
old() {{ [ $# -lt 9 ] || find /run -maxdepth 1 -name 'serai-agent-*' -mmin +30 -exec rm -rf {{}} + 2>/dev/null; }}
old /run/serai-agent-*
mkdir "$d" && mkfifo "$d/i" "$d/o" "$d/e" && : >"$d/out.0" && : >"$d/err.0" && : >"$d/ctl" || exit 125
nap() {{ sleep 0.05 2>/dev/null || sleep 1; }}
spool() {{
  n=0
  while dd bs={BLOCK} count={BLOCKS} of="$d/$1.$n" 2>/dev/null; [ -s "$d/$1.$n" ]; do
    n=$((n+1)) k=0; : >"$d/$1.$n"; printf %s "$2" >>"$d/ctl"
    while [ -s "$d/$1.$((n-{BEHIND}))" ]; do nap; k=$((k+1)); [ $k -lt {GIVEN_UP} ] || exit 1; done
  done
}}
feed() {{
  n=0
  while :; do
    if [ -e "$d/in.$((n+1))" ]; then cat "$d/in.$n" && rm "$d/in.$n" || exit 1; n=$((n+1))
    elif [ -e "$d/end" ] && [ ! -e "$d/in.$((n+1))" ]; then exit 0
    else nap; fi
  done
}}
spool out o <"$d/o" & spool err e <"$d/e" &
who=$(id -un)
if [ -n "$u" ] && [ "$u" != "$who" ] && id "$u" >/dev/null 2>&1; then
  su=su; command -v runuser >/dev/null 2>&1 && su=runuser
  as() {{ $su -s /bin/sh -c 'cd 2>/dev/null; exec "$@"' -- "$u" serai "$@"; }}
else
  as() {{
    export HOME="$(awk -F: -v n="$who" '$1 == n {{ print $6 }}' /etc/passwd)" USER="$who" LOGNAME="$who"
    cd 2>/dev/null; "$@"
  }}
fi
case ":$PATH:" in *:/usr/sbin:*) ;; *) PATH=${{PATH:+$PATH:}}{PLACES} ;; esac
umask 022
if [ -n "$s" ]; then
  feed >"$d/i" & f=$!
  (as "$@") <"$d/i" >"$d/o" 2>"$d/e"; r=$?
  kill "$f" 2>/dev/null
else
  (as "$@") >"$d/o" 2>"$d/e"; r=$?
fi
wait
exit "$r"
"""


def execute(
    turn: Turn,
    words: Sequence[str],
    *,
    user: str = "",
    given: Input | None = None,
    out: Sink,
    err: Sink,
    budget: float | None = None,
) -> int:
    """Run `words` as `user`, if the guest has that login, else as root; its exit code, 128 + N after signal N.

    Raises Code.NETWORK when the agent falls silent or answers nonsense, Refused when it may not do that,
    Code.TIMEOUT after `budget` seconds; the program goes on in the guest then.
    """
    given = given or Nothing()
    deadline = None if budget is None else time.monotonic() + budget
    head = given.head(HEAD)
    place = f"/run/serai-agent-{os.urandom(8).hex()}"
    more = {"input-data": _packed(head)} if head and given.ended else {}
    argv = ["-c", SCRIPT, "serai", place, user, "" if given.ended else "yes", *words]
    with turn() as call, _sense():
        pid = int(call("guest-exec", path="/bin/sh", arg=argv, **more)["pid"])
    reader = Reader(place, {"out": out, "err": err})
    writer = None if given.ended else Writer(place, head, given)
    try:
        with _sense():
            return _followed(turn, pid, reader, writer, given, deadline)
    finally:
        with suppress(SeraiError), turn() as call, _sense():
            reader.close(call)
            call("guest-exec", path="/bin/rm", arg=["-rf", place])


@contextmanager
def _sense() -> Iterator[None]:
    """What is said in the guest need not have the form that it has to have."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SeraiError(Code.NETWORK, f"the guest's agent answers nonsense: {error}") from error


def shell(turn: Turn, name: str, line: str, budget: float) -> tuple[int, str, str]:
    """A line of the shell of the guest `name`, as root: exit code, stdout, stderr. Raises as `execute` does."""
    out, err = bytearray(), bytearray()

    def hear(kept: bytearray, data: bytes) -> None:
        kept += data
        if len(out) + len(err) > MOST_SAID:
            raise SeraiError(Code.FAILED, f"the command says more than {MOST_SAID >> 20} MiB")

    try:
        code = execute(
            turn, ["/bin/sh", "-c", line], out=partial(hear, out), err=partial(hear, err), budget=budget
        )
    except SeraiError as error:
        hint = "is qemu-guest-agent running in the guest?" if error.code is Code.NETWORK else ""
        raise SeraiError(error.code, f"{name}: {error.message}", hint=hint) from error
    return code, out.decode(errors="replace"), err.decode(errors="replace")


def _followed(
    turn: Turn, pid: int, reader: Reader, writer: Writer | None, given: Input, deadline: float | None
) -> int:
    pause, began = FIRST, time.monotonic()
    while True:
        with turn() as call:
            over = time.monotonic() + TURN_SECONDS
            while True:
                status = call("guest-exec-status", pid=pid)
                if not reader.opened and not reader.open(call, late=time.monotonic() - began > START_SECONDS):
                    moved = False
                else:
                    moved = reader.move(call)
                    if writer and not status["exited"]:
                        moved = writer.move(call) or moved
                if status["exited"]:
                    while reader.opened and reader.move(call):
                        _in_time(deadline)
                    return int(status["exitcode"] if "exitcode" in status else 128 + status.get("signal", 0))
                _in_time(deadline)
                pause = FIRST if moved else min(MOST, pause * GROWTH)
                if time.monotonic() + pause >= over:
                    break
                _wait(writer, given, pause)
        _wait(writer, given, pause)


def _in_time(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() > deadline:
        raise SeraiError(Code.TIMEOUT, "the command did not end in time")


def _wait(writer: Writer | None, given: Input, seconds: float) -> None:
    if writer is None or given.ended:
        time_out(seconds)
    else:
        writer.wait(seconds)


class Reader:
    """What the program writes, segment by segment."""

    def __init__(self, place: str, sinks: dict[str, Sink]) -> None:
        self.place = place
        self.streams = {name: Stream(f"{place}/{name}", sink) for name, sink in sinks.items()}
        self.ctl = -1

    @property
    def opened(self) -> bool:
        return self.ctl >= 0

    def open(self, call: Call, *, late: bool) -> bool:
        """False while its directory is not there yet. `late`: raises instead."""
        try:
            self.ctl = call("guest-file-open", path=f"{self.place}/ctl", mode="r")
        except Refused:
            if late:
                raise
            return False
        return True

    def move(self, call: Call) -> bool:
        """Take what there is; whether there was anything."""
        told = _unpacked(call("guest-file-read", handle=self.ctl, count=1 << 12))
        for name, stream in self.streams.items():
            stream.whole += told.count(name[0].encode())
        moved = [stream.move(call) for stream in self.streams.values()]  # of each, whatever the first one says
        return any(moved)

    def close(self, call: Call) -> None:
        for handle in (self.ctl, *(stream.handle for stream in self.streams.values())):
            if handle >= 0:
                call("guest-file-close", handle=handle)


class Stream:
    """One stream of output."""

    def __init__(self, path: str, sink: Sink) -> None:
        self.path = path
        self.sink = sink
        self.number = 0
        self.whole = 0
        """Segments that are written to their end."""
        self.handle = -1

    def move(self, call: Call) -> bool:
        """Give the sink what has come, or a part of it."""
        moved = False
        for _ in range(AT_ONCE):
            if self.handle < 0:
                self.handle = call("guest-file-open", path=f"{self.path}.{self.number}", mode="r")
            answer = call("guest-file-read", handle=self.handle, count=SEGMENT)
            if data := _unpacked(answer):
                moved = True
                self.sink(data)
            elif self.number == self.whole:
                return moved
            else:
                call("guest-file-close", handle=self.handle)
                # Emptied, it makes room for a further one.
                path = f"{self.path}.{self.number}"
                call("guest-file-close", handle=call("guest-file-open", path=path, mode="w"))
                self.number, self.handle = self.number + 1, -1
        return True


class Writer:
    """What the program reads, segment by segment."""

    def __init__(self, place: str, head: bytes, given: Input) -> None:
        self.place = place
        self.rest = head
        self.given = given
        self.number = 0
        self.handle = -1
        self.done = False

    def move(self, call: Call) -> bool:
        """Send what has come, as far as the guest has room; whether anything was sent."""
        if self.done or self._full(call):
            return False
        self.rest = self.rest or self.given.take(SEGMENT)
        if not self.rest and not self.given.ended:
            return False
        if self.handle < 0:
            self.handle = self._open(call)
        if self.rest:
            data, self.rest = self.rest[:SEGMENT], self.rest[SEGMENT:]
            while data:
                written = call("guest-file-write", handle=self.handle, **{"buf-b64": _packed(data)})["count"]
                if not 0 < written <= len(data):
                    raise ValueError(f"of {len(data)} bytes {written} are written")
                data = data[written:]
            call("guest-file-close", handle=self.handle)
            self.number += 1
            self.handle = self._open(call)
        else:
            call("guest-file-close", handle=self.handle)
            call("guest-file-close", handle=call("guest-file-open", path=f"{self.place}/end", mode="w"))
            self.done = True
        return True

    def wait(self, seconds: float) -> None:
        """Until there is something to send; at once when there is already."""
        if not self.rest:
            self.given.wait(seconds)

    def _open(self, call: Call) -> int:
        return int(call("guest-file-open", path=f"{self.place}/in.{self.number}", mode="w"))

    def _full(self, call: Call) -> bool:
        """Whether the guest still has the segment of AHEAD segments before."""
        if self.number < AHEAD:
            return False
        try:
            path = f"{self.place}/in.{self.number - AHEAD}"
            call("guest-file-close", handle=call("guest-file-open", path=path, mode="r"))
        except Refused:
            return False
        return True


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unpacked(answer: dict[str, Any]) -> bytes:
    return base64.b64decode(answer.get("buf-b64", ""))
