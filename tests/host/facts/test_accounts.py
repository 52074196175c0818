"""Users and their groups, as /etc/passwd and /etc/group have them."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.accounts import Accounts
from serai.host.facts.source import Source

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nlibvirt-qemu:x:64055:64055::/var/lib/libvirt:/bin/false\nbad:x",
    "etc/group": "root:x:0:\nkvm:x:108:ann,libvirt-qemu\nlibvirt-qemu:x:64055:\nbad:x:y:libvirt-qemu",
}


def test_a_user_has_its_own_group_and_those_that_list_it(tmp_path):
    write(tmp_path, FILES)
    found = Accounts(Source(tmp_path)).user("libvirt-qemu")

    assert (found.uid, found.groups) == (64055, {64055, 108})


def test_who_is_not_listed_is_nobody(tmp_path):
    write(tmp_path, FILES)
    assert Accounts(Source(tmp_path)).user("bad") is None
