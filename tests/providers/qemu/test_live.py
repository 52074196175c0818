"""Changes to a running machine: on the real QEMU, and the decisions that lead to each command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bare_metal import WEB, forward, up
from monitor import Monitor, refusal
from qemu_site import SCOPE
from real_sshd import free_port
from serai.providers.contract import Effect, Materials, Verdict
from serai.providers.qemu import disks, gather, launch, live
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Hardware, Record, load, save
from serai.providers.qemu.site import DiskFile
from serai.spec.cpu import Cpu
from serai.spec.disk import Bus, Disk, DiskDevice, DiskFormat
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB

LIVE = Verdict(Effect.LIVE)


def memory_of(base: int, plugged: int = 0) -> dict[str, Any]:
    return {
        "query-memory-size-summary": {"base-memory": base, "plugged-memory": plugged},
        "query-memory-devices": [],
    }


def web(size: int, *, balloon: bool = True) -> Machine:
    return Machine(name="web", memory=Memory(size=size, max=1 * GIB, balloon=balloon))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    save(tmp_path, Record(name="web", project="shop", project_id="1", project_root="/"))
    return tmp_path


def test_memory_is_plugged_in_whole_blocks_and_the_balloon_takes_what_is_over(directory: Path) -> None:
    monitor = Monitor(memory_of(256 * MIB))
    live.resize_memory(directory, monitor, web(300 * MIB))  # type: ignore[arg-type]
    assert [each["size"] for each in monitor.asked("object-add")] == [live.BLOCK]
    assert monitor.asked("balloon") == [{"value": 300 * MIB}]


def test_less_memory_is_the_balloons_work_alone(directory: Path) -> None:
    monitor = Monitor(memory_of(512 * MIB))
    live.resize_memory(directory, monitor, web(256 * MIB))  # type: ignore[arg-type]
    assert monitor.asked("object-add") == []
    assert monitor.asked("balloon") == [{"value": 256 * MIB}]


def test_without_a_balloon_it_is_not_spoken_to(directory: Path) -> None:
    monitor = Monitor(memory_of(256 * MIB))
    live.resize_memory(directory, monitor, web(384 * MIB, balloon=False))  # type: ignore[arg-type]
    assert monitor.asked("balloon") == []
    assert len(monitor.asked("device_add")) == 1


def test_who_was_started_warm_has_no_balloon_until_the_next_start() -> None:
    record = Record(name="web", project="shop", project_id="1", project_root="/")
    assert not live.lacks_balloon(record, web(GIB))

    record.applied, record.hardware = web(GIB), Hardware(machine=web(GIB, balloon=False))
    assert live.lacks_balloon(record, web(512 * MIB))
    assert not live.lacks_balloon(record, web(GIB))
    record.hardware = Hardware(machine=web(GIB))
    assert not live.lacks_balloon(record, web(512 * MIB))


def test_a_refused_module_leaves_no_memory_behind_and_names_the_way_out(directory: Path) -> None:
    monitor = Monitor({**memory_of(256 * MIB), "device_add": refusal("device_add", "no slot")})
    with pytest.raises(SeraiError) as caught:
        live.resize_memory(directory, monitor, web(384 * MIB))  # type: ignore[arg-type]
    assert "no slot" in caught.value.message and caught.value.hint == "serai reload web"
    assert monitor.asked("object-del") == [{"id": "memory0"}]


def test_cpus_are_plugged_in_order_until_there_are_enough(directory: Path) -> None:
    free = [{"type": "cpu", "vcpus-count": 1, "props": {"core-id": core}} for core in (3, 2, 1)]
    monitor = Monitor({"query-hotpluggable-cpus": [*free, {"qom-path": "/a", "vcpus-count": 1}]})
    live.add_cpus(directory, monitor, Machine(name="web", cpu=Cpu(count=3, max=4)))  # type: ignore[arg-type]
    assert [each["core-id"] for each in monitor.asked("device_add")] == [1, 2]


def test_fewer_cpus_are_not_taken_from_a_running_machine(directory: Path) -> None:
    monitor = Monitor({"query-hotpluggable-cpus": [{"qom-path": f"/{n}", "vcpus-count": 1} for n in (1, 2)]})
    live.add_cpus(directory, monitor, Machine(name="web", cpu=Cpu(count=1, max=2)))  # type: ignore[arg-type]
    assert monitor.asked("device_add") == []


def test_a_disk_that_is_refused_takes_its_nodes_with_it(directory: Path) -> None:
    port = {"pci_bridge": {"devices": []}, "qdev_id": "port0"}
    monitor = Monitor({"query-pci": [{"devices": [port]}], "device_add": refusal("device_add", "no")})
    nodes = [{"node-name": "file"}, {"node-name": "format"}]
    with pytest.raises(SeraiError):
        live._plug_disk(directory, monitor, WEB, nodes, {"driver": "virtio-blk-pci", "id": "d"})  # type: ignore[arg-type]
    assert [each["node-name"] for each in monitor.asked("blockdev-del")] == ["format", "file"]
    assert monitor.asked("device_add")[0]["bus"] == "port0"


@pytest.fixture
def fit(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`fit(was, now, keys, there)`: what is plugged, and grown. The disks `there` are in QEMU already."""

    def files(machine: Machine, *_: Any) -> tuple[DiskFile, ...]:
        return tuple(DiskFile(name=name, path=f"disks/{name}", format="qcow2") for name in machine.disks)

    monkeypatch.setattr(disks, "make_missing", lambda *_: None)
    monkeypatch.setattr(disks, "disk_files", files)
    monkeypatch.setattr(gather, "features_for", lambda *_: None)
    monkeypatch.setattr(live, "storage", lambda _: None)

    def fitted(was: dict[str, Disk], now: dict[str, Disk], keys: list[str], there: tuple[str, ...]) -> list[str]:
        nodes = [{"node-name": f"disk-{name}", "image": {"virtual-size": 64 * MIB}} for name in there]
        port = {"pci_bridge": {"devices": []}, "qdev_id": "port0"}
        answers = {"query-named-block-nodes": nodes, "query-pci": [{"devices": [port]}], "query-block": []}
        monitor, record = Monitor(answers), Record(name="web", project="shop", project_id="1", project_root="/")
        record.applied = Machine(name="web", disks=was)
        live.fit_disks(SCOPE, directory, monitor, Machine(name="web", disks=now), record, keys)  # type: ignore[arg-type]
        plugged = [each["id"] for each in monitor.asked("device_add")]
        return plugged + [each["node-name"] for each in monitor.asked("block_resize")]

    return fitted


def test_only_what_need_not_wait_is_plugged(fit: Callable[..., list[str]]) -> None:
    now = {"a.b": Disk(size=GIB, format=DiskFormat.RAW), "late": Disk(size=GIB, bus=Bus.SATA)}
    assert fit({}, now, ["disks.a.b.size", "disks.a.b.format"], ()) == ["dev-a.b"]


def test_a_disk_that_waits_for_a_restart_is_not_plugged_when_it_is_made_larger(
    fit: Callable[..., list[str]],
) -> None:
    drive = Disk(device=DiskDevice.CDROM)
    was, now = {"x": Disk(size=64 * MIB, bus=Bus.SATA), "cd": drive}, {"x": Disk(size=GIB, bus=Bus.SATA)}
    now["cd"] = msgspec.structs.replace(drive, path="/x.iso")
    assert fit(was, now, ["disks.x.size", "disks.cd.path"], ()) == []
    assert fit(was, now, ["disks.x.size"], ("x",)) == ["disk-x"]


def test_without_a_free_pcie_port_the_way_out_is_named() -> None:
    full = {"pci_bridge": {"devices": [{}]}, "qdev_id": "port0"}
    with pytest.raises(SeraiError, match="spare PCIe ports are in use") as caught:
        live.free_port(Monitor({"query-pci": [{"devices": [full, {"qdev_id": "nic0"}]}]}), "web")  # type: ignore[arg-type]
    assert "serai reload web" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "wanted", "fails"),
    [
        ("", "", False),
        ("host forwarding rule for tcp:127.0.0.1:80 removed", "removed", False),
        ("host forwarding rule for tcp:127.0.0.1:80 not found", "removed", False),
        ("could not set up host forwarding rule", "", True),
        ("invalid format", "removed", True),
    ],
)
def test_the_human_monitors_words_are_understood(said: str, wanted: str, fails: bool) -> None:
    monitor = Monitor({"hostfwd": said})
    if not fails:
        live._hmp(monitor, "hostfwd", wanted)  # type: ignore[arg-type]
        return
    with pytest.raises(SeraiError, match=said):
        live._hmp(monitor, "hostfwd", wanted)  # type: ignore[arg-type]


def test_what_needs_a_new_machine_is_refused_before_anything_changes(qemu: Qemu) -> None:
    with pytest.raises(SeraiError) as caught:
        qemu.apply(WEB, {"memory.size": LIVE, "image": Verdict(Effect.RECREATE, "its disks")})
    assert caught.value.code is Code.REFUSED
    assert "image cannot be changed in place: its disks" in caught.value.message


@pytest.mark.engine
def test_a_machine_that_is_off_gets_its_new_disks_and_keeps_what_waits(qemu: Qemu) -> None:
    qemu.create(WEB, Materials())
    changed = msgspec.structs.replace(WEB, disks={"data": Disk(size=128 * MIB), "more": Disk(size=64 * MIB)})
    keys = {"disks.data.size": LIVE, "disks.more": LIVE, "cpu.model": Verdict(Effect.RESTART, "it is fixed")}
    qemu.apply(changed, keys)
    record = load(qemu.directory("web"))
    assert record and record.applied == changed and record.pending == {"cpu.model": "it is fixed"}
    assert len(list(qemu.directory("web").glob("disks/*"))) == 2


@pytest.mark.engine
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
