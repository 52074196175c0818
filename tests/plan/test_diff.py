"""Stated against applied: only what one of them states, key by key."""

import msgspec

from serai.plan.diff import Change, changes, differences, flatten
from serai.providers.contract import Effect, Verdict
from serai.spec.cpu import Cpu
from serai.spec.disk import Disk
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.guest import Ready
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import ForwardedPort, Nic, PrivateNic
from serai.spec.provision import Provision, Shell
from serai.util.units import GIB, MIB


def test_another_fallback_of_a_folder_is_no_change() -> None:
    folder = SyncedFolder(source=".", target="/srv", type=FolderType.NINEP)
    other = msgspec.structs.replace(folder, fallback=[FolderType.RSYNC])

    assert differences(Machine(synced_folders=[folder]), Machine(synced_folders=[other])) == []


def test_the_same_machine_has_no_differences() -> None:
    machine = Machine(name="web", memory=Memory(size=GIB), disks={"data": Disk(size=GIB)})
    assert differences(machine, machine) == []


def test_a_default_that_is_stated_is_no_difference() -> None:
    assert differences(Machine(name="web"), Machine(name="web", memory=Memory(size=512 * MIB))) == []


def test_nested_keys_are_dotted_and_sorted() -> None:
    old = Machine(name="web", memory=Memory(size=512 * MIB), cpu=Cpu(count=1))
    new = Machine(name="web", memory=Memory(size=GIB), cpu=Cpu(count=2), disks={"data": Disk(size=GIB)})
    assert differences(old, new) == [
        ("cpu.count", 1, 2),
        ("disks.data.size", None, GIB),
        ("memory.size", None, GIB),
    ]


def test_a_key_that_the_file_states_no_more_is_a_difference() -> None:
    old = Machine(name="web", cpu=Cpu(model="EPYC"))
    assert differences(old, Machine(name="web")) == [("cpu.model", "EPYC", None)]


def test_keys_that_only_count_at_the_next_use_are_quiet() -> None:
    old = Machine(name="web")
    new = Machine(
        name="web",
        provision=[Provision(shell=Shell(inline="true"))],
        ready=Ready(tcp=80),
        keep=True,
        primary=True,
        autostart=False,
        env={"A": "b"},
        synced_folders=[SyncedFolder(source=".", target="/srv")],
    )
    assert differences(old, new) == []


def test_kinds_of_network_and_folder_are_told_apart() -> None:
    machine = Machine(
        name="web",
        networks=[Nic(forwarded_port=ForwardedPort(guest=80, host=8080)), Nic(private=PrivateNic())],
        synced_folders=[SyncedFolder(source=".", target="/srv", type=FolderType.NINEP)],
    )
    assert set(flatten(machine)) == {
        "name",
        "networks.forwarded_port",
        "networks.private",
        "synced_folders.9p",
    }


def test_a_change_reads_like_a_sentence() -> None:
    size = Change(machine="web", key="memory.size", old=512 * MIB, new=GIB, effect=Effect.LIVE)
    model = Change(machine="web", key="cpu.model", old=None, new="EPYC", effect=Effect.RESTART)
    flag = Change(machine="web", key="cpu.nested", old=None, new=True, effect=Effect.RESTART)
    name = Change(machine="web", key="hostname", old=None, new="www", effect=Effect.RESTART)
    limit = Change(machine="web", key="container.memory", old=None, new=512 << 20, effect=Effect.LIVE)
    pending = Change(machine="web", key="cpu.count", old=None, new=None, effect=Effect.RESTART)
    assert size.line() == "memory.size 512MiB -> 1GiB"
    assert model.line() == "cpu.model auto (default) -> EPYC"
    assert flag.line() == "cpu.nested false (default) -> true"
    assert name.line() == "hostname default -> www"
    assert limit.line() == "container.memory default -> 512MiB"
    assert pending.line() == "cpu.count"


def test_what_cannot_be_changed_is_refused_with_the_reason() -> None:
    found = changes(
        Machine(name="web"),
        Machine(name="web", disks={"data": Disk(size=GIB)}),
        lambda key, old, new: Verdict(Effect.IMMUTABLE, "no room"),
    )
    assert [(change.key, change.refused) for change in found] == [("disks.data.size", "no room")]
