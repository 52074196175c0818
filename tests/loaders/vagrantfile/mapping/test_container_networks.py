"""Each option of `docker network` is heeded or has a reason; what they come to: cases/docker/networks.yaml."""

from __future__ import annotations

from serai.loaders.vagrantfile.mapping.container_networks import CONNECT, CREATE, REASONS, TEXTS


def test_no_option_is_both_heeded_and_without_effect() -> None:
    heeded = {f"{CREATE}{key}" for key in (*TEXTS, "internal", "opt", "subnet")}
    heeded |= {f"{CONNECT}{key}" for key in ("alias", "link")}

    assert not heeded & REASONS.keys()
    assert all(key.startswith((CREATE, CONNECT)) for key in REASONS)
