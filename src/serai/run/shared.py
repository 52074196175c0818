"""Networks that several providers share: refused where they cannot be, and left with the last machine on them."""

from __future__ import annotations

from serai.plan.shared import refusals, shared
from serai.run.workspace import Workspace

__all__ = ["leave", "refusals"]


def leave(workspace: Workspace) -> None:
    """Take away what nothing is on any more, also where the last machine was another provider's than its maker."""
    for name, each in shared(workspace.project, workspace.scope.project_id).items():
        if each.maker:
            workspace.driver(each.maker).leave_network(name, each.bridge)  # type: ignore[attr-defined]
