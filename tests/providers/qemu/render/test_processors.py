"""Models, flags and topologies (CPU-1, CPU-2, GPU-7)."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.qemu.render.processors import cpu_words, smp_words


@pytest.mark.parametrize(
    ("accel", "spec", "words"),
    [
        ("kvm", {}, "host,vmx=off,svm=off"),
        ("kvm", {"cpu": {"nested": True}}, "host,vmx=on"),
        (
            "kvm",
            {"cpu": {"model": "host-passthrough", "migratable": False}},
            "host,vmx=off,svm=off,migratable=off",
        ),
        ("kvm", {"cpu": {"model": "EPYC", "dedicated": True}}, "EPYC,kvm-hint-dedicated=on"),
        ("kvm", {"cpu": {"model": "EPYC"}, "clock": {"kvmclock": False}}, "EPYC,kvmclock=off"),
        ("tcg", {}, "max"),
        ("tcg", {"cpu": {"model": "maximum", "pmu": True}}, "max,pmu=on"),
        ("tcg", {"cpu": {"nested": True}}, "max,svm=on"),
        ("tcg", {"cpu": {"model": "EPYC", "features": {"avx2": False}}}, "EPYC,avx2=off"),
        ("tcg", {"cpu": {"cache": "passthrough"}}, "max,host-cache-info=on,l3-cache=off"),
        ("tcg", {"cpu": {"cache": "emulate"}}, "max,host-cache-info=off,l3-cache=on"),
        ("tcg", {"cpu": {"cache": "disable"}}, "max,host-cache-info=off,l3-cache=off"),
    ],
)
def test_the_cpu_model_follows_the_accelerator_and_the_spec(
    accel: str, spec: dict[str, Any], words: str, site_of: Any, machine_of: Any
) -> None:
    assert cpu_words(machine_of(**spec), site_of(accel=accel, nested_flag="vmx")) == words


def test_enlightenments_bring_what_they_need(site_of: Any, machine_of: Any) -> None:
    words = cpu_words(machine_of(hyperv={}, cpu={"model": "EPYC"}), site_of(accel="kvm")).split(",")
    assert {"hv-stimer=on", "hv-time=on", "hv-synic=on", "hv-vpindex=on", "hv-spinlocks=0x1fff"} <= set(words)
    assert not {"hv-evmcs=on", "hv-avic=on", "hv-reenlightenment=on"} & set(words)


def test_an_enlightenment_that_is_off_is_not_there(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(hyperv={"stimer": False, "spinlocks": None}, cpu={"model": "EPYC"})
    words = cpu_words(machine, site_of(accel="kvm"))
    assert "hv-time" not in words
    assert "hv-stimer" not in words
    assert "spinlocks" not in words


def test_a_hidden_hypervisor_shows_another_vendor(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(gpu={"hide_hypervisor": True, "vendor_id": "AuthenticAMD"}, cpu={"model": "EPYC"})
    assert cpu_words(machine, site_of(accel="kvm")) == "EPYC,kvm=off,hv-vendor-id=AuthenticAMD"


@pytest.mark.parametrize(
    ("cpu", "words"),
    [
        ({"count": 2, "max": 4}, "cpus=2,maxcpus=4,sockets=1,cores=4,threads=1"),
        ({"sockets": 2, "dies": 2, "cores": 2}, "cpus=8,maxcpus=8,sockets=2,dies=2,cores=2"),
        ({"clusters": 2, "threads": 2}, "cpus=4,maxcpus=4,clusters=2,threads=2"),
    ],
)
def test_cpus_are_cores_unless_told_otherwise(cpu: dict[str, Any], words: str, machine_of: Any) -> None:
    assert smp_words(machine_of(cpu=cpu)) == words
