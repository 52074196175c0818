"""A call goes down, data comes up: imports never point up, and never from one provider to another."""

from __future__ import annotations

from pathlib import Path

import pytest

LAYERS = {
    "util": 0,
    "spec": 1,
    "loaders": 1,
    "guest": 2,
    "host": 2,
    "images": 2,
    "provisioners": 2,
    "providers": 2,
    "plan": 3,
    "run": 3,
    "bench": 3,
    "cli": 4,
    "": 5,  # serai/__init__.py and __main__.py
}
SIDEWAYS = {
    ("spec", "loaders"): "the types know nothing of the languages that they are read from",
    ("providers", "host"): "a provider reads what its machines ask for; checks are built on that",
    ("guest", "providers"): "a guest is the same whoever runs it",
    ("images", "providers"): "an image is the same whoever runs it",
    ("provisioners", "providers"): "a provisioner speaks to a guest",
    ("plan", "run"): "a plan is made before anything is done",
}
CONTRACT = "serai.providers.contract"


def complaints(source) -> list[str]:
    found = []
    for name, line in source.imports():
        if not name.startswith("serai."):
            continue
        target = name.split(".")[1]
        where = f"{source.path}:{line}: imports {name}"
        if target not in LAYERS:
            if name.count(".") == 1:  # `from serai import __version__`
                continue
            found.append(f"{where}: {target} is in no layer")
        elif LAYERS[target] > LAYERS[source.package]:
            found.append(f"{where}: {source.package} is below {target}")
        elif (source.package, target) in SIDEWAYS and not name.startswith(CONTRACT):
            found.append(f"{where}: {SIDEWAYS[source.package, target]}")
        elif provider_of(source.module) and provider_of(name) not in ("", provider_of(source.module)):
            found.append(f"{where}: providers never import each other")
    return found


def provider_of(module: str) -> str:
    """`qemu` for serai.providers.qemu.driver, `` for what all providers share."""
    parts = module.split(".")
    return parts[2] if parts[1] == "providers" and len(parts) > 3 and parts[2] not in SHARED else ""


SHARED = {path.stem for path in (Path(__file__).parents[2] / "src/serai/providers").glob("*.py")}
"""What lies beside the providers is for all of them; each provider is a directory."""


def test_every_package_is_in_a_layer(sources):
    assert {source.package for source in sources} <= set(LAYERS)


def test_imports_never_point_up(sources):
    assert [line for source in sources for line in complaints(source)] == []


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        ("serai.util.files", "from serai.spec.disk import Disk", "util is below spec"),
        ("serai.run.wait", "def f():\n    import serai.cli.main", "run is below cli"),
        ("serai.providers.qemu.driver", "from serai.providers.fake.driver import Fake", "never import each other"),
        ("serai.plan.up", "from serai.run.journal import Journal", "made before anything is done"),
        ("serai.guest.ssh", "from serai.providers.qemu.qmp import Qmp", "the same whoever runs it"),
        ("serai.cli.main", "from serai.portal.app import app", "is in no layer"),
    ],
)
def test_a_wrong_import_is_found(parse, module, text, said):
    (complaint,) = complaints(parse(module, text))

    assert said in complaint


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("serai.cli.main", "from serai import __version__"),
        ("serai.providers.qemu.driver", "from serai.providers.qemu.qmp import Qmp"),
        ("serai.providers.qemu.driver", "from serai.providers.contract import Provider"),
        ("serai.guest.transport", "from serai.providers.contract import Endpoint"),
        ("serai.run.up", "from serai.plan.steps import Step"),
    ],
)
def test_a_right_import_passes(parse, module, text):
    assert complaints(parse(module, text)) == []
