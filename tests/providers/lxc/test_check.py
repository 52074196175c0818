"""What LXC has not is refused, with what does it instead."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers import bridges
from serai.providers.lxc import place, rootfs
from serai.providers.lxc.check import REFUSED, check
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

STATED: dict[str, Any] = {
    "build": {"context": "."},
    "pull": "never",
    "login": {"username": "me"},
    "health": {"test": ["CMD", "true"]},
    "log": {"driver": "none"},
    "labels": {"a": "b"},
    "gpus": {"count": 1},
    **dict.fromkeys(("init", "tty", "stdin_open", "job"), True),
    **{key: ["x"] for key in ("volumes_from", "network_aliases", "links", "expose", "dns_opt", "group_add")},
}
"""Of each refused key a value; those that are not here take a word."""


@pytest.fixture(autouse=True)
def host(monkeypatch):
    """A root's host with LXC, a bridge and a template."""
    monkeypatch.setattr(place, "why_not", lambda: None)
    monkeypatch.setattr(place, "templates", lambda: ["busybox", "oci"])
    monkeypatch.setattr(rootfs, "templates", lambda: ["busybox", "oci"])
    monkeypatch.setattr(rootfs, "TEMPLATE_PROGRAMS", {"oci": {"no-such-program": "skopeo"}})
    monkeypatch.setattr(bridges, "uplink", lambda stated="": "lxcbr0")


def problems(scope, **spec: Any) -> list[str]:
    machine = msgspec.convert({"name": "web", "provider": "lxc", **spec}, Machine)
    return [f"{each.message} ({each.hint})" for each in check(machine, scope)]


def of_box(scope, **box: Any) -> list[str]:
    return problems(scope, container={"template": "busybox", **box})


def test_a_template_is_enough(scope):
    assert of_box(scope) == []


@pytest.mark.parametrize("key", REFUSED)
def test_a_key_that_lxc_has_not_is_refused_by_its_name(scope, key):
    (said,) = of_box(scope, **{key: STATED.get(key, "x")})

    assert said.startswith(f"web: container.{key}: ")
    assert "()" not in said


def test_the_table_names_keys_that_there_are():
    assert set(REFUSED) <= set(Container.__struct_fields__)
    assert stated(msgspec.convert({key: STATED[key] for key in STATED}, Container)).keys() == STATED.keys()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "container.template: there is nothing to make it from"),
        ({"image": "tiny", "container": {"rootfs": "tiny"}}, "container.rootfs: image says already"),
        ({"container": {"template": "busybos"}}, "did you mean 'busybox'?"),
        ({"container": {"template": "oci"}}, "container.template: oci needs skopeo (apt install skopeo)"),
        ({"container": {"rootfs": "./no.tar"}}, "container.rootfs: "),
        (
            {"image": "tiny", "container": {"template_args": ["-x"]}},
            "container.template_args: there is no template",
        ),
        ({"image": "tiny", "arch": "arm64"}, "arch: a container's programs run on this host"),
        ({"image": "tiny", "firmware": "uefi"}, "firmware: a container runs on the host's kernel"),
        ({"image": "tiny", "networks": [{"uplink": {"type": "passt"}}]}, "networks.uplink.type: passt is QEMU's"),
        ({"image": "tiny", "networks": [{"public": {}}]}, "networks[0].public: none of bridge and dev"),
        ({"image": "tiny", "networks": [{"public": {"bridge": "no-br"}}]}, "there"),
        (
            {"image": "tiny", "networks": [{"public": {"dev": "no-dev"}}]},
            "networks[0].public.dev: the host has no",
        ),
        ({"image": "tiny", "networks": [{"public": {"bridge": "lo", "tap": "t0"}}]}, "networks[0].public.tap"),
        (
            {"image": "tiny", "synced_folders": [{"source": ".", "target": "/x", "delete": True}]},
            "synced_folders.delete: a copy into a container is made by tar",
        ),
        (
            {
                "image": "tiny",
                "container": {"network_mode": "host"},
                "networks": [{"forwarded_port": {"guest": 80, "host": 8080}}],
            },
            "networks[0].forwarded_port: its ports are the host's own",
        ),
    ],
)
def test_what_cannot_be_is_said_before(scope, spec, said):
    assert any(said in line for line in problems(scope, **spec)), problems(scope, **spec)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ({"restart": "always"}, "container.restart: LXC starts nothing again"),
        ({"volumes": [{"target": "/data", "name": "data"}]}, "container.volumes: LXC has no volumes of its own"),
        *(({"env": {"A": f"b{sign}c"}}, "container.env: a line of LXC's") for sign in "\n\r\0"),
        ({"user": "www-data"}, "container.user: LXC knows numbers alone"),
        ({"security_opt": ["label:disable"]}, "container.security_opt: LXC has no label:disable"),
        ({"network_mode": "machine:db"}, "container.network_mode: LXC has no mode machine:db"),
    ],
)
def test_a_value_that_lxc_has_not_is_refused(scope, box, said):
    (line,) = of_box(scope, **box)

    assert said in line


def test_what_starts_with_the_host_needs_a_plain_command(scope):
    words = {"cmd": ["sh", "-c", "a b"], "template": "busybox"}

    (said,) = problems(scope, container=words, providers={"lxc": {"autostart": True}})

    assert said.startswith("web: container.cmd: what starts with the host")
    assert problems(scope, container=words) == []


def test_without_a_bridge_the_way_out_is_named(scope, monkeypatch):
    def none(stated: str = "") -> str:
        raise SeraiError(Code.MISSING, "neither lxcbr0 nor virbr0 is here", hint="serai host setup lxc")

    monkeypatch.setattr(bridges, "uplink", none)

    assert of_box(scope) == ["web: networks.uplink: neither lxcbr0 nor virbr0 is here (serai host setup lxc)"]
    assert of_box(scope, network_mode="none") == []


def test_ids_that_nobody_gave_are_said_before(scope, monkeypatch):
    from serai.providers.lxc import gather

    def none(machine: Machine) -> tuple[str, ...]:
        raise SeraiError(Code.MISSING, "web: container.unprivileged: none", hint="x")

    monkeypatch.setattr(gather, "idmap", none)

    assert of_box(scope) == ["web: container.unprivileged: none (x)"]


def test_a_host_that_cannot_at_all_says_that_alone(scope, monkeypatch):
    monkeypatch.setattr(place, "why_not", lambda: SeraiError(Code.MISSING, "LXC is not installed", hint="h"))

    assert problems(scope) == ["web: LXC is not installed (h)"]
