"""The calls that every container takes, without the SDK: it is opened when another one is asked for.

Twenty containers are made, started and looked at by sixty calls. The SDK costs 0.14 s of CPU to import, and 2 ms
a call, on the processors that the engine starts containers by; these cost a tenth. They are named as the SDK's
are, take what it takes, and raise its errors, so that nobody sees by which way a call went.
Source: moby, api/swagger.yaml; docker SDK for Python, api/container.py, api/daemon.py.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from serai.providers.docker import connect, wire
from serai.util.errors import SeraiError

Filters = Mapping[str, Sequence[str]]


class Quick:
    """A client of an engine with a socket here; thread-safe. What is not its own is the SDK's."""

    def __init__(self, at: connect.Engine, provider: str, budget: int | None = connect.BUDGET) -> None:
        self._at, self._provider, self._budget = at, provider, budget
        self._sdk: Any = None
        self._lock = threading.Lock()
        version = str(self._asked("GET", "/version").json().get("ApiVersion") or "")
        if tuple(int(part) for part in version.split(".") if part.isdigit()) < connect.OLDEST:
            raise connect.silent(at, provider, ValueError(f"its API version {version or 'unknown'} is too old"))
        self.api_version = version

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        with self._lock:
            if self._sdk is None:
                self._sdk = connect.opened(self._at, self._provider, self._budget)
        return getattr(self._sdk, name)

    def info(self) -> dict[str, Any]:
        found: dict[str, Any] = self._json("GET", "/info")
        return found

    def networks(self, filters: Filters | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._json("GET", "/networks", query=_filters(filters))
        return found

    def containers(self, *, all: bool = False, filters: Filters | None = None) -> list[dict[str, Any]]:
        query = {"all": "1" if all else "0", **_filters(filters)}
        found: list[dict[str, Any]] = self._json("GET", "/containers/json", query=query)
        return found

    def inspect_image(self, image: str) -> dict[str, Any]:
        found: dict[str, Any] = self._json("GET", f"/images/{quote(image, safe='/:')}/json")
        return found

    def inspect_container(self, container: str) -> dict[str, Any]:
        found: dict[str, Any] = self._json("GET", f"/containers/{container}/json")
        return found

    def create_container_from_config(
        self, config: Mapping[str, Any], *, name: str, platform: str | None = None
    ) -> dict[str, Any]:
        query = {"name": name} | ({"platform": platform} if platform else {})
        made: dict[str, Any] = self._json("POST", "/containers/create", config, query=query)
        return made

    def start(self, container: str) -> None:
        self._asked("POST", f"/v{self.api_version}/containers/{container}/start")

    def events(self, *, since: int, filters: Filters, decode: bool = True) -> Iterator[dict[str, Any]]:
        """One by one, as they come, until the engine ends."""
        assert decode
        query = {"since": str(since), **_filters(filters)}
        for line in wire.lines(self._at, f"/v{self.api_version}/events", query=query):
            yield msgspec.json.decode(line)

    def _json(self, method: str, target: str, data: Any = None, query: Mapping[str, str] | None = None) -> Any:
        return self._asked(method, f"/v{self.api_version}{target}", data, query).json()

    def _asked(
        self, method: str, target: str, data: Any = None, query: Mapping[str, str] | None = None
    ) -> wire.Answer:
        """The answer. Raises the SDK's error for one of the engine's, and says why none comes."""
        try:
            answer = wire.request(self._at, method, target, data, query=query, budget=self._budget)
        except OSError as error:
            raise connect.silent(self._at, self._provider, error) from error
        if answer.status >= 400:
            raise refused(answer, f"{method} {target}")
        return answer


def _filters(filters: Filters | None) -> dict[str, str]:
    return {"filters": msgspec.json.encode(filters).decode()} if filters else {}


def refused(answer: wire.Answer, what: str) -> Exception:
    """What the SDK raises of such an answer. Source: docker.errors, create_api_error_from_http_exception."""
    try:
        errors = connect.library().errors
    except SeraiError as error:
        return error
    from requests import Response

    response = Response()
    response.status_code = answer.status
    said = answer.message()
    kind = errors.APIError
    if answer.status == 404:
        kind = errors.ImageNotFound if "no such image" in said.lower() else errors.NotFound
    found: Exception = kind(f"{what}: {answer.status}", response=response, explanation=said)
    return found
