"""Processors are read back with as few words as give the same domain."""

from __future__ import annotations

import pytest

from serai.providers.libvirt.adopt.processors import cpu_of, numa_of
from serai.providers.libvirt.render.cpu import topology
from serai.spec.cpu import Cpu, Pin
from serai.spec.numa import Numa

ONE = "<topology sockets='1' dies='1' cores='{0}' threads='1'/>"


def test_no_cpu_element_is_what_qemu_takes_then(make):
    assert cpu_of(make("<vcpu>1</vcpu>")) == (Cpu(count=1, model="qemu64"), "")


def test_sockets_are_what_libvirt_makes_of_no_topology(make):
    assert cpu_of(make("<vcpu>4</vcpu>"))[0].sockets == 4


@pytest.mark.parametrize(
    ("kind", "mode", "model"),
    [
        ("kvm", "host-passthrough", "auto"),
        ("qemu", "maximum", "auto"),
        ("kvm", "maximum", "max"),
        ("qemu", "host-model", "host-model"),
    ],
)
def test_the_usual_model_is_not_stated(make, kind, mode, model):
    root = make(f"<vcpu>2</vcpu><cpu mode='{mode}'>{ONE.format(2)}</cpu>", kind=kind)
    cpu, _ = cpu_of(root)

    assert cpu.model == model
    assert cpu.topology == {}


def test_a_topology_is_read_with_as_few_parts_as_give_it(make):
    parts = "<topology sockets='2' dies='1' cores='2' threads='2'/>"
    cpu, _ = cpu_of(make(f"<vcpu>8</vcpu><cpu mode='maximum'>{parts}</cpu>"))

    assert cpu.topology == {"sockets": 2, "cores": 2}
    assert topology(cpu) == {"sockets": 2, "cores": 2, "threads": 2}


def test_spare_cpus_are_the_max(make):
    cpu, _ = cpu_of(make(f"<vcpu current='1'>4</vcpu><cpu mode='maximum'>{ONE.format(4)}</cpu>"))

    assert (cpu.count, cpu.max) == (1, 4)


def test_pins_one_on_one_are_short_and_others_are_not(make):
    tune = "<cputune>{0}<emulatorpin cpuset='0'/></cputune>"
    one = "".join(f"<vcpupin vcpu='{n}' cpuset='{n + 2}'/>" for n in range(3))

    assert cpu_of(make("<vcpu>3</vcpu>" + tune.format(one)))[0].pin == Pin(cpus="2-4", emulator="0")
    some = "<vcpupin vcpu='1' cpuset='2,5'/>"
    assert cpu_of(make("<vcpu>3</vcpu>" + tune.format(some)))[0].pin == Pin(each={"1": "2,5"}, emulator="0")


def test_pins_in_another_order_keep_it(make):
    pins = "<vcpupin vcpu='0' cpuset='5'/><vcpupin vcpu='1' cpuset='4'/>"

    assert cpu_of(make(f"<vcpu>2</vcpu><cputune>{pins}</cputune>"))[0].pin.cpus == "5,4"


@pytest.mark.parametrize(
    ("kind", "flags", "nested", "left"),
    [
        ("kvm", {"vmx": "disable", "svm": "disable"}, False, {}),
        ("kvm", {}, True, {}),
        ("kvm", {"vmx": "require"}, True, {}),
        ("qemu", {"svm": "require", "avx": "disable"}, True, {"avx": False}),
        ("qemu", {"aes": "optional"}, False, {}),
    ],
)
def test_nested_virtualization_is_a_word_of_its_own(make, kind, flags, nested, left):
    mode = "host-passthrough" if kind == "kvm" else "maximum"
    inner = "".join(f"<feature policy='{policy}' name='{name}'/>" for name, policy in flags.items())
    cpu, _ = cpu_of(make(f"<vcpu>1</vcpu><cpu mode='{mode}'>{inner}</cpu>", kind=kind))

    assert (cpu.nested, cpu.features) == (nested, left)


def test_the_node_that_pluggable_memory_needs_is_no_cell_of_the_file(make):
    cell = "<cpu mode='maximum'><numa><cell id='0' cpus='0' memory='1024' unit='KiB'/></numa></cpu>"
    root = make(f"<maxMemory slots='2' unit='KiB'>2048</maxMemory><vcpu>1</vcpu>{cell}")
    assert numa_of(root, cpu_of(root)[0]) == Numa()
    root = make(f"<vcpu>1</vcpu>{cell}")
    assert [each.memory for each in numa_of(root, cpu_of(root)[0]).cells] == [1 << 20]
