"""What a start would change in QEMU's arguments, as lines."""

from __future__ import annotations

import msgspec

from serai.providers.contract import Materials
from serai.providers.qemu.driver import Qemu
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.units import GIB

WEB = Machine(name="web")


def test_a_machine_that_was_never_started_is_all_new(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    lines = qemu.difference(WEB, Materials())

    assert lines and not any(line.startswith("-") for line in lines[1:])


def test_only_what_differs_is_shown(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    (qemu.directory("web") / "argv").write_text(qemu.render(WEB, Materials()).text)
    changed = msgspec.structs.replace(WEB, memory=Memory(size=GIB))

    assert qemu.difference(WEB, Materials()) == []
    lines = [line for line in qemu.difference(changed, Materials()) if line[0] in "+-"][2:]
    assert [line.strip("+- \\") for line in lines] == ["m size=512M", "m size=1024M"]
