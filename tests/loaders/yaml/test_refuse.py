"""What msgspec refuses with one reason is told with all of them, at their places."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.refuse import explain
from serai.spec.machine import Machine


def told(text):
    problems = Problems("f")
    node = parse(text, problems)
    explain(plain(node), node, Machine, "refused", problems)
    return [str(error) for error in problems.errors()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cpu: {count: 0}", "f:1:14: cpu.count: 0 is out of range, the smallest is 1"),
        ("cpu: {count: 5000}", "f:1:14: cpu.count: 5000 is out of range, the largest is 4096"),
        ("cpu: {count: 1.0}", "f:1:14: cpu.count: must be a whole number, not the number 1.0"),
        ("cpu: [1]", "f:1:6: cpu: must be a map, not a list"),
        ("arch: amd46", "f:1:7: arch: 'amd46' is not one of amd64, arm64, did you mean 'amd64'?"),
        ("keep: maybe", "f:1:7: keep: must be true or false, not the text 'maybe'"),
        ("disks: {a b: {}}", "f:1:9: disks.a b: 'a b' is not letters, digits, dots and dashes, at most 63"),
        ("hostname: -x", "f:1:11: hostname: '-x' is not letters, digits, dots and dashes"),
        ("guest: {users: [{}]}", "f:1:17: guest.users[0].name: is missing"),
        ("memory: {size: 99999999999999999999}", "is out of range, the largest is 9223372036854775807B"),
        (
            "disks: {a: {serial: '123456789012345678901'}}",
            "disks.a.serial: '123456789012345678901' is longer than 20 characters",
        ),
        ("providers: {qemu: {machine: 'a b'}}", "'a b' does not match ^[A-Za-z0-9.,=_-]+$"),
    ],
)
def test_a_reason_is_a_sentence(text, message):
    found = told(text)

    assert len(found) == 1
    assert message in found[0]


def test_all_reasons_are_told():
    assert len(told("{cpu: {count: 0}, keep: maybe, arch: x, guest: {users: [{}]}}")) == 4


def test_a_refusal_without_a_reason_is_told_as_it_is():
    assert told("name: web") == ["f:1:1: refused"]
