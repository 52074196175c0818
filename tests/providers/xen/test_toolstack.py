"""Domains of libvirt's, driven by virsh on dom0, beside those of xl's: the same life, here and over ssh."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from serai.providers.contract import Effect, State, Verdict
from serai.providers.xen_guest import dom0_of, extension, host_of_uri
from serai.util.errors import SeraiError
from xen_site import left, loaded, state_of

pytestmark = [pytest.mark.root, pytest.mark.engine]


@pytest.fixture
def libvirts(xl, materials):
    """A machine of libvirt's on that dom0."""
    uri = f", uri: xen+ssh://{xl.host}/system" if xl.host else ""

    def make(body: str = "", raw: str = ""):
        more = f", {raw}" if raw else ""
        return loaded(f"image: small\nproviders: {{xen: {{via: libvirt{uri}{more}}}}}\n{body}")

    return make


def defined(xl):
    file = xl.state / "defined.json"
    return json.loads(file.read_text()) if file.exists() else {}


@pytest.mark.parametrize("xl", ["here", "far"], indirect=True)
def test_it_is_defined_and_lives_and_nothing_is_left(xl, driver, libvirts, materials, root):
    web = libvirts(raw="autostart: true")
    driver.create(web, materials)
    driver.start(web, materials)
    driver.start(web, materials)
    assert state_of(driver) is State.RUNNING
    assert xl.domains() == ["shop_web"]
    assert defined(xl)["shop_web"]["autostart"] is True
    assert not (root / "auto").exists(), "xendomains has nothing of it"

    driver.suspend("web")
    assert state_of(driver) is State.PAUSED
    driver.resume("web")
    driver.suspend("web", to_disk=True)
    assert state_of(driver) is State.SUSPENDED
    driver.resume("web")
    assert state_of(driver) is State.RUNNING

    driver.snapshot_save("web", "then")
    driver.snapshot_restore("web", "then")
    assert state_of(driver) is State.RUNNING
    assert driver.stop("web", budget=5)
    assert state_of(driver) is State.STOPPED
    assert list(defined(xl)) == ["shop_web"]
    driver.start(web, materials)
    driver.destroy("web")
    assert (xl.domains(), defined(xl), left(root)) == ([], {}, [])
    assert not [call for call in xl.calls() if not call.startswith(("virsh", "list", "domid", "console"))]


def test_what_changes_while_it_runs_goes_by_virsh(xl, driver, libvirts, materials):
    driver.create(libvirts("memory: {size: 64MiB, max: 128MiB}\ncpu: {count: 1, max: 2}"), materials)
    driver.start(libvirts("memory: {size: 64MiB, max: 128MiB}\ncpu: {count: 1, max: 2}"), materials)
    grown = libvirts("memory: {size: 96MiB, max: 128MiB}\ncpu: {count: 2, max: 2}", "autostart: true")
    keys = ("memory.size", "cpu.count", "cpu.pin", "providers.xen.autostart")
    driver.apply(grown, dict.fromkeys(keys, Verdict(Effect.LIVE)))

    assert (xl.domain("shop_web")["memory"], xl.domain("shop_web")["cpus"]) == (96, 2)
    said = "\n".join(xl.calls())
    assert "virsh vcpupin 1 0 0-3 --live" in said
    assert "virsh autostart shop_web" in said.splitlines()
    driver.destroy("web")


def test_what_libxl_said_to_libvirt_is_in_the_error(xl, driver, libvirts, materials):
    web = libvirts()
    driver.create(web, materials)
    xl.fault("slow")
    with pytest.raises(SeraiError) as caught:
        driver.start(web, materials)
    assert caught.value.message.startswith("web on this host: libxl: libxl_aoutils.c:539:async_exec_timeout")
    assert sum(call.startswith("virsh start") for call in xl.calls()) == 3, "a slow dom0 is asked again"
    xl.fault("memory")
    with pytest.raises(SeraiError, match="not enough free memory"):
        driver.start(web, materials)
    driver.destroy("web")


def test_a_crash_is_told_by_libvirt(xl, driver, libvirts, materials):
    driver.create(libvirts(), materials)
    driver.start(libvirts(), materials)
    (xl.state / "domains.json").write_text("{}")
    assert state_of(driver) is State.STOPPED
    xl.fault("crashed")
    assert driver.observe()["web"].problem == "its kernel crashed"
    driver.destroy("web")


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("xen:///system", ""),
        ("xen+ssh://root@dom0/system", "root@dom0"),
        ("xen+ssh://dom0/", "dom0"),
        ("xen+ssh://root@dom0:2222/system", "ssh://root@dom0:2222"),
        ("qemu:///system", None),
        ("xen+tls://dom0/system", None),
    ],
)
def test_a_uri_of_libvirts_leads_to_a_dom0(uri, host):
    assert host_of_uri(uri) == host


def test_the_dom0_of_a_machine_is_that_of_who_has_it():
    assert dom0_of(loaded("providers: {xen: {via: libvirt, uri: 'xen+ssh://a/system'}}")) == "a"
    assert dom0_of(loaded("providers: {xen: {host: b}}")) == "b"
    assert dom0_of(loaded("providers: {xen: {via: libvirt}}")) == ""


@pytest.mark.parametrize("features", ["", ", features: {avx512f: false}", ", features: {svm: true, vmx: true}"])
def test_nested_hvm_is_asked_for_by_the_name_of_the_extension(xl, driver, libvirts, materials, features):
    """libvirt's driver has it for no other word of the file (NEST-5)."""
    web = libvirts(f"cpu: {{nested: true{features}}}", "type: hvm")
    driver.create(web, materials)
    driver.start(web, materials)
    name = extension(Path("/proc/cpuinfo").read_text())
    wanted = f"<cpu mode='host-passthrough'><feature policy='require' name='{name}'/></cpu>"
    assert defined(xl)["shop_web"]["cpu"] == wanted


def test_nested_hvm_that_libvirt_has_not_read_starts_nothing(xl, driver, libvirts, materials):
    web = libvirts("cpu: {nested: true}", "type: hvm")
    driver.create(web, materials)
    xl.fault("no-nested")
    with pytest.raises(SeraiError, match="libvirt has not read nestedhvm"):
        driver.start(web, materials)
    assert xl.domains() == []
