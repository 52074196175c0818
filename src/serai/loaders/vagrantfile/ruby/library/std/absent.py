"""What Ruby has and serai does not: it can be required, and its use is refused with the place."""

from __future__ import annotations

from typing import ClassVar

from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS
from serai.loaders.vagrantfile.ruby.library.std.names import CONSTANTS_OF
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Proc, Value


class Absent:
    """Stands for a class or module of which nothing is there."""

    ruby_class: ClassVar[str] = "Class"

    def __init__(self, name: str) -> None:
        self.name = name

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        raise rt.refused(f"{self.name}.{name}", "--ruby runs the file by a real Ruby")


def enter(name: str) -> None:
    CONSTANTS[name] = lambda: Absent(name)


for _name in CONSTANTS_OF["absent"].split():
    enter(_name)
