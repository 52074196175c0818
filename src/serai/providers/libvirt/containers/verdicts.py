"""How each changed key would be applied to a container of libvirt's: live, at a restart, by a new one. Pure."""

from __future__ import annotations

from serai.providers.contract import ALIVE, Effect, Observed, Verdict

LIVE = Verdict(Effect.LIVE)
FIXED = ("name", "provider", "providers.libvirt.uri")
MADE_OF = ("image", "arch", "container.rootfs", "container.unprivileged", "container.idmap")
OURS = (
    *("provision", "after", "ready", "hooks", "env", "autostart", "primary", "keep", "aliases", "communicator"),
    *("halt_timeout", "ssh", "user", "container.stop_timeout", "container.stop_signal", "synced_folders.rsync"),
    *("guest", "providers.libvirt.autostart"),
)
"""What serai alone reads, and what is done inside."""


def verdict(observed: Observed, key: str) -> Verdict:
    """How the change of `key` would be applied."""
    if _is(key, FIXED):
        return Verdict(Effect.IMMUTABLE, "it is what the machine is known by")
    if _is(key, MADE_OF):
        return Verdict(Effect.RECREATE, "its root filesystem was made from another one")
    if _is(key, OURS) or (key.startswith("providers.") and not key.startswith("providers.libvirt")):
        return LIVE
    if observed.state not in ALIVE:
        return Verdict(Effect.LIVE, "it is off: used at its next start")
    return Verdict(Effect.RESTART, "libvirt reads it when it starts the container")


def _is(key: str, names: tuple[str, ...]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in names)
