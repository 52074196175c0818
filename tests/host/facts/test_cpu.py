"""Processors: the first one's flags and the level that they make."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.cpu import Cpu
from serai.host.facts.source import Source, Unknown


def test_only_the_first_processor_is_read(tmp_path):
    write(tmp_path, {"proc/cpuinfo": "vendor_id\t: AuthenticAMD\nflags\t: svm\n\nvendor_id\t: other\n"})
    cpu = Cpu(Source(tmp_path))

    assert (cpu.vendor, cpu.flags, cpu.level) == ("amd", {"svm"}, "x86-64-v1")


def test_without_cpuinfo_nothing_is_known(tmp_path):
    write(tmp_path, {})
    with pytest.raises(Unknown):
        _ = Cpu(Source(tmp_path)).flags
