"""QEMU launched on the real host: its ports, its networks' hubs, and what it says when it does not start."""

from __future__ import annotations

import os
import signal
import socket

import msgspec
import pytest

from bare_metal import WEB, forward, state, up
from real_sshd import free_port
from serai.providers.contract import Materials, State
from serai.providers.qemu import gather, launch, running
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import editing, is_alive
from serai.spec.machine import Machine
from serai.spec.network import Nic, PrivateNic
from serai.util.errors import Code, SeraiError

pytestmark = pytest.mark.engine


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


def test_what_fails_while_qemu_starts_ends_it(qemu: Qemu) -> None:
    def fail() -> None:
        raise SeraiError(Code.FAILED, "the seed has no room")

    qemu.create(WEB, Materials())
    with editing(qemu.directory("web")) as record:
        record.applied = WEB
    with pytest.raises(SeraiError, match="no room"):
        running.run(qemu.scope, "web", lambda phrase: None, meanwhile=fail)
    assert state(qemu) is State.STOPPED


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
