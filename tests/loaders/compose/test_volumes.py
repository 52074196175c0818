"""Mounts."""

from __future__ import annotations

import pytest

from compose_cases import service

TOP = "volumes:\n  data:\n  kept: {external: true}\n  old: {external: {name: older}}\n"
TOP += "  nfs: {driver: d, driver_opts: {a: 1}}\n"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "'./a:/b:ro,rslave'",
            {"source": "./a", "target": "/b", "read_only": True, "create": True, "propagation": "rslave"},
        ),
        ("'data:/b:nocopy'", {"name": "data", "target": "/b", "nocopy": True}),
        ("/b", {"target": "/b"}),
        ("'kept:/b'", {"name": "kept", "target": "/b", "external": True}),
        ("'old:/b'", {"name": "older", "target": "/b", "external": True}),
        ("'nfs:/b'", {"name": "nfs", "target": "/b", "driver": "d", "options": {"a": "1"}}),
        ("{type: bind, source: a, target: /b}", {"source": "./a", "target": "/b"}),
        (
            "{type: bind, source: a, target: /b, bind: {create_host_path: false}}",
            {"source": "./a", "create": False},
        ),
        ("{type: tmpfs, target: /b, tmpfs: {size: 1m}}", {"target": "/b", "size": 1 << 20}),
        ("{type: volume, target: /b}", {"target": "/b"}),
        ("{source: data, target: /b}", {"name": "data", "target": "/b"}),
    ],
)
def test_a_mount_is_mapped(shop, entry: str, expected: dict[str, object]) -> None:
    volume = shop.project(service(f"volumes: [{entry}]", TOP)).machines["web"].container.volumes[0]

    assert {key: getattr(volume, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("'dat:/b'", "there is no volume 'dat', did you mean 'data'?"),
        (
            "'other:/b'",
            "there is no volume 'other', add it to the file's `volumes:`, or write ./other for a directory",
        ),
        ("'./a:b'", "'b' must be an absolute path of the container"),
        ("'./a:/b:rslve'", "'rslve' is no option of a mount, did you mean 'rslave'?"),
        ("'a::b'", "'a::b' is not a mount"),
        ("{type: bind, target: /b}", "a bind needs `source`"),
        ("{type: npipe, target: /b}", "named pipes are Windows'"),
        ("{type: bnd, target: /b}", "'bnd' is not one of bind, volume, tmpfs"),
        ("{type: volume, source: data}", "needs `target`"),
        ("{source: data, target: /b, volume: {subpath: x}}", "serai mounts whole volumes"),
    ],
)
def test_what_is_no_mount_is_refused(shop, entry: str, said: str) -> None:
    found = shop.errors(service(f"volumes: [{entry}]", TOP))

    assert len(found) == 1
    assert said in found[0]


def test_what_has_no_effect_is_noted(shop) -> None:
    text = service(
        "volumes:\n  - ./a:/a:z,cached\n  - {type: bind, source: ./b, target: /b, volume: {nocopy: true}, "
        "bind: {selinux: z}, consistency: cached}"
    )

    assert [line.partition(":")[0] for line in shop.notes(text)] == [
        "volumes.z",
        "volumes.cached",
        "volumes.consistency",
        "volumes.bind.selinux",
        "volumes.volume",
    ]


def test_volumes_of_others_are_of_services_or_of_containers(shop) -> None:
    text = "services:\n  a: {image: x}\n  web: {image: x, volumes_from: ['a:ro', 'container:old']}\n"

    machine = shop.project(text).machines["web"]

    assert machine.container.volumes_from == ["a:ro", "old"]
    assert machine.after == {"a": "started"}
    assert "there is no service 'b'" in shop.errors(text.replace("'a:ro'", "b"))[0]


@pytest.mark.parametrize(
    ("volume", "device"),
    [
        ("{driver_opts: {type: none, o: bind, device: ./data}}", "{}/data"),
        ("{driver: local, driver_opts: {type: none, o: bind, device: data}}", "{}/data"),
        ("{driver_opts: {type: none, o: bind, device: /srv}}", "/srv"),
        ("{driver_opts: {type: nfs, o: addr=h, device: ':/x'}}", ":/x"),
        ("{driver: d, driver_opts: {o: bind, device: ./data}}", "./data"),
    ],
)
def test_a_directory_that_is_a_volume_is_the_projects(shop, volume: str, device: str) -> None:
    text = service("volumes: ['v:/b']", f"volumes: {{v: {volume}}}\n")

    (found,) = shop.project(text).machines["web"].container.volumes

    assert found.options["device"] == device.format(shop.root)
