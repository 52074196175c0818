"""What a provider says of a network of the project that exists otherwise than the file states it."""

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
