"""Huge pages of each node: what the command line asks for, and what the kernel really gave (MEM-1, MEM-3, E12)."""

from __future__ import annotations

import re

import pytest

from lab.topologies import nodes

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

ASKED = "default_hugepagesz=1G hugepagesz=1G hugepages=0:1,1:1 hugepagesz=2M hugepages=0:4,1:8"
SCRIPT = {"check": "serai host check --json", "log": "dmesg | grep HugeTLB"}


def test_nodes_that_are_large_enough_have_the_pages_that_were_asked_for(ask):
    # A kernel that puts itself at random may lie in the only whole gigabyte that a node has.
    found = ask(nodes(4096), SCRIPT, arguments=f"{ASKED} nokaslr", memory=8192).checks()

    assert found["mem.huge-asked"]["result"] == "pass", found["mem.huge-asked"]
    assert found["mem.huge-asked"]["value"] == (
        "1GiB on node 0: 1 of 1, 1GiB on node 1: 1 of 1, 2MiB on node 0: 4 of 4, 2MiB on node 1: 8 of 8"
    )
    assert found["mem.huge-nodes"]["result"] == "note"
    assert found["mem.huge-nodes"]["value"] == "node 0: 4, node 1: 8"
    assert found["numa.nodes"]["value"] == "2 nodes"


def test_a_page_that_the_kernel_did_not_give_is_named_with_its_node(ask):
    seen = ask(nodes(1792), SCRIPT, arguments=ASKED, memory=3584)

    found = seen.checks()["mem.huge-asked"]
    refused = re.findall(r"HugeTLB: (.* failed.*?)\.\s+Only allocated 0 hugepages", seen.parts["log"])
    short = re.findall(r"1GiB on node (\d): 0 of 1", found["value"])
    assert refused, "the kernel says it in its log, and nowhere else"
    assert found["result"] == "fail"
    # The kernel may take the page of one node from the other: its log names the other node then.
    assert short, "which node has room for none differs from kernel to kernel"
    assert all(line in found["why"] for line in refused), (found, refused)
