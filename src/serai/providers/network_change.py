"""What a provider says of a network of the project that exists otherwise than the file states it.

It may have `network_changes(networks, together) -> list[NetworkChange]`: of the networks as the file states them,
what is otherwise where they exist; `together` are the machines that the run is about. Live ones are done by
`apply`, as the key `networks.NAME.KEY` of each machine that is on it; of immutable ones the reason is told.
"""

from __future__ import annotations

from typing import Any

import msgspec

from serai.providers.contract import Verdict


class NetworkChange(msgspec.Struct, frozen=True):
    """One key of one network: what it is, what the file states, and how it would be changed."""

    network: str
    key: str
    old: Any
    new: Any
    verdict: Verdict
