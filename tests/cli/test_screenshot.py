"""screenshot: refused with the reason where there is nothing to see. Pictures: tests/providers/qemu, tests/e2e."""

from __future__ import annotations

from typing import Any


def test_a_pretended_machine_has_no_screen(serai: Any) -> None:
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    serai("up")
    done = serai("screenshot", code=4)

    assert "cannot do screenshot: a pretended machine has no screen" in done.stderr
    assert not (serai.root / "web.png").exists()
