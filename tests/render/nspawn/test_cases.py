"""Given a machine, these settings: and the real systemd-nspawn takes every line of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nspawn_site import CASES, MATERIALS, case_names, fixed, machine_of
from serai.loaders.shape import record
from serai.providers.nspawn import check, gather, render, unit
from serai.providers.nspawn.place import SETTINGS
from serai.providers.nspawn.preview import preview
from serai.spec.container import Container
from spec_keys import leaves, stated_keys

ELSEWHERE = {
    "rootfs": "what is unpacked",
    "restart": "in the unit's file",
    "volumes.type": "which of the forms is rendered",
    "volumes.create": "the directory is made before the start",
    "volumes.propagation": "refused",
    **dict.fromkeys(
        ("volumes.name", "volumes.nocopy", "volumes.driver", "volumes.options", "volumes.external"),
        "refused: there are no volumes",
    ),
    **dict.fromkeys(
        ("files.content", "files.source", "files.mode", "files.uid", "files.gid"), "of the file that is bound"
    ),
    "extra_hosts": "in the hosts file that is bound",
    "dns_search": "in the resolv.conf that is bound",
    "keep_alive": "as a command",
    "cpus": "as cpu.count",
    "memory": "as memory.size",
}
"""Keys of `container` that are done, but not rendered by a case."""


@pytest.mark.parametrize("case", case_names())
def test_a_machine_renders_as_expected(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    scope = fixed(monkeypatch, tmp_path, case)
    text = preview(scope, machine_of(case), MATERIALS).replace(str(tmp_path), "/project")
    expected = CASES / case / "expected.cfg"
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.parametrize("case", case_names())
def test_nspawn_takes_every_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[..., None]
) -> None:
    """It reads the whole file before it looks for the root filesystem, which is not there."""
    need("systemd-nspawn", root=True)
    scope = fixed(monkeypatch, tmp_path, case)
    machine = machine_of(case)
    name = f"serai-test-{os.getpid()}-{case}"
    file = SETTINGS / f"{name}.nspawn"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render.text(machine, gather.site_for(scope, machine, MATERIALS)))
    try:
        argv = [
            "systemd-nspawn",
            "--register=no",
            "--keep-unit",
            f"--machine={name}",
            f"--directory={tmp_path}/no",
        ]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    finally:
        file.unlink()

    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if ".nspawn:" in line] == []
    assert f"{tmp_path}/no" in done.stderr


@pytest.mark.engine
@pytest.mark.parametrize("case", [case for case in case_names() if case.endswith("systemd")])
def test_systemd_takes_every_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[..., None]
) -> None:
    need("systemd-analyze")
    scope = fixed(monkeypatch, tmp_path, case)
    machine = machine_of(case)
    text = unit.drop_in(machine, gather.site_for(scope, machine, MATERIALS), "/bin/true")
    place = tmp_path / "probe.service"
    place.write_text("[Service]\nType=notify\nExecStart=/bin/true\n")
    (tmp_path / "probe.service.d").mkdir()
    own = text.replace("ExecStart=systemd-nspawn", "ExecStart=/bin/true")
    (tmp_path / "probe.service.d" / "10.conf").write_text(own)

    argv = ["systemd-analyze", "verify", "--man=no", str(place)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert [line for line in done.stderr.splitlines() if "probe.service" in line] == []


def test_every_key_of_a_container_is_rendered_or_done_elsewhere_or_refused() -> None:
    stated = {
        key for case in case_names() for key in stated_keys(machine_of(case)) if key.startswith("container.")
    }
    known = {key.removeprefix("container.") for key in stated} | check.REFUSED.keys() | ELSEWHERE.keys()

    assert [key for key in leaves(record(Container)) if not {key, key.partition(".")[0]} & known] == []
