"""A machine as a whole: cases, a file each, in cases/machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from serai.loaders.vagrantfile.config import keys
from serai.loaders.vagrantfile.config.keys.plugins import NAMESPACES
from serai.loaders.vagrantfile.config.table import Table
from serai.loaders.vagrantfile.mapping.draft import NO_WORD
from serai.loaders.vagrantfile.mapping.provider import DESKTOPS
from vagrant_cases import check, mapped, names


@pytest.mark.parametrize("name", names("machine"))
def test_a_case_of_machine(name: str, tmp_path: Path) -> None:
    check("machine", name, tmp_path)


def told(section: str, key: str, value: object, *, block: bool) -> list[str]:
    """What is told of a key that a machine states, in a namespace or in a provider's block."""
    machine: dict[str, object] = {"vm": {"box": "a/b"}}
    if block:
        machine |= {"providers": {section: {key: value}}, "provider": section}
    else:
        machine[section] = {**machine.get(section, {}), key: value}  # type: ignore[dict-item]
    result = mapped({"machines": {"web": machine}, "host": {"libvirt": True}})
    return [
        note.because if not note.to else "" for note in result.notes if note.key.startswith(f"{section}.{key}")
    ]


def keys_of(kinds: Mapping[str, str], find: Callable[[str], Table | None]) -> list[tuple[str, str]]:
    tables = [(name, find(name)) for name in kinds]
    return [(name, key) for name, table in tables if table for key in table.keys]


@pytest.mark.parametrize(("section", "key"), keys_of(keys.SECTIONS, keys.section))
def test_every_key_of_vagrants_namespaces_goes_somewhere_or_has_its_reason(section: str, key: str) -> None:
    found = told(section, key, {"username": "ann"} if key == "default" else "1", block=False)

    assert found, f"nothing is told of {section}.{key}"
    assert NO_WORD not in found


CARRIED = {
    name: place for name, place in keys.PROVIDERS.items() if name in (*DESKTOPS, "libvirt", "docker", "lxc")
}
NAMED = ("cpu_feature", "hyperv_feature", "clock_timer", "redirdev", "channel", "serial", "qemuargs", "numa_nodes")
CALLS: dict[str, object] = {
    **{name: [{"name": "a"}] for name in NAMED},
    **{name: {"sockets": 1} for name in ("cputopology", "watchdog", "smartcard", "launchsecurity")},
    "memorybacking": [{"name": "locked"}],
    "pci": [{"bus": "1", "slot": "1", "function": "0"}],
    "usb": [{"vendor": "0x1234", "product": "0x1234"}],
    "storage": [{"size": "1G"}],
    "disk_driver": {"cache": "none"},
    "cpuaffinitiy": {"0": "1"},
    "cpuaffinity": {"0": "1"},
    "memtune": {"hard_limit": {"value": 9}},
    "qemuenv": {"A": "b"},
    "env": {"A": "b"},
    "sysinfo": {"bios": {"vendor": "x"}},
    "customize": [["modifyvm", "id", "--cpus", "2"]],
}
"""What calls of methods hold, where it is no number."""


@pytest.mark.parametrize(("provider", "key"), keys_of(CARRIED, keys.provider))
def test_every_key_of_a_block_that_is_carried_over_goes_somewhere_or_has_its_reason(
    provider: str, key: str
) -> None:
    found = told(provider, key, CALLS.get(key, "1"), block=True)

    assert found or key == "cpuaffinity", (
        f"nothing is told of {provider}.{key}"
    )  # the plugin has it misspelt alone
    assert NO_WORD not in found


@pytest.mark.parametrize("name", sorted(set(NAMESPACES) - {"triggers"}))  # it is no section of a machine
def test_every_plugin_that_is_known_does_something_or_has_its_reason(name: str) -> None:
    for key in NAMESPACES[name] or ("enabled",):
        found = told(name, key, "1", block=False)
        assert found, f"nothing is told of {name}.{key}"
        assert NO_WORD not in found


@pytest.mark.parametrize("provider", sorted(set(keys.PROVIDERS) - set(CARRIED)))
def test_every_other_provider_is_refused_by_its_name(provider: str) -> None:
    result = mapped({"machines": {"web": {"provider": provider, "providers": {provider: {"x": 1}}}}})

    assert result.tree["machines"]["web"]["provider"] == provider
    assert "which this version does not drive" in result.notes[0].because
