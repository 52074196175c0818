"""What a hook runs: a command or a script, on the host or in the guest, its lines told as they come (GUI-6)."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from serai.guest.stream import stream
from serai.guest.transport import OnLine, Transport
from serai.provisioners.script import become, upload
from serai.run.workspace import Workspace
from serai.spec.hook import Event as Moment
from serai.spec.hook import Hook
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

TAIL = 15
"""Lines of output that an error shows."""


def command(
    hook: Hook,
    moment: Moment,
    machine: Machine,
    workspace: Workspace,
    way_in: Transport | None,
    say: OnLine,
    *,
    verb: str = "",
    block: str = "",
) -> None:
    """Run it: in the guest, where there is a way in, else on the host, in the project's directory.

    Raises Code.FAILED for an exit code that the hook does not count as success, Code.INPUT for no such script.
    """
    last: deque[str] = deque(maxlen=TAIL)

    def listen(line: str) -> None:
        last.append(line)
        say(line)

    if way_in is not None:
        code = _in_guest(hook, machine, workspace, way_in, listen)
    else:
        told = {
            "SERAI_MACHINE": "" if hook.once else machine.name,
            "SERAI_PROJECT": workspace.scope.project,
            "SERAI_EVENT": str(moment),
            "SERAI_VERB": verb,
            "SERAI_BLOCK": block,
            "SERAI_PID": str(os.getpid()),
        }
        code = _on_host(hook, workspace, {**machine.env, **hook.env, **told}, listen)
    if code not in (hook.exit_codes or [0]):
        wanted = f", which is none of {', '.join(map(str, hook.exit_codes))}" if hook.exit_codes else ""
        what = hook.path or "its command"
        raise SeraiError(Code.FAILED, f"{what} ended with exit code {code}{wanted}", details=list(last))


def _on_host(hook: Hook, workspace: Workspace, env: dict[str, str], listen: OnLine) -> int:
    root = workspace.scope.root
    if hook.path is None:
        argv = ["sh", "-c", hook.run or "", "hook", *hook.args]
    else:
        script = _there(hook, root)
        argv = [str(script), *hook.args] if os.access(script, os.X_OK) else ["sh", str(script), *hook.args]
    return stream(argv, on_line=listen, env=env, cwd=root).code


def _in_guest(hook: Hook, machine: Machine, workspace: Workspace, way_in: Transport, listen: OnLine) -> int:
    """By the shell provisioner's means: nothing of it in the guest's list of processes."""
    text = hook.run or ""
    if hook.path is not None:
        try:
            text = _there(hook, workspace.scope.root).read_text()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise SeraiError(Code.INPUT, f"the script {hook.path} cannot be read: {reason}") from error
    program = upload({**machine.env, **hook.env}, text, hook.args, mark=os.urandom(8).hex())
    done = way_in.run(become(privileged=hook.privileged), input=program.encode(), on_line=listen, check=False)
    return done.code


def _there(hook: Hook, root: Path) -> Path:
    script = (root / expanduser(hook.path or "")).resolve()
    if not script.is_file():
        raise SeraiError(Code.INPUT, f"the script {script} is not there", hint="paths are relative to the project")
    return script
