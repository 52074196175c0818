"""Ruby's exceptions: their classes, and what Python's own errors in a method of ours become."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.register import declare

FAULTS = (
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    StopIteration,
    UnicodeError,
    OSError,
)
"""What a method written in Python may raise on odd arguments. It is a Ruby TypeError for the file."""

_TREE = """
Exception: NoMemoryError ScriptError SecurityError SignalException StandardError SystemExit SystemStackError
ScriptError: LoadError NotImplementedError SyntaxError
SignalException: Interrupt
StandardError: ArgumentError EncodingError FiberError IOError IndexError LocalJumpError NameError RangeError
StandardError: RegexpError RuntimeError SystemCallError ThreadError TypeError
StandardError: ZeroDivisionError NoMatchingPatternError
ArgumentError: UncaughtThrowError
IOError: EOFError
IndexError: KeyError StopIteration
NameError: NoMethodError
RangeError: FloatDomainError
RuntimeError: FrozenError
NoMatchingPatternError: NoMatchingPatternKeyError
SystemCallError: Errno::ENOENT Errno::EACCES Errno::EEXIST Errno::ENOTDIR Errno::EISDIR
SystemCallError: Errno::ENOTEMPTY Errno::EPERM Errno::EINVAL Errno::ECONNREFUSED Errno::EPIPE
SystemCallError: Errno::ELOOP Errno::ENOEXEC Errno::ETIMEDOUT
SystemCallError: Errno::EHOSTUNREACH Errno::ESRCH
"""

ERRNO = {
    "Errno::ENOENT": "No such file or directory",
    "Errno::EACCES": "Permission denied",
    "Errno::EEXIST": "File exists",
    "Errno::ENOTDIR": "Not a directory",
    "Errno::EISDIR": "Is a directory",
    "Errno::ENOTEMPTY": "Directory not empty",
    "Errno::EPERM": "Operation not permitted",
    "Errno::EINVAL": "Invalid argument",
    "Errno::ECONNREFUSED": "Connection refused",
}
"""What such an error says by itself: `raise Errno::ENOENT, "x"` is "No such file or directory - x"."""


def _enter() -> None:
    declare("Exception")
    declare("Errno", None)
    for line in _TREE.strip().splitlines():
        parent, children = line.split(": ")
        for child in children.split():
            declare(child, parent)


_enter()
