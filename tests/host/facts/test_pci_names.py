"""Names of devices come from the distribution's list, and only those that are asked for."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.pci_names import Names, names
from serai.host.facts.source import Source

LIST = """# a comment
10de  NVIDIA Corporation
\t1b80  GP104 [GeForce GTX 1080]
\t\t1043 85aa  a subsystem
\t1b81  GP104 [GeForce GTX 1070]
8086  Intel Corporation
\t10d3  82574L Gigabit Network Connection
C 03  Display controller
\t00  VGA compatible controller
\t\t00  VGA controller
"""


def test_what_is_asked_for_is_found(tmp_path):
    write(tmp_path, {"usr/share/misc/pci.ids": LIST})
    found = names(Source(tmp_path), [("10de", "1b80"), ("8086", "ffff")], ["0300", "0380"])

    assert found == Names(
        vendors={"10de": "NVIDIA Corporation", "8086": "Intel Corporation"},
        products={("10de", "1b80"): "GP104 [GeForce GTX 1080]"},
        classes={"0300": "VGA compatible controller", "0380": "Display controller"},
    )


def test_without_a_list_nothing_has_a_name(tmp_path):
    assert names(Source(tmp_path), [("10de", "1b80")], ["0300"]) == Names()
