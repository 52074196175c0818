"""Nothing is left of a machine, and nothing of others is taken."""

from __future__ import annotations

import shutil

from serai.providers.contract import Materials
from serai.providers.libvirt import ledger
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.destroy import logs_of, networks_of, tidy
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.record import Record
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import Network, Nic, PrivateNic
from serai.spec.pool import Pool, PoolType
from serai.util.units import MIB

WEB = Machine(name="web", provider="libvirt", disks={"data": Disk(size=MIB)})
NET = Machine(name="net", provider="libvirt", networks=[Nic(private=PrivateNic(network="back"))])
BACK = Materials(networks={"back": Network(subnet="10.40.3.0/24")}, addresses={"back": "10.40.3.10/24"})


def test_a_machine_that_runs_is_removed_with_all_that_was_made_for_it(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    pretended.create(WEB, Materials())
    pretended.start(WEB, Materials())
    pretended.destroy("web")
    assert conn.listAllDomains() == []
    assert conn.storagePoolLookupByName("default").listVolumes() == []
    assert pretended.observe() == {}
    assert ledger.names(pretended.scope) == []
    pretended.destroy("web")


def test_one_whose_files_are_lost_is_removed_by_what_its_domain_knows(pretended: Libvirt, uri: str) -> None:
    pretended.create(WEB, Materials())
    shutil.rmtree(pretended.scope.home)
    pretended.destroy("web")
    assert opened(uri).listAllDomains() == []
    assert opened(uri).storagePoolLookupByName("default").listVolumes() == []


def test_domains_of_others_stay(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    conn.defineXML(
        "<domain type='test'><name>shop_web</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    )
    pretended.create(WEB, Materials())
    assert ledger.made(pretended.scope, "web").domain == "shop-t1_web"
    pretended.destroy("web")
    assert [domain.name() for domain in conn.listAllDomains()] == ["shop_web"]


def test_a_network_leaves_with_the_last_machine_on_it(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    pretended.create(NET, BACK)
    pretended.create(Machine(name="other", provider="libvirt", networks=NET.networks), BACK)
    pretended.destroy("net")
    assert "serai-t1-back" in [network.name() for network in conn.listAllNetworks()]
    pretended.destroy("other")
    assert [network.name() for network in conn.listAllNetworks()] == ["default"]


def test_a_network_that_a_machine_in_the_making_needs_stays(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    pretended.create(NET, BACK)
    record = ledger.made(pretended.scope, "net")
    conn.lookupByName("shop_net").undefine()
    tidy(conn, pretended.scope)
    assert "serai-t1-back" in [network.name() for network in conn.listAllNetworks()]
    assert networks_of(record) == {"back"}


def test_a_pool_of_the_project_leaves_with_the_last_volume_in_it(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    fast = Materials(pools={"fast": Pool(type=PoolType.DIR, path="/srv/fast")})
    machine = Machine(name="web", provider="libvirt", disks={"data": Disk(size=MIB, pool="fast")})
    pretended.create(machine, fast)
    assert "serai-t1-fast" in [pool.name() for pool in conn.listAllStoragePools()]
    pretended.destroy("web")
    assert [pool.name() for pool in conn.listAllStoragePools()] == ["default"]


def test_a_machine_without_networks_is_on_none() -> None:
    assert (
        networks_of(Record(name="web", project="shop", project_id="t1", project_root="/", uri="test:///")) == set()
    )


def test_the_logs_of_all_its_programs_are_known() -> None:
    state = Record(
        name="web",
        project="shop",
        project_id="t1",
        project_root="/",
        uri="qemu:///system",
        domain="shop_web",
        console_log="/var/log/libvirt/qemu/shop_web-console.log",
    )
    assert [str(log) for log in logs_of(state)] == [
        "/var/log/libvirt/qemu/shop_web-console.log",
        "/var/log/libvirt/qemu/shop_web.log",
        "/var/log/libvirt/qemu/shop_web-fs*-virtiofsd.log",
        "/var/log/swtpm/libvirt/qemu/shop_web-swtpm.log",
    ]
