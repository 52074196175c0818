"""A machine's spec as the body that the engine makes a container of. Pure."""

from __future__ import annotations

from serai.providers.docker.render.body import body, text
from serai.providers.docker.render.site import Link, Site

__all__ = ["Link", "Site", "body", "text"]
