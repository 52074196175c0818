"""How docker's unit starts it: flags that stand there and in daemon.json too keep dockerd from starting."""

from __future__ import annotations

from serai.host.facts.host import Facts

PLACES = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
"""The first one that has the unit counts. Source: systemd.unit(5)."""

PLURAL = {
    "host": "hosts",
    "insecure-registry": "insecure-registries",
    "registry-mirror": "registry-mirrors",
    "feature": "features",
    **{name: f"{name}s" for name in ("label", "log-opt", "dns-opt", "storage-opt", "exec-opt", "default-ulimit")},
    **{name: f"{name}s" for name in ("authorization-plugin", "default-address-pool", "default-network-opt")},
}
"""What may be given more than once has another name in the file.
Source: moby, cmd/dockerd/config.go, NewNamedListOptsRef; daemon/config, findConfigurationConflicts."""
SHORT = {"H": "hosts", "D": "debug", "l": "log-level", "s": "storage-driver", "b": "bridge", "G": "group"}
SHORT |= {"p": "pidfile"}
OWN = "zz-serai-mtu.conf"
"""Behind `override.conf`, which systemctl edit makes: drop-ins count in the order of their names."""


def command(facts: Facts, *, ours: bool = False) -> tuple[str, str]:
    """(file, the words behind ExecStart=) as systemd would start it, with our drop-in or without; empty: none."""
    reach = facts.source.reach
    unit = next((path for each in PLACES if reach.has(path := f"{each}/docker.service")), "")
    drop_ins = {
        name: f"{each}/docker.service.d/{name}"
        for each in reversed(PLACES)
        for name in reach.names(f"{each}/docker.service.d") or ()
        if name.endswith(".conf") and (ours or name != OWN)
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


def next_start(facts: Facts) -> list[str]:
    """The words that dockerd is started with the next time: those of its unit; without one, as it runs."""
    unit, running = command(facts, ours=True)[1].split(), facts.services.command("dockerd")
    return unit or running if facts.services.systemd else running or unit


def options(words: list[str]) -> set[str]:
    """The flags among them, by the names that they have in daemon.json."""
    found = set()
    for word in words[1:]:
        if word.startswith("--"):
            name = word[2:].partition("=")[0]
            found.add(PLURAL.get(name, name))
        elif word[:1] == "-" and word[1:2] in SHORT:
            found.add(SHORT[word[1]])
    return found


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
