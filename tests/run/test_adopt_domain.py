"""A domain of another program becomes a project of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.yaml import load
from serai.run import adopt_domain
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


class Engine:
    """Stands for the provider."""

    taken: list[tuple[str, str, str | None]] = []

    def __init__(self, scope):
        self.scope = scope

    @staticmethod
    def foreign(uri):
        return [("old inn", uri or "test:///default")]

    def take(self, domain, name, uri):
        self.taken.append((domain, name, uri))
        return Machine(name=name, provider="libvirt", keep=True), ("devices: <sound/>",)


@pytest.fixture
def engine(home, monkeypatch):
    monkeypatch.setattr(adopt_domain, "_driver", lambda: Engine)
    monkeypatch.setattr(Engine, "taken", [])
    return Engine


def test_the_file_says_what_has_no_key_and_loads(engine, tmp_path: Path) -> None:
    target = tmp_path / "serai.yaml"
    name, kept = adopt_domain.adopt("old inn", target, None)
    text = target.read_text()

    assert (name, kept, engine.taken) == ("old-inn", ("devices: <sound/>",), [("old inn", "old-inn", None)])
    assert text.startswith("# The domain old inn, as libvirt has it.")
    assert "#   devices: <sound/>" in text
    assert load(target).machines["old-inn"].keep
    assert (tmp_path / ".serai" / "project.json").exists()


@pytest.mark.parametrize(
    ("domain", "wanted"), [("web", "web"), ("my vm (old)", "my-vm-old"), ("-x-", "x"), ("???", "machine")]
)
def test_names_that_a_machine_can_have(domain, wanted):
    assert adopt_domain.plain(domain) == wanted


def test_no_libvirt_is_nothing_to_adopt_unless_it_was_named(home, monkeypatch):
    class Missing:
        @staticmethod
        def foreign(uri):
            raise SeraiError(Code.MISSING, "no libvirt")

    monkeypatch.setattr(adopt_domain, "_driver", lambda: Missing)

    assert adopt_domain.foreign(None) == []
    with pytest.raises(SeraiError, match="no libvirt"):
        adopt_domain.foreign("qemu:///system")
