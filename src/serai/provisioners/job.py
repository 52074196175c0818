"""One block of one machine, as its provisioner sees it: the way in, the project, and how a failure is told."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from serai.guest.stream import stream
from serai.guest.transport import OnLine, Transport
from serai.providers.contract import Endpoint
from serai.provisioners.script import become, no_root, upload
from serai.spec.machine import Machine
from serai.util import process
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser
from serai.util.process import Result

TAIL = 15
"""Lines of output that an error shows."""
HIDDEN = "(sensitive: its output is not shown)"
GRACE_SECONDS = 5.0
"""Until a program of this host that was asked to end is killed: time enough to end what it has started."""

Peers = Mapping[str, tuple[Machine, Endpoint | None]]


def nobody() -> Peers:
    """The machines of a project that has none."""
    return {}


class Job:
    """What a provisioner's `run` is given beside its block. Every failure names the machine and the block.

    `key` is what `--provision-with` calls the block, `root` the project's directory, `out` is told each line of
    output as it comes.
    """

    __slots__ = ("_peers", "key", "machine", "out", "root", "transport")

    def __init__(
        self,
        *,
        key: str,
        machine: Machine,
        transport: Transport,
        root: Path,
        out: OnLine,
        peers: Callable[[], Peers] = nobody,
    ) -> None:
        self.key = key
        self.machine = machine
        self.transport = transport
        self.root = root
        self.out = out
        self._peers = peers

    @property
    def label(self) -> str:
        """What an error begins with."""
        return f"{self.machine.name}: provision {self.key}"

    @property
    def again(self) -> str:
        """The command that does this block once more."""
        return f"serai provision {self.machine.name} --provision-with {self.key}"

    def peers(self) -> Peers:
        """Every machine of the project, this one too, with the way into it, None where it does not run."""
        return self._peers()

    def fail(
        self, cause: str, *, hint: str = "", details: Sequence[str] = (), code: Code = Code.FAILED
    ) -> SeraiError:
        """The error to raise; without a hint of its own it says how to go on."""
        return SeraiError(
            code, f"{self.label}: {cause}", hint=hint or f"mend it, then {self.again}", details=details
        )

    def path(self, text: str, what: str = "the file") -> Path:
        """A file or directory that the block names. Code.INPUT when it is not there."""
        path = self.root / expanduser(text)
        if not path.exists():
            hint = "paths are relative to the project file"
            raise self.fail(f"{what} {path} does not exist", hint=hint, code=Code.INPUT)
        return path

    def put(self, source: Path, destination: str, *, mode: str | None = None, owner: str | None = None) -> None:
        """A file or a tree of this host into the guest: see Transport.put."""
        try:
            self.transport.put(source, destination, mode=mode, owner=owner)
        except SeraiError as error:
            if error.code is not Code.FAILED:
                raise
            cause = error.message.removeprefix(f"{self.machine.name}: ")
            raise self.fail(cause, hint=self.again, details=error.details) from error

    def write(self, text: str, destination: str, *, mode: str = "0600", owner: str | None = None) -> None:
        """A text as a file in the guest; it is in no list of processes. It is root's where the place is."""
        with tempfile.TemporaryDirectory(prefix="serai-job-") as folder:
            source = Path(folder) / "text"
            source.write_text(text)
            self.put(source, destination, mode=mode, owner=owner)

    def script(
        self,
        text: str,
        args: Sequence[str] = (),
        env: Mapping[str, str] = {},
        *,
        privileged: bool = True,
        sensitive: bool = False,
        what: str = "its script",
        place: str | None = None,
        lasting: bool = False,
        heard: OnLine | None = None,
    ) -> None:
        """Run a script in the guest, by its `#!` or by sh, with live lines and the machine's environment.

        `what` is what a failure says has ended; `sensitive` shows nothing of the output; at `place` the script
        stays in the guest; `lasting`: what it has done is on the guest's disk then; `heard` is told each line,
        too.
        """
        last: deque[str] = deque(maxlen=TAIL)
        whole = {**self.machine.env, **env}
        program = upload(whole, text, args, mark=os.urandom(8).hex(), place=place, lasting=lasting)
        try:
            result = self.transport.run(
                become(privileged=privileged),
                input=program.encode(),
                on_line=self._listen(last, sensitive=sensitive, heard=heard),
                check=False,
            )
        except SeraiError as error:
            if error.code is not Code.NETWORK:
                raise
            cause = f"{what} was cut off: {error.message.removeprefix(f'{self.machine.name}: ')}"
            lost = f"did it restart its guest? `reboot: true` does so after a script; {self.again}"
            hint = lost if "was lost" in cause else error.hint
            raise self.fail(
                cause, hint=hint, details=[HIDDEN] if sensitive else list(last), code=error.code
            ) from error
        if result.ok:
            return
        details = [HIDDEN] if sensitive else list(last)
        if privileged and (found := no_root(" ".join(last))):
            raise self.fail(found[0], hint=found[1], details=details)
        raise self.fail(f"{what} ended with exit code {result.code}", details=details)

    def ask(self, text: str, *, privileged: bool = True) -> Result:
        """What a short script in the guest says; nothing is shown, and no exit code is a failure."""
        program = (
            f"{{\n{text}\n}} </dev/null\n"  # whole before it runs, so that none of its commands reads the rest
        )
        return self.transport.run(become(privileged=privileged), input=program.encode(), check=False)

    def local(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] = {},
        cwd: Path | None = None,
        *,
        sensitive: bool = False,
        what: str = "",
        heard: OnLine | None = None,
    ) -> None:
        """Run a program of this host, in the project's directory, with live lines.

        `env` is added to the environment. Code.MISSING when the program is not there.
        """
        last: deque[str] = deque(maxlen=TAIL)
        output = stream(
            argv,
            on_line=self._listen(last, sensitive=sensitive, heard=heard),
            env=env,
            cwd=cwd or self.root,
            grace=GRACE_SECONDS,
        )
        if output.code:
            details = [HIDDEN] if sensitive else list(last)
            raise self.fail(f"{what or Path(argv[0]).name} ended with exit code {output.code}", details=details)

    def look(self, argv: Sequence[str]) -> Result:
        """What a program of this host says; nothing is shown, and no exit code is a failure."""
        return process.run(argv, check=False, cwd=self.root)

    def _listen(self, last: deque[str], *, sensitive: bool, heard: OnLine | None) -> OnLine:
        def listen(line: str) -> None:
            last.append(line)
            if heard:
                heard(line)
            if not sensitive:
                self.out(line)

        return listen
