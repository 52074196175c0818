"""serai stats: of machines whose engine tells, and of those whose does not."""

from __future__ import annotations

from person import Serai


def test_an_engine_that_tells_nothing_is_said(serai: Serai) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")

    assert "provider fake tells nothing" in serai("stats", code=4).stderr
