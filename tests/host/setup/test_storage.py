"""A host of storage for oVirt: the ids 36:36, the directory, the export and its service (GUI-3)."""

from __future__ import annotations

import pytest

from serai.host.setup.asked import Asked
from serai.host.setup.storage import nfs_storage
from serai.util.errors import SeraiError
from setup_hosts import facts, host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}


def plan(root, asked=None, **more):
    return nfs_storage(facts(host(root, DEBIAN, **more)), asked or Asked())


def test_it_is_what_ovirt_wants(tmp_path):
    planned = plan(tmp_path, Asked(clients="10.1.0.0/24"))

    assert [change.title() for change in planned.changes] == [
        "install nfs-kernel-server",
        "group kvm, id 36",
        "user vdsm, id 36, group 36",
        "directory /exports/data, 0755 36:36",
        "write /etc/exports.d/90-serai-exports-data.exports",
        "enable and start nfs-server.service",
    ]
    assert planned.changes[4].text.splitlines()[1] == (
        "/exports/data localhost(rw,sync,no_subtree_check,all_squash,anonuid=36,anongid=36) "
        "10.1.0.0/24(rw,sync,no_subtree_check,all_squash,anonuid=36,anongid=36)"
    )


def test_who_may_mount_it_is_said_and_not_everybody(tmp_path):
    planned = plan(tmp_path)
    assert "192.168.0.0/16" in planned.notes[-1]
    assert "*" not in planned.changes[4].text


def test_where_kvm_has_another_id_the_group_is_called_vdsm(tmp_path):
    planned = plan(tmp_path, files={"etc/group": "kvm:x:104:\n"})
    assert planned.changes[1].name == "vdsm"
    assert "the group kvm is 104 here" in planned.notes[0]


def test_a_kvm_that_is_36_already_stays(tmp_path):
    planned = plan(tmp_path, files={"etc/group": "kvm:x:36:\n"})
    assert planned.changes[1].name == "kvm"
    assert planned.changes[1].holds(host(tmp_path, DEBIAN, files={"etc/group": "kvm:x:36:\n"}))


def test_a_path_with_blanks_is_quoted(tmp_path):
    assert '"/exports/my data" ' in plan(tmp_path, Asked(path="/exports/my data")).changes[4].text


@pytest.mark.parametrize("path", ["data", "/", ""])
def test_what_is_no_path_is_refused(tmp_path, path):
    with pytest.raises(SeraiError, match="no path of a directory"):
        plan(tmp_path, Asked(path=path))


def test_without_systemd_the_service_is_started_by_its_script_or_program(tmp_path):
    assert plan(tmp_path).changes[-1].start == ("/etc/init.d/nfs-kernel-server", "start")
    fedora = facts(host(tmp_path, {"ID": "fedora"}, "dnf"))
    assert nfs_storage(fedora, Asked()).changes[-1].start == ("rpc.nfsd", "8")
