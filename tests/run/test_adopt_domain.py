"""A domain of another program becomes a project of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.yaml import load
from serai.run import adopt_domain
from serai.spec.machine import Machine, Project
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


class Xl(Engine):
    """Stands for the provider xen: another inventory."""

    names: list[str] = []

    @staticmethod
    def foreign(host):
        return [(name, f"xl on {host or 'this host'}") for name in Xl.names]

    def take(self, domain, name, host):
        Engine.taken.append((domain, name, host))
        return Machine(name=name, provider="xen"), ()


@pytest.fixture
def engine(home, monkeypatch):
    monkeypatch.setattr(adopt_domain, "_driver", lambda provider: Xl if provider == "xen" else Engine)
    monkeypatch.setattr(Xl, "names", [])
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

    monkeypatch.setattr(adopt_domain, "_driver", lambda _provider: Missing)

    assert adopt_domain.foreign(None) == []
    with pytest.raises(SeraiError, match="no libvirt"):
        adopt_domain.foreign("qemu:///system")


def test_a_domain_of_xls_is_told_apart_from_libvirts(engine, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Xl, "names", ["guest"])
    assert adopt_domain.foreign(None) == [("old inn", "test:///default"), ("guest", "xl on this host")]
    assert adopt_domain.foreign(None, "dom0") == [("guest", "xl on dom0")]
    assert adopt_domain.foreign("test:///default") == [("old inn", "test:///default")]

    adopt_domain.adopt("guest", tmp_path / "serai.yaml", None)
    assert engine.taken == [("guest", "guest", None)]
    assert (tmp_path / "serai.yaml").read_text().startswith("# The domain guest, as xl has it.")


def test_the_dom0_that_is_named_is_asked(engine, tmp_path: Path) -> None:
    adopt_domain.adopt("guest", tmp_path / "serai.yaml", None, "root@dom0")
    assert engine.taken == [("guest", "guest", "root@dom0")]
    assert adopt_domain.provider_of("guest", None, adopt_domain.HERE) == "xen"


def test_one_that_both_have_must_be_told_apart(engine, monkeypatch) -> None:
    monkeypatch.setattr(Xl, "names", ["old inn"])
    with pytest.raises(SeraiError, match="have a domain old inn") as caught:
        adopt_domain.provider_of("old inn", None, None)
    assert "--dom0 localhost" in caught.value.hint


def test_what_has_lines_of_its_own_is_a_comment_of_one() -> None:
    project = Project(project="web", machines={"web": Machine(name="web")})
    kept = ("<description>the shop's\nmachines: many\n\ttabs\x85and\u2028more</description>",)

    text = adopt_domain.text(project, "web", kept)

    assert "\n#   <description>the shop's machines: many tabs and more</description>\n" in text
    assert load(Path("serai.yaml"), text=text, environ={}) == project
