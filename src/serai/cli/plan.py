"""`serai plan --json`."""

from __future__ import annotations

import msgspec

from serai.plan.up import Plan


def document(project: str, made: Plan) -> str:
    """The whole of it: each machine with its changes and blocks, and the steps."""
    machines = {
        machine.name: {
            "provider": machine.provider,
            "state": machine.state,
            "action": machine.action,
            **({"fork": machine.fork} if machine.fork else {}),
            "destroys": machine.destroys,
            "changes": [
                {
                    "key": change.key,
                    "old": change.old,
                    "new": change.new,
                    "effect": change.effect,
                    "reason": change.reason,
                    "refused": change.refused,
                }
                for change in machine.changes
            ],
            "provision": [{"block": key, "why": why} for key, why in machine.blocks],
            "layer": {
                "id": machine.start.id if machine.start else None,
                "blocks": machine.start.blocks if machine.start else [],
                "at": machine.start.at if machine.start else None,
                "ends": machine.no_layer,
            },
            **({"warm": msgspec.to_builtins(machine.warmth)} if machine.warmth else {}),
        }
        for machine in made.machines
    }
    steps = [{"id": step.id, "needs": step.needs} for step in made.steps]
    body = {"project": project, "machines": machines, "steps": steps, "not_in_file": made.extra}
    return msgspec.json.format(msgspec.json.encode(body)).decode()
