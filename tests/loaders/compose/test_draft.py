"""What becomes of keys is written down."""

from __future__ import annotations

from compose_cases import mapped, service
from serai.util.errors import Where


def test_each_value_has_its_place_and_each_key_its_note(shop, monkeypatch) -> None:
    path = shop.write(service("user: me\nisolation: default\nports: ['80:80']"))
    monkeypatch.chdir(shop.root)
    result, _ = mapped(path)

    assert result.places["machines", "web", "container", "user"] == Where("compose.yaml", 4, 11)
    assert [note.line() for note in result.notes] == [
        "compose.yaml:3:12: web: image -> image",
        "compose.yaml:4:11: web: user -> container.user",
        "compose.yaml:5:16: web: isolation no effect here, because it is for Windows",
        "compose.yaml:6:13: web: ports -> networks[0] (on every address of the host; `127.0.0.1:…` keeps it to "
        "the host itself)",
    ]
