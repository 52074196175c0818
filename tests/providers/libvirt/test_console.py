"""What a machine says, and why it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Materials
from serai.providers.libvirt import console, ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.record import Record
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.util.units import MIB

WEB = Machine(name="web", provider="libvirt", disks={"data": Disk(size=MIB)})


def record(uri: str) -> Record:
    return Record(name="web", project="shop", project_id="t1", project_root="/", uri=uri, domain="shop_web")


@pytest.mark.usefixtures("without_root")
def test_the_emulators_log_is_where_libvirt_keeps_it() -> None:
    assert console.engine_log(record("qemu:///system")) == Path("/var/log/libvirt/qemu/shop_web.log")
    session = console.engine_log(record("qemu:///session"))
    assert session == Path("~/.cache/libvirt/qemu/log/shop_web.log").expanduser()
    assert console.engine_log(record("qemu+ssh://far/system")) is None


def test_the_console_is_a_program_of_libvirts(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    found = pretended.console("web")
    assert found.argv[0] == "virsh"
    assert found.argv[-1] == ledger.made(pretended.scope, "web").uuid
    assert uri in found.argv


def test_a_log_that_only_libvirt_can_read_is_asked_for_in_the_pool(
    pretended: Libvirt, uri: str, tmp_path: Path
) -> None:
    console.fetch(opened(uri), "/default-pool/none.log", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_why_it_does_not_run_is_said_in_words(pretended: Libvirt, uri: str) -> None:
    assert pretended.failure("web") == "there is no such machine"
    pretended.create(WEB, Materials())
    assert pretended.failure("web") == "it is off"
    pretended.start(WEB, Materials())
    assert pretended.failure("web") == ""
    opened(uri).lookupByName("shop_web").shutdown()
    assert pretended.failure("web") == "the guest powered off"


@pytest.mark.engine
@pytest.mark.root
def test_a_log_in_a_pool_comes_as_a_file(libvirtd: str, tmp_path: Path) -> None:
    from serai.providers.libvirt.connect import close_all

    place = tmp_path / "pool"
    place.mkdir()
    conn = opened(libvirtd)
    pool = conn.storagePoolCreateXML(
        f"<pool type='dir'><name>{tmp_path.name}</name><target><path>{place}</path></target></pool>"
    )
    try:
        (place / "web.log").write_text("hello\n")
        console.fetch(conn, f"{place}/web.log", tmp_path / "copy")
        assert (tmp_path / "copy").read_text() == "hello\n"
    finally:
        pool.destroy()
        close_all()
