"""Given a machine, this configuration: and the real LXC takes every line of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lxc_site import CASES, case_names, fixed, machine_of, site_of
from serai.loaders.shape import record
from serai.providers.lxc import check, render
from serai.spec.container import Container
from spec_keys import leaves, stated_keys

Need = Callable[..., None]
ELSEWHERE = {
    "template": "lxc-create's argument",
    "template_args": "lxc-create's arguments",
    "rootfs": "what is unpacked",
    "restart": "refused, but for `no`",
    "stop_timeout": "how long a stop waits",
    "idmap.inside": "0 in most, as in the case `mapped`",
    "unprivileged": "the ids of /etc/subuid are rendered",
    "dns_opt": "refused",
    "volumes.type": "which of the forms is rendered",
    "volumes.create": "the directory is made before the start",
    "volumes.name": "refused: LXC has no volumes",
    "volumes.nocopy": "of volumes",
    "volumes.driver": "of volumes",
    "volumes.options": "of volumes",
    "volumes.external": "of volumes",
    "files.content": "in the file that is bound",
    "files.source": "in the file that is bound",
    "files.mode": "of the file that is bound",
    "files.uid": "of the file that is bound",
    "files.gid": "of the file that is bound",
    "extra_hosts": "in the hosts file that is bound",
    "dns": "in the resolv.conf that is bound",
    "dns_search": "in the resolv.conf that is bound",
}
"""Keys of `container` that are done, but not rendered."""


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], str]:
    def text_of(case: str) -> str:
        fixed(monkeypatch, tmp_path, version=2 if case.endswith("v2") else 1)
        machine = machine_of(case)
        return render.text(machine, site_of(machine, tmp_path)).replace(str(tmp_path), "/project")

    return text_of


@pytest.mark.parametrize("case", case_names())
def test_a_machine_renders_as_expected(
    case: str, rendered: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    text = rendered(case)
    expected = CASES / case / "expected.cfg"
    if request.config.getoption("--regenerate", default=False):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.engine
@pytest.mark.parametrize("case", case_names())
def test_lxc_takes_every_line(case: str, rendered: Callable[[str], str], tmp_path: Path, need: Need) -> None:
    """lxc-info reads the whole file before it looks for the container; an unknown key ends it."""
    need("lxc-info")
    place = tmp_path / "containers" / "web"
    place.mkdir(parents=True)
    (place / "config").write_text(rendered(case))
    argv = [
        "lxc-info",
        "-P",
        str(place.parent),
        "-n",
        "web",
        "-c",
        "lxc.uts.name",
        "-l",
        "INFO",
        "-o",
        "/dev/stderr",
    ]

    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert "lxc.uts.name = w" in done.stdout, done.stderr
    assert [line for line in done.stderr.splitlines() if "ERROR" in line or "Unknown" in line] == []


def test_every_key_of_a_container_is_rendered_or_done_elsewhere_or_refused() -> None:
    stated = {
        key for case in case_names() for key in stated_keys(machine_of(case)) if key.startswith("container.")
    }
    known = {key.removeprefix("container.") for key in stated} | check.REFUSED.keys() | ELSEWHERE.keys()

    assert [key for key in leaves(record(Container)) if not {key, key.partition(".")[0]} & known] == []
