"""Words of the argv that have rules of their own (CPU-1); whole machines are in tests/render/qemu."""

from __future__ import annotations

import pytest

from serai.providers.qemu.render import cpu_words, mebibytes, smp_words
from serai.spec.cpu import Cpu
from serai.spec.machine import Machine
from serai.util.units import GIB, KIB, MIB


class _Site:
    arch = "amd64"
    nested_flag = "vmx"

    def __init__(self, accel: str) -> None:
        self.accel = accel


@pytest.mark.parametrize(
    ("accel", "cpu", "words"),
    [
        ("kvm", Cpu(), "host,vmx=off,svm=off"),
        ("kvm", Cpu(nested=True), "host,vmx=on"),
        ("tcg", Cpu(), "max"),
        ("tcg", Cpu(nested=True), "max,svm=on"),
        ("tcg", Cpu(model="EPYC", features={"avx2": False}), "EPYC,avx2=off"),
    ],
)
def test_the_cpu_model_follows_the_accelerator(accel: str, cpu: Cpu, words: str) -> None:
    assert cpu_words(Machine(cpu=cpu), _Site(accel)) == words  # type: ignore[arg-type]


def test_cpus_are_cores_unless_told_otherwise() -> None:
    assert smp_words(Machine(cpu=Cpu(count=2, max=4))) == "cpus=2,maxcpus=4,sockets=1,cores=4,threads=1"


def test_sizes_are_whole() -> None:
    assert [mebibytes(size) for size in (GIB, MIB, MIB + KIB, MIB + 1)] == ["1024M", "1M", "1025K", "1025K"]
