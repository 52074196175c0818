"""All facts of one host: the kernel's version, the distribution."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.host import Facts
from serai.host.facts.source import Source


def test_the_kernel_and_the_distribution(tmp_path):
    write(tmp_path, {"proc/sys/kernel/osrelease": "6.12.107+deb13", "etc/os-release": 'ID="debian"\n'})
    facts = Facts(Source(tmp_path))

    assert (facts.kernel, facts.system["ID"]) == ((6, 12), "debian")
