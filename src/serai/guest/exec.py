"""Into a guest by a program that runs words inside it (`docker exec …`); tests use plain `env`."""

from __future__ import annotations

from serai.guest.pipe import PipeTransport
from serai.providers.contract import ExecEndpoint
from serai.util.errors import SeraiError


class ExecTransport(PipeTransport):
    """Nothing is shared and nothing stays open. What the program's own exit codes mean is the provider's."""

    def __init__(self, endpoint: ExecEndpoint, name: str) -> None:
        super().__init__(name, endpoint.user)
        self.endpoint = endpoint

    def argv(self, command: str | None = None, *, tty: bool = False) -> list[str]:
        inner = ["/bin/sh", "-c", command] if command is not None else ["/bin/sh", "-l"]
        return [*self.endpoint.argv, *inner]

    def words(self, script: str) -> list[str]:
        return [*self.endpoint.argv, "/bin/sh", "-c", script]

    def broken(self, code: int, stderr: str) -> SeraiError | None:
        return None

    def close(self) -> None:
        return None
