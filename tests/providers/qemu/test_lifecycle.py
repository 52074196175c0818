"""The life of machines on the real QEMU. Their firmware finds nothing to boot, which costs no time."""

from __future__ import annotations

import os
import signal
import socket

import msgspec
import pytest

from bare_metal import WEB, forward, state, up
from real_sshd import free_port
from serai.providers.contract import Mark, Materials, State
from serai.providers.qemu import gather, launch
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Phase, editing, is_alive
from serai.spec.machine import Machine
from serai.spec.network import Nic, PrivateNic
from serai.util.errors import Code, SeraiError

pytestmark = pytest.mark.engine


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


def test_suspend_in_memory_pauses(qemu: Qemu) -> None:
    up(qemu)
    qemu.suspend("web")
    assert state(qemu) is State.PAUSED
    qemu.resume("web")
    assert state(qemu) is State.RUNNING


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


def test_a_port_lost_at_the_last_moment_is_chosen_anew(qemu: Qemu, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = iter([True, True, False])
    spawn = launch.spawn

    def spawn_late(*words: object, **more: object) -> object:
        if next(lost):
            raise launch.PortTaken(Code.BUSY, "taken")
        return spawn(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(launch, "spawn", spawn_late)
    up(qemu)
    assert state(qemu) is State.RUNNING


def test_qemu_s_refusal_is_told_in_its_words(qemu: Qemu) -> None:
    bad = msgspec.convert({"name": "web", "providers": {"qemu": {"args": ["-device", "nonsense"]}}}, Machine)
    qemu.create(bad, Materials())
    with pytest.raises(SeraiError, match="nonsense"):
        qemu.start(bad, Materials())
    assert state(qemu) is State.STOPPED


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
