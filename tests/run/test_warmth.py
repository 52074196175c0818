"""A plan says whether a machine that it makes would boot, where the provider can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Image, Materials, Scope
from serai.providers.kept import Outlook, Start, Warmth
from serai.run import kept, warmth
from serai.run.materials import Stock
from serai.run.workspace import Workspace
from serai.spec.machine import Project

START = Start(id="k1-0", key="k1", blocks=("one",))


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_WARM", "on")


def workspace(home: Path, **spec: Any) -> Workspace:
    machines = {"web": {"name": "web", "provider": "qemu", "image": "tiny", **spec}}
    project = msgspec.convert({"project": "shop", "machines": machines}, Project)
    return Workspace(project, home / "serai.yaml", Scope(project="shop", project_id="1", root=home, home=home))


def outlook(found: Workspace, start: Start | None = None) -> Outlook:
    return warmth.looking(found, lambda machine: Outlook(start, "site: cache is false"))(
        found.project.machines["web"]
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Materials]:
    """What the provider was asked about, with an image that is there."""
    from serai.providers.qemu.driver import Qemu

    found: list[Materials] = []

    def answer(self: Any, machine: Any, materials: Materials) -> Warmth:
        found.append(materials)
        return Warmth(True, "from a template")

    monkeypatch.setattr(Qemu, "warmth", answer)
    image = Image(reference="tiny", digest="sha256:ab")
    monkeypatch.setattr(Stock, "preview", lambda self, machine: (Materials(image=image), False))
    return found


def test_it_is_asked_about_the_layer_that_the_machine_starts_from_and_makes_no_key(home, asked):
    found = outlook(workspace(home), START)

    assert found == Outlook(START, "site: cache is false", Warmth(True, "from a template"))
    assert (asked[0].layer, asked[0].public_keys) == (START, ())
    assert not (home / "ssh").exists()


@pytest.mark.parametrize(
    "spec",
    [
        {"provider": "docker", "image": "small:1"},
        {"provider": "libvirt"},
        {"provider": "fake"},
        {"fork": "db"},
    ],
)
def test_nothing_is_said_where_nothing_is_warm(home, asked, spec):
    assert outlook(workspace(home, **spec)).warmth is None
    assert kept.look_of(workspace(home, **spec), {}, kept.Options()) is kept.nothing


def test_an_image_that_is_not_there_has_no_template(home, asked, monkeypatch):
    monkeypatch.setattr(Stock, "preview", lambda self, machine: (Materials(), True))

    assert outlook(workspace(home)).warmth == Warmth(False, "its image is not here yet")
    assert asked == []


def test_switched_off_only_what_is_stated_is_spoken_of(home, asked, monkeypatch):
    monkeypatch.setenv("SERAI_WARM", "off")

    assert outlook(workspace(home)).warmth is None
    assert outlook(workspace(home, warm=True)).warmth is not None
    assert outlook(workspace(home, warm=False)).warmth is not None
