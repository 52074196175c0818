"""Into a guest by its agent: no network and no SSH server is needed there."""

from __future__ import annotations

from serai.guest.agent_program import BROKEN, SAID
from serai.guest.exec import ExecTransport
from serai.guest.stream import stream
from serai.util.errors import Code, SeraiError


class AgentTransport(ExecTransport):
    """A program of this host asks the agent, and passes on what it is told."""

    def answers(self, seconds: float) -> SeraiError | None:
        """None when the agent is there within `seconds`, else why not."""
        output = stream(list(self.endpoint.argv), timeout=seconds)
        if output.code == 0 and not output.timed_out:
            return None
        return self.broken(output.code, output.stderr.decode(errors="replace")) or SeraiError(
            Code.NETWORK, f"{self.name}: the guest's agent cannot be asked"
        )

    def broken(self, code: int, stderr: str) -> SeraiError | None:
        said = [line for line in stderr.splitlines() if line.startswith(SAID)]
        if code != BROKEN or not said:
            return None
        hint = f"is qemu-guest-agent running in it? serai console {self.name}"
        return SeraiError(Code.NETWORK, f"{self.name}: {said[-1].removeprefix(SAID)}", hint=hint)
