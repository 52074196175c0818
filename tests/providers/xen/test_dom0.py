"""What goes wrong on a dom0, and what a person is told: no xl, no dom0, no memory, a name taken, a broken line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.providers.contract import State
from serai.providers.xen.dom0 import Dom0, failure
from serai.util.errors import Code, SeraiError
from serai.util.process import Result
from xen_site import loaded

pytestmark = [pytest.mark.root, pytest.mark.engine]
FAR = "image: small\nproviders: {xen: {host: far}}"


def caught(act, *words) -> SeraiError:
    with pytest.raises(SeraiError) as error:
        act(*words)
    return error.value


def test_without_xl_it_is_said_what_brings_it(here, driver, machine, materials, monkeypatch):
    (here.state.parent / "programs/xl").unlink()
    error = caught(driver.create, machine(), materials)

    assert error.code is Code.MISSING
    assert error.message == "this host: xl is not installed there"
    assert "xen-system-amd64" in error.hint


def test_a_host_that_does_not_run_under_xen_is_no_dom0(here, driver, machine, materials):
    here.fault("not-dom0")
    error = caught(driver.create, machine(), materials)

    assert error.code is Code.REFUSED
    assert "it does not run under Xen" in error.message


def test_an_xl_that_does_not_answer_makes_machines_unknown_and_never_gone(here, driver, machine, materials):
    driver.create(machine(), materials)
    driver.start(machine(), materials)
    here.fault("not-dom0")

    seen = driver.observe()["web"]
    assert seen.state is State.UNKNOWN
    assert "does not run under Xen" in seen.problem
    assert caught(driver.endpoint, "web").code is Code.REFUSED
    here.fault()
    driver.destroy("web")


def test_too_little_memory_leaves_no_domain_and_no_half_of_one(here, driver, machine, materials):
    driver.create(machine(), materials)
    here.fault("memory")
    error = caught(driver.start, machine(), materials)

    assert error.message == "web on this host: there is not enough free memory for it"
    assert "dom0_mem" in error.hint
    assert here.domains() == []
    assert driver.observe()["web"].state is State.STOPPED
    here.fault()
    driver.start(machine(), materials)
    driver.destroy("web")


def test_a_name_that_somebody_elses_domain_has_is_not_taken(here, driver, machine, materials, root):
    config = root / "other.cfg"
    config.write_text(
        'name = "shop_web"\nuuid = "11111111-2222-3333-4444-555555555555"\nmemory = 64\nvcpus = 1\ntype = "pv"\n'
    )
    Dom0("").run(f"xl create {config}")
    driver.create(machine(), materials)
    driver.start(machine(), materials)

    assert here.domains() == ["shop_web", "shop-t1_web"]
    driver.destroy("web")
    assert here.domains() == ["shop_web"]


def test_a_domain_that_was_made_anew_by_others_has_another_number_and_is_found(
    here, driver, machine, materials, root
):
    """As after a reboot of the guest: xl destroys the domain and makes it again."""
    driver.create(machine(), materials)
    driver.start(machine(), materials)
    before = here.domain("shop_web")["id"]
    Dom0("").run(f"xl destroy shop_web && xl create {root}/lib/t1/web/xl.cfg && xl unpause shop_web")

    assert here.domain("shop_web")["id"] != before
    assert driver.observe()["web"].state is State.RUNNING
    assert driver.stop("web", budget=5)
    driver.destroy("web")


def test_a_line_that_breaks_while_an_image_is_pushed_leaves_nothing_that_counts(
    far, driver, materials, line, root
):
    materials.image.disk.write_bytes(os.urandom(2 << 20))
    line.breaks = line.sent + (1 << 20)
    error = caught(driver.create, loaded(FAR), materials)

    assert error.code is Code.NETWORK
    assert error.message.startswith("dom0 far: ")
    line.breaks = 1 << 60
    assert driver.observe()["web"].state is State.CREATING
    materials.image.disk.unlink()
    Dom0("").run(f"qemu-img create -q -f qcow2 {materials.image.disk} 64M")
    driver.create(loaded(FAR), materials)
    assert driver.observe()["web"].state is State.STOPPED
    driver.destroy("web")
    assert not (root / "lib").exists()


def test_a_host_that_is_not_there_is_an_error_and_no_empty_answer(far, driver, materials, sshd):
    driver.create(loaded(FAR), materials)
    sshd.stop()
    Dom0("far").hang_up()
    error = caught(driver.observe)

    assert error.code is Code.NETWORK


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        ("sh: 1: xl: not found", Code.MISSING, "xl is not installed"),
        ("sh: 1: virsh: not found", Code.MISSING, "virsh is not installed"),
        ("error: failed to connect to the hypervisor", Code.MISSING, "has no driver of Xen's"),
        ("cannot open libxc handle", Code.REFUSED, "does not run under Xen"),
        ("failed to free memory for the domain", Code.REFUSED, "not enough free memory"),
        ('Domain with name "x" already exists.', Code.BUSY, "none of serai's"),
        ("Could not find bridge device xenbr0", Code.MISSING, "the bridge"),
        ("xc_dom_find_loader: no loader found: Invalid kernel", Code.FAILED, "none that Xen starts"),
        ("segment kernel too large: Out of memory", Code.REFUSED, "does not hold its kernel"),
        ("passthrough not supported on this platform", Code.UNSUPPORTED, "no IOMMU"),
        ("PCI device 0000:00:10.0 must be manually detached from the host", Code.BUSY, "dom0 uses"),
        ("bootloader failed", Code.FAILED, "no kernel in its disk"),
        ("neither hap nor shadow paging available", Code.UNSUPPORTED, "no hardware virtualization"),
        ("something else", Code.FAILED, "something else"),
        ("libxl: error: a: no vif\nlibxl: error: b: Destruction of domain failed", Code.FAILED, "a: no vif"),
        ("", Code.FAILED, "exit code 7"),
    ],
)
def test_what_xl_says_is_told_in_words(said: str, code: Code, text: str) -> None:
    error = failure("dom0", Result(("xl",), 7, "", said))

    assert error.code is code
    assert text in error.message


def test_a_name_that_is_no_host_is_refused() -> None:
    assert caught(Dom0, "-oProxyCommand=x").code is Code.INPUT


def test_the_way_through_another_host_is_quoted() -> None:
    assert Dom0("").proxy() == {}
    assert Dom0("ssh://root@dom0:2222").proxy() == {
        "ProxyCommand": "ssh -o BatchMode=yes -p 2222 -W [%h]:%p -- root@dom0"
    }


def test_nobody_but_root_asks_xl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    error = caught(Dom0("").run, "true")

    assert error.code is Code.REFUSED
    assert "root" in error.message


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    Dom0("").put(b"all of it", f"{tmp_path}/deep/file", mode="0640")

    assert (tmp_path / "deep/file").read_bytes() == b"all of it"
    assert (tmp_path / "deep/file").stat().st_mode & 0o777 == 0o640
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["file"]
