"""How docker's unit starts it: flags that stand there and in daemon.json too keep dockerd from starting."""

from __future__ import annotations

from serai.host.facts.host import Facts

PLACES = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
"""The first one that has the unit counts. Source: systemd.unit(5)."""


def command(facts: Facts) -> tuple[str, str]:
    """(file, the words behind ExecStart=) as systemd would start it; both empty: there is no unit."""
    reach = facts.source.reach
    unit = next((path for each in PLACES if reach.has(path := f"{each}/docker.service")), "")
    drop_ins = {
        name: f"{each}/docker.service.d/{name}"
        for each in reversed(PLACES)
        for name in reach.names(f"{each}/docker.service.d") or ()
        if name.endswith(".conf") and not name.startswith("90-serai-")
    }
    found = ("", "")
    for path in ([unit] if unit else []) + [drop_ins[name] for name in sorted(drop_ins)]:
        text = facts.read(path).text.replace("\\\n", " ")
        for line in text.splitlines():
            if line.startswith("ExecStart=") and line != "ExecStart=":
                found = (path, " ".join(line.removeprefix("ExecStart=").split()))
    return found


def flagged(facts: Facts, flag: str) -> str:
    """The file whose line has `--flag`; empty: none."""
    path, words = command(facts)
    return path if _is_there(words, flag) else ""


def _is_there(words: str, flag: str) -> bool:
    return any(word.partition("=")[0] == f"--{flag}" for word in words.split())


def command_without(facts: Facts, flag: str) -> str:
    """The line without `--flag=value` or `--flag value`."""
    kept: list[str] = []
    skips = False
    for word in command(facts)[1].split():
        if skips:
            skips = False
        elif word == f"--{flag}":
            skips = True
        elif not word.startswith(f"--{flag}="):
            kept.append(word)
    return " ".join(kept)
