"""The options that a kernel was built with, packed by itself or in its package's file."""

from __future__ import annotations

import gzip

from host_cases import write
from serai.host.facts.kernel_config import KernelConfig
from serai.host.facts.source import Source


def test_the_kernel_itself_is_asked_before_a_file_of_that_name(tmp_path):
    write(tmp_path, {"boot/config-6.12.0": "CONFIG_VETH=y\n"})
    assert KernelConfig(Source(tmp_path), "6.12.0").options == {"VETH": "y"}

    text = b"CONFIG_VETH=m\n# CONFIG_BRIDGE is not set\nCONFIG_HZ=250\n"
    (tmp_path / "proc/config.gz").write_bytes(gzip.compress(text))
    found = KernelConfig(Source(tmp_path), "6.12.0")

    assert found.options == {"VETH": "m", "HZ": "250"}
    assert found.found[0] == "/proc/config.gz"
