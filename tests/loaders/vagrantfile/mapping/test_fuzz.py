"""Values of any kind at any key: the mapping notes them, and never fails."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from serai.loaders.vagrantfile.config import keys
from serai.util.errors import SeraiError
from vagrant_cases import mapped, resolved

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def some(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), VALUES, max_size=5)


NETWORK = ["ip", "netmask", "mac", "guest", "host", "id", "bridge", "dev", "type", "libvirt__mtu", "auto_correct"]
FOLDER = ["hostpath", "disabled", "owner", "group", "mount_options", "rsync__args", "rsync__exclude", "create"]
SHELL = ["inline", "path", "args", "env", "privileged", "sha256", "reboot"]
TRIGGER = ["run", "run_remote", "info", "only_on", "ignore", "exit_codes", "abort"]
LIBVIRT, VIRTUALBOX = sorted(keys.provider("libvirt").keys), ["memory", "cpus", "customize", "gui", "name"]
SECTIONS = {name: sorted(table.keys) for name in keys.SECTIONS if (table := keys.section(name))}


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    provider, names = draw(
        st.sampled_from([("libvirt", LIBVIRT), ("virtualbox", VIRTUALBOX), ("parallels", VIRTUALBOX)])
    )
    kinds = st.sampled_from(["private_network", "public_network", "forwarded_port"])
    return {
        **{name: draw(some(SECTIONS[name])) for name in ("vm", "ssh")},
        "networks": [[draw(kinds), draw(some(NETWORK))] for _ in range(draw(st.integers(0, 2)))],
        "folders": [["", "/srv", draw(some(FOLDER))]],
        "disks": [["disk", draw(some(["name", "size", "file", "primary"]))]],
        "provision": [{"type": "shell", "options": draw(some(SHELL))}],
        "triggers": [["before", "up", draw(some(TRIGGER))]],
        "providers": {provider: draw(some(names))},
    }


@settings(max_examples=150, deadline=None)
@given(machine=machines(), libvirt=st.booleans())
def test_no_value_makes_it_fail(machine: dict[str, Any], libvirt: bool, tmp_path_factory: Any) -> None:
    result = mapped({"machines": {"web": machine}, "host": {"libvirt": libvirt}})
    try:
        resolved(result, tmp_path_factory.getbasetemp())
    except SeraiError as error:
        assert str(error)  # the loader's own words, at a place of the file
