"""What makes a guest ready once SSH answers: cloud-init at its end, a port that listens, a command that succeeds.

The waiting itself is done inside the guest where it can be, so that one command waits instead of a hundred asking.
"""

from __future__ import annotations

import msgspec

from serai.guest.transport import OnLine, Transport
from serai.util.errors import Code, SeraiError

# Prints `stage NAME` at each change of cloud-init's stage, and ends with its result.json.
# Sources: cloud-init, "Instance metadata files": /run/cloud-init/{status,result}.json; ds-identify: disabled.
_CLOUD_INIT = r"""
d=/run/cloud-init; old=; n=0
while [ ! -s $d/result.json ]; do
  if [ -e $d/disabled ] || [ -e $d/disabled-by-ds-identify ]; then echo absent; exit 0; fi
  if [ ! -d $d ]; then n=$((n+1)); if [ $n -gt 25 ]; then echo absent; exit 0; fi; fi
  now=$(sed -n 's/.*"stage": *"\([^"]*\)".*/\1/p' $d/status.json 2>/dev/null | head -n 1)
  if [ "$now" != "$old" ]; then echo "stage $now"; old=$now; fi
  sleep 0.2 2>/dev/null || sleep 1
done
echo result; cat $d/result.json
"""


class _Result(msgspec.Struct):
    errors: list[str] = []
    datasource: str | None = None


class _ResultFile(msgspec.Struct):
    v1: _Result = msgspec.field(default_factory=_Result)


def cloud_init(transport: Transport, name: str, *, timeout: float, on_stage: OnLine) -> None:
    """Wait for the end of cloud-init. Raises Code.FAILED with its errors, or when it never saw the seed."""
    lines: list[str] = []

    def listen(line: str) -> None:
        lines.append(line)
        if line.startswith("stage ") and len(line) > len("stage "):
            on_stage(line.removeprefix("stage "))

    transport.run(_CLOUD_INIT, timeout=timeout, on_line=listen)
    if "absent" in lines:
        raise SeraiError(
            Code.FAILED,
            f"{name}: cloud-init is not in the image or did not find its seed; the guest's settings are not made",
            hint=f"serai ssh {name} -c 'cloud-init status --long'; for an image without it: `cloud_init: false`",
        )
    text = "\n".join(lines[lines.index("result") + 1 :]) if "result" in lines else ""
    try:
        result = msgspec.json.decode(text, type=_ResultFile).v1
    except msgspec.DecodeError as error:
        raise SeraiError(Code.FAILED, f"{name}: cloud-init left a result that cannot be read: {error}") from error
    if result.errors:
        raise SeraiError(
            Code.FAILED,
            f"{name}: cloud-init ended with errors: {result.errors[0]}",
            hint=f"serai ssh {name} -c 'cat /var/log/cloud-init-output.log'",
            details=result.errors[1:],
        )


def listens(transport: Transport, port: int) -> bool:
    """Whether a TCP port of the guest is listened on, by its kernel's own list. Source: proc(5), /proc/net/tcp."""
    mark = f"^ *[0-9]+: [0-9A-F]+:{port:04X} [0-9A-F]+:0000 0A "
    return transport.run(f"cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -Eq '{mark}'", check=False).ok
