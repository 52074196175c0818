"""The life of machines on the real QEMU. Their firmware finds nothing to boot, which costs no time."""

from __future__ import annotations

import os
import signal
import socket

import msgspec
import pytest

from serai.providers.contract import Effect, Mark, Materials, State, Verdict
from serai.providers.qemu import gather, launch
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Phase, editing, is_alive, load
from serai.spec.cpu import Cpu
from serai.spec.disk import Disk, DiskFormat
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import ForwardedPort, Nic, PrivateNic
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB

pytestmark = pytest.mark.engine

LIVE = Verdict(Effect.LIVE)
WEB = Machine(
    name="web",
    memory=Memory(size=128 * MIB, max=1 * GIB),
    cpu=Cpu(count=1, max=2),
    disks={"data": Disk(size=64 * MIB)},
)


def up(qemu: Qemu, machine: Machine = WEB) -> None:
    qemu.create(machine, Materials())
    qemu.start(machine, Materials())


def state(qemu: Qemu, name: str = "web") -> State:
    return qemu.observe([name])[name].state


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def forward(port: int, **more: object) -> Nic:
    return Nic(forwarded_port=msgspec.convert({"guest": 80, "host": port, **more}, ForwardedPort))


def test_a_machine_is_made_started_stopped_and_removed(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    assert state(qemu) is State.STOPPED
    qemu.start(WEB, Materials())
    qemu.start(WEB, Materials())
    seen = qemu.observe()["web"]
    assert (seen.state, seen.native_state) == (State.RUNNING, "running")
    assert seen.pid and seen.applied == WEB
    qemu.mark("web", {"shell": Mark("d", 1.0)}, ready=True)
    assert state(qemu) is State.READY
    assert qemu.stop("web", budget=0.2) is False  # there is no guest that could listen
    assert state(qemu) is State.STOPPED
    qemu.destroy("web")
    qemu.destroy("web")
    assert qemu.observe() == {}
    assert list(qemu.scope.home.rglob("*.qcow2")) == []


def test_a_killed_qemu_is_failed_and_starts_again(qemu: Qemu) -> None:
    up(qemu)
    pid = qemu.observe()["web"].pid
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    launch.readable(handle, 10)
    os.close(handle)
    seen = qemu.observe()["web"]
    assert seen.state is State.FAILED
    assert "killed" in seen.problem and "killed" in qemu.failure("web")
    qemu.start(WEB, Materials())
    assert state(qemu) is State.RUNNING


def test_a_half_made_directory_is_creating_and_is_replaced(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    with editing(qemu.directory("web")) as record:
        record.phase = Phase.CREATING
    (qemu.directory("web") / "litter").touch()
    assert state(qemu) is State.CREATING
    qemu.create(WEB, Materials())
    assert state(qemu) is State.STOPPED
    assert not (qemu.directory("web") / "litter").exists()


def test_a_directory_without_a_record_is_creating_and_can_be_destroyed(qemu: Qemu) -> None:
    qemu.directory("web").mkdir(parents=True)
    assert state(qemu) is State.CREATING
    qemu.destroy("web")
    assert qemu.observe() == {}


def test_a_lost_pid_file_does_not_lose_the_process(qemu: Qemu) -> None:
    up(qemu)
    (qemu.directory("web") / "qemu.pid").unlink()
    qemu.destroy("web")
    assert qemu.observe() == {}  # and the fixture finds no process


def test_a_foreign_pid_in_the_pid_file_is_never_killed(qemu: Qemu) -> None:
    up(qemu)
    (qemu.directory("web") / "qemu.pid").write_text(f"{os.getpid()}\n")
    qemu.stop("web", budget=0.1, force=True)
    assert not is_alive(qemu.directory("web"))


def test_a_taken_port_names_its_holder(qemu: Qemu) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        machine = msgspec.structs.replace(WEB, networks=[forward(other.getsockname()[1])])
        qemu.create(machine, Materials())
        with pytest.raises(SeraiError) as caught:
            qemu.start(machine, Materials())
    assert caught.value.code is Code.BUSY
    assert f"pid {os.getpid()}" in caught.value.message
    assert "auto_correct" in caught.value.hint
    assert state(qemu) is State.STOPPED


def test_a_port_of_another_machine_is_named_or_corrected(qemu: Qemu) -> None:
    port = free_port()
    up(qemu, msgspec.structs.replace(WEB, networks=[forward(port)]))
    second = msgspec.structs.replace(WEB, name="two", networks=[forward(port)])
    qemu.create(second, Materials())
    with pytest.raises(SeraiError, match="machine web of project shop"):
        qemu.start(second, Materials())
    second = msgspec.structs.replace(second, networks=[forward(port, auto_correct=True)])
    qemu.start(second, Materials())
    ports = {each.host for seen in qemu.observe().values() for each in seen.forwards}
    assert len(ports) == 4


def test_live_changes_reach_the_running_machine(qemu: Qemu) -> None:
    up(qemu)
    port = free_port()
    changed = msgspec.structs.replace(
        WEB,
        memory=Memory(size=256 * MIB, max=1 * GIB),
        cpu=Cpu(count=2, max=2),
        disks={"data": Disk(size=128 * MIB), "more": Disk(size=64 * MIB)},
        networks=[forward(port)],
    )
    keys = ("memory.size", "cpu.count", "disks.data.size", "disks.more", "networks")
    for _ in range(2):  # the second time there is nothing left to do
        qemu.apply(changed, dict.fromkeys(keys, LIVE))
    with launch.connect(qemu.directory("web"), "web") as qmp:
        assert qmp.execute("query-memory-size-summary")["plugged-memory"] == 128 * MIB
        assert len(qmp.execute("query-cpus-fast")) == 2
        nodes = {each["node-name"]: each for each in qmp.execute("query-named-block-nodes", {"flat": True})}
        assert nodes["disk-data"]["image"]["virtual-size"] == 128 * MIB
        assert "disk-more" in nodes
        assert f"{port}" in qmp.hmp("info usernet")
    qemu.apply(msgspec.structs.replace(changed, networks=[]), {"networks": LIVE})
    with launch.connect(qemu.directory("web"), "web") as qmp:
        assert f"{port}" not in qmp.hmp("info usernet")


def test_what_was_plugged_survives_suspend_to_disk(qemu: Qemu) -> None:
    up(qemu)
    changed = msgspec.structs.replace(WEB, cpu=Cpu(count=2, max=2), memory=Memory(size=256 * MIB, max=1 * GIB))
    qemu.apply(changed, {"cpu.count": LIVE, "memory.size": LIVE})
    qemu.suspend("web", to_disk=True)
    qemu.suspend("web", to_disk=True)
    seen = qemu.observe()["web"]
    assert (seen.state, seen.pid) == (State.SUSPENDED, 0)
    qemu.start(changed, Materials())
    assert state(qemu) is State.RUNNING
    with launch.connect(qemu.directory("web"), "web") as qmp:
        assert len(qmp.execute("query-cpus-fast")) == 2
    assert not (qemu.directory("web") / "suspend").exists()


def test_suspend_in_memory_pauses(qemu: Qemu) -> None:
    up(qemu)
    qemu.suspend("web")
    assert state(qemu) is State.PAUSED
    qemu.resume("web")
    assert state(qemu) is State.RUNNING


def test_snapshots_go_back_running_and_stopped(qemu: Qemu) -> None:
    up(qemu)
    qemu.snapshot_save("web", "live")
    qemu.stop("web", budget=0, force=True)
    qemu.snapshot_save("web", "cold")
    assert [(each.name, each.memory) for each in qemu.snapshot_list("web")] == [("live", True), ("cold", False)]
    with pytest.raises(SeraiError, match="already"):
        qemu.snapshot_save("web", "cold")
    qemu.snapshot_restore("web", "live")
    assert state(qemu) is State.RUNNING
    qemu.snapshot_delete("web", "cold")
    qemu.snapshot_delete("web", "live")
    assert qemu.observe()["web"].snapshots == ()
    with pytest.raises(SeraiError, match="has no snapshot"):
        qemu.snapshot_restore("web", "live")


def test_a_raw_disk_refuses_a_snapshot_with_the_way_out(qemu: Qemu) -> None:
    machine = msgspec.structs.replace(WEB, disks={"data": Disk(size=64 * MIB, format=DiskFormat.RAW)})
    qemu.create(machine, Materials())
    with pytest.raises(SeraiError) as caught:
        qemu.snapshot_save("web", "s")
    assert caught.value.code is Code.UNSUPPORTED and "qcow2" in caught.value.hint


def test_a_clone_has_an_identity_of_its_own(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    qemu.snapshot_save("web", "s")
    qemu.clone("web", msgspec.structs.replace(WEB, name="copy"), Materials())
    one, two = load(qemu.directory("web")), load(qemu.directory("copy"))
    assert one and two
    assert one.uuid != two.uuid and one.instance_id != two.instance_id
    assert two.snapshots == ()
    qemu.start(msgspec.structs.replace(WEB, name="copy"), Materials())
    assert state(qemu, "copy") is State.RUNNING


def test_a_private_network_has_a_hub_as_long_as_it_has_machines(qemu: Qemu) -> None:
    nic = Nic(private=PrivateNic(network="back"))
    for name in ("web", "two"):
        up(qemu, msgspec.structs.replace(WEB, name=name, networks=[nic]))
    network = qemu.scope.home / "networks" / "back"
    assert is_alive(network)
    with launch.connect(network, "back") as qmp:
        assert qmp.hmp("info network").count("type=stream") == 2
    qemu.destroy("web")
    assert is_alive(network)
    qemu.stop("two", budget=0, force=True)
    assert not network.exists()


def test_qemu_s_refusal_is_told_in_its_words(qemu: Qemu) -> None:
    bad = msgspec.convert({"name": "web", "providers": {"qemu": {"args": ["-device", "nonsense"]}}}, Machine)
    qemu.create(bad, Materials())
    with pytest.raises(SeraiError, match="nonsense"):
        qemu.start(bad, Materials())
    assert state(qemu) is State.STOPPED


def test_uefi_machines_keep_their_own_variables_through_snapshots(qemu: Qemu) -> None:
    machine = msgspec.convert({"name": "web", "firmware": "uefi"}, Machine)
    up(qemu, machine)
    variables = qemu.directory("web") / "efivars.fd"
    qemu.snapshot_save("web", "s")
    assert (qemu.directory("web") / "snapshots" / "s" / "efivars.fd").stat().st_size == variables.stat().st_size
    qemu.snapshot_restore("web", "s")
    assert state(qemu) is State.RUNNING


def test_a_dead_hub_comes_back_with_the_next_start(qemu: Qemu) -> None:
    nic = Nic(private=PrivateNic(network="back"))
    web, two = (msgspec.structs.replace(WEB, name=name, networks=[nic]) for name in ("web", "two"))
    up(qemu, web)
    network = qemu.scope.home / "networks" / "back"
    pid = int((network / "qemu.pid").read_text())
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    launch.readable(handle, 10)
    os.close(handle)
    told: list[str] = []
    qemu.create(two, Materials())
    qemu.start(two, Materials(), told.append)
    assert is_alive(network)
    reconnects = {"reconnect", "reconnect-ms"} & gather.features_for(web).stream_options
    assert bool(reconnects) != any("serai reload web" in each for each in told)


def test_a_9p_folder_is_plugged(qemu: Qemu) -> None:
    folder = {"source": ".", "target": "/srv/app", "type": "9p"}
    up(qemu, msgspec.convert({"name": "web", "synced_folders": [folder]}, Machine))
    with launch.connect(qemu.directory("web"), "web") as qmp:
        assert "virtio-9p-pci" in qmp.hmp("info qtree")


def test_a_path_outside_the_limit_of_unix_sockets_is_no_hindrance(qemu: Qemu) -> None:
    name = "w" * 63
    nic = Nic(private=PrivateNic(network="n" * 63))
    up(qemu, msgspec.structs.replace(WEB, name=name, networks=[nic]))
    assert len(str(qemu.console(name).socket)) > 107
    assert state(qemu, name) is State.RUNNING
