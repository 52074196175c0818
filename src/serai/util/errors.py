"""The one root error: a code, what happened, the next command, and where."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Code(StrEnum):
    """What kind of failure it is; decides the exit code (see EXIT)."""

    INPUT = "input"  # the project file or a value is wrong
    USAGE = "usage"  # the command line is wrong
    MISSING = "missing"  # a program, package or file that is needed is not there
    REFUSED = "refused"  # serai will not do it without being told to (--force, -y)
    UNSUPPORTED = "unsupported"  # this provider cannot, and says why
    BUSY = "busy"  # somebody else holds the lock, port or device
    FAILED = "failed"  # it was tried and did not work
    NETWORK = "network"  # a download or a remote end failed
    CORRUPT = "corrupt"  # data is not what its digest or magic bytes say
    TIMEOUT = "timeout"  # a wait ran out of its budget
    INTERRUPTED = "interrupted"  # Ctrl-C
    INTERNAL = "internal"  # a bug in serai


EXIT: dict[Code, int] = {
    Code.INPUT: 3,
    Code.USAGE: 64,
    Code.MISSING: 5,
    Code.REFUSED: 4,
    Code.UNSUPPORTED: 4,
    Code.BUSY: 6,
    Code.INTERRUPTED: 130,
    Code.INTERNAL: 70,
}
"""Exit codes; every other Code is 1. 0 is success, and `serai plan` gives 2 when there is something to do."""


class Where:
    """A place in a file: `serai.yaml:7:5`. Lines and columns count from 1; 0 is unknown."""

    __slots__ = ("column", "file", "line")

    def __init__(self, file: str, line: int = 0, column: int = 0) -> None:
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"

    def __repr__(self) -> str:
        return f"Where({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Where) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class SeraiError(Exception):
    """A failure that a person can act on: `message` names the object and the cause, `hint` the next command.

    `details` are further lines (the console's tail, a program's stderr), shown below the message.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        hint: str = "",
        where: Where | None = None,
        details: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.where = where
        self.details = tuple(details)

    @property
    def exit_code(self) -> int:
        return EXIT.get(self.code, 1)

    def line(self) -> str:
        """One line, without the hint: `serai.yaml:7:5: machines.web.memroy: unknown key`."""
        return f"{self.where}: {self.message}" if self.where else self.message

    def __str__(self) -> str:
        return f"{self.line()} ({self.hint})" if self.hint else self.line()


class SeraiErrors(SeraiError):
    """Several failures at once, as a loader finds them; `errors` is never empty."""

    def __init__(self, errors: Sequence[SeraiError]) -> None:
        first = errors[0]
        super().__init__(first.code, first.message, hint=first.hint, where=first.where)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`did you mean 'memory'?`, or an empty string."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""
