"""How changed keys are applied to a domain of xl's: at once, at a restart, anew, or not at all."""

from __future__ import annotations

import pytest

from serai.plan.diff import changes
from serai.providers.contract import Effect, Observed, State
from serai.providers.xen.verdicts import verdict
from xen_site import loaded

OWN = "own: {path: /dev/x, format: raw}"
WAS = loaded(f"memory: {{size: 512MiB, max: 1GiB}}\ncpu: {{count: 1, max: 2}}\ndisks: {{data: 1GiB, {OWN}}}")
NOW = loaded(f"memory: {{size: 768MiB, max: 1GiB}}\ncpu: {{count: 2, max: 2}}\ndisks: {{data: 2GiB, {OWN}}}")
MIB = 1 << 20


def effect(key: str, old: object = None, new: object = None, state: State = State.RUNNING, machine=NOW) -> Effect:
    seen = Observed(name="web", provider="xen", state=state, applied=WAS)
    return verdict(machine, seen, key, old, new).effect


@pytest.mark.parametrize(
    ("key", "old", "new", "what"),
    [
        ("name", None, None, Effect.IMMUTABLE),
        ("image", "a", "b", Effect.RECREATE),
        ("provision", None, None, Effect.LIVE),
        ("hostname", None, "x", Effect.RESTART),
        ("memory.size", 512 * MIB, 768 * MIB, Effect.LIVE),
        ("memory.size", 512 * MIB, 2048 * MIB, Effect.RESTART),
        ("memory.max", 1, 2, Effect.RESTART),
        ("cpu.count", 1, 2, Effect.LIVE),
        ("cpu.nested", False, True, Effect.RESTART),
        ("cpu.pin.each", {}, {"0": "1"}, Effect.LIVE),
        ("disks.data.size", 1024 * MIB, 2048 * MIB, Effect.RESTART),
        ("disks.data.size", 2048 * MIB, 1024 * MIB, Effect.IMMUTABLE),
        ("disks.own.size", None, 1, Effect.IMMUTABLE),
        ("disks.data.format", "qcow2", "raw", Effect.RECREATE),
        ("disks.data.discard", None, "ignore", Effect.RESTART),
        ("disks.data.preallocation", None, "full", Effect.LIVE),
        ("providers.xen.host", None, "x", Effect.IMMUTABLE),
        ("providers.xen.weight", None, 512, Effect.LIVE),
        ("providers.xen.type", None, "pv", Effect.RESTART),
        ("providers.qemu.args", [], ["x"], Effect.LIVE),
    ],
)
def test_a_running_machine(key: str, old: object, new: object, what: Effect) -> None:
    assert effect(key, old, new) is what


RAW = "{size: 1GiB, format: raw}"


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ("{}", f"{{x: {RAW}}}", {Effect.RESTART}),
        ("{}", "{x: {path: /dev/x, format: raw}}", {Effect.RESTART}),
        ("{}", "{x: {path: /x.iso, device: cdrom}}", {Effect.RESTART}),
        (f"{{x: {RAW}}}", "{}", {Effect.RESTART}),
        ("{x: 1GiB}", "{}", {Effect.RESTART}),
        ("{x: {path: /dev/x, format: raw}}", "{}", {Effect.RESTART}),
        ("{x: 1GiB}", f"{{x: {RAW}}}", {Effect.RECREATE}),
        ("{x: 2GiB}", "{x: 1GiB}", {Effect.IMMUTABLE}),
        ("{pg.data: 1GiB}", f"{{pg.data: {RAW}}}", {Effect.RECREATE}),
        ("{pg.data: 2GiB}", "{pg.data: 1GiB}", {Effect.IMMUTABLE}),
        ("{pg.data: 2GiB}", "{}", {Effect.RESTART}),
        ("{root: {}}", "{root: 20GiB}", {Effect.LIVE, Effect.RESTART}),
        ("{root: 20GiB}", "{root: 10GiB}", {Effect.IMMUTABLE}),
        ("{root: 20GiB}", f"{{root: {RAW}}}", {Effect.RECREATE, Effect.IMMUTABLE}),
    ],
)
def test_a_disk_is_judged_as_a_whole_before_its_fields(was: str, now: str, what: set[Effect]) -> None:
    before, after = (loaded(f"image: tiny\ndisks: {disks}") for disks in (was, now))
    seen = Observed(name="web", provider="xen", state=State.READY, applied=before)
    found = changes(before, after, lambda key, old, new: verdict(after, seen, key, old, new))
    assert {change.effect for change in found} == what


def test_what_becomes_of_a_detached_disk_is_said() -> None:
    seen = Observed(name="web", provider="xen", state=State.READY, applied=WAS)
    none = loaded("image: tiny")
    assert "until destroy" in verdict(none, seen, "disks.data.size", 1, None).reason
    assert "your file stays" in verdict(none, seen, "disks.own.path", "/dev/x", None).reason


def test_one_that_is_off_needs_no_restart() -> None:
    assert effect("hostname", None, "x", State.STOPPED) is Effect.LIVE
    assert effect("image", "a", "b", State.STOPPED) is Effect.RECREATE


def test_more_cpus_than_it_has_room_for_wait() -> None:
    assert effect("cpu.count", 1, 4, machine=loaded("cpu: {count: 4, max: 4}")) is Effect.RESTART


def test_a_machine_is_not_moved_to_another_dom0_and_it_says_why():
    seen = Observed(name="web", provider="xen", state=State.RUNNING, applied=WAS)
    found = verdict(NOW, seen, "providers.xen.host", "one", "other")
    assert found.effect is Effect.IMMUTABLE
    assert "xl migrate" in found.reason and "share" in found.reason
