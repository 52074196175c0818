"""What `status` says of a machine comes from its record and its engine, the same way for every provider."""

from __future__ import annotations

from serai.providers.contract import Forward, Snapshot, State
from serai.providers.machine_record import MachineRecord, observed_from

RECORD = MachineRecord(
    name="web",
    project="shop",
    project_id="t1",
    project_root="/p",
    image_digest="sha256:1",
    forwards=(Forward(guest=80, host=8080),),
    snapshots=(Snapshot(name="clean", at=1.0, memory=False),),
    addresses={"back": "10.0.0.5/24", "front": "10.1.0.5/24"},
    ready_at=2.0,
    started_at=1.0,
)


def test_what_is_in_the_record_is_said():
    said = observed_from(RECORD, "qemu", State.READY, "running", problem="slow", pid=7)

    assert (said.name, said.provider, said.state, said.native_state) == ("web", "qemu", State.READY, "running")
    assert (said.digest, said.problem, said.pid) == ("sha256:1", "slow", 7)
    assert (said.ready_at, said.started_at) == (2.0, 1.0)
    assert (said.project, said.project_id, said.project_root) == ("shop", "t1", "/p")
    assert said.snapshots == ("clean",)
    assert said.forwards == RECORD.forwards


def test_addresses_are_those_of_the_record_unless_others_were_found():
    assert observed_from(RECORD, "qemu", State.READY, "").addresses == ("10.0.0.5", "10.1.0.5")

    found = ["10.9.0.1", "10.0.0.5", "10.9.0.1"]
    assert observed_from(RECORD, "lxc", State.READY, "", addresses=found).addresses == ("10.9.0.1", "10.0.0.5")


def test_a_machine_that_is_off_has_no_ports():
    assert observed_from(RECORD, "libvirt", State.STOPPED, "", forwards=False).forwards == ()
