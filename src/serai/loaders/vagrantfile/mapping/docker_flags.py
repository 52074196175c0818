"""Flags of `docker run` and `docker build`, which a docker block may give as words → keys of `container:`.

Source: docker-run(1), docker-build(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from serai.loaders.vagrantfile.mapping.disks import size

SHORT = {
    "-a": "--attach", "-c": "--cpu-shares", "-d": "--detach", "-e": "--env", "-f": "--file", "-h": "--hostname",
    "-i": "--interactive", "-l": "--label", "-m": "--memory", "-p": "--publish", "-P": "--publish-all",
    "-q": "--quiet", "-t": "--tty", "-u": "--user", "-v": "--volume", "-w": "--workdir",
}  # fmt: skip
BUILD_SHORT = {**SHORT, "-t": "--tag", "-m": "--memory", "-o": "--output"}
SAME = {"--net": "--network", "--net-alias": "--network-alias", "--dns-opt": "--dns-option"}
SWITCHES = {
    "--init": "init", "--tty": "tty", "--interactive": "stdin_open", "--privileged": "privileged",
    "--read-only": "read_only",
}  # fmt: skip
TEXTS = {
    "--cgroup-parent": "cgroup_parent", "--cgroupns": "cgroupns", "--cpuset-cpus": "cpuset",
    "--domainname": "domainname", "--ipc": "ipc", "--pid": "pid", "--restart": "restart", "--runtime": "runtime",
    "--stop-signal": "stop_signal", "--user": "user", "--userns": "userns", "--uts": "uts",
    "--workdir": "working_dir", "--gpus": "gpus", "--network": "network_mode", "--pull": "pull",
}  # fmt: skip
LISTS = {
    "--cap-add": "cap_add", "--cap-drop": "cap_drop", "--device": "devices",
    "--device-cgroup-rule": "device_cgroup_rules", "--dns": "dns", "--dns-option": "dns_opt",
    "--dns-search": "dns_search", "--env-file": "env_file", "--expose": "expose", "--group-add": "group_add",
    "--network-alias": "network_aliases", "--security-opt": "security_opt", "--tmpfs": "tmpfs",
    "--volumes-from": "volumes_from",
}  # fmt: skip
MAPS = {
    "--env": ("env", "="), "--label": ("labels", "="), "--sysctl": ("sysctls", "="),
    "--add-host": ("extra_hosts", ":"),
}  # fmt: skip
SIZES = {
    "--memory": "memory", "--memory-reservation": "memory_reservation", "--memory-swap": "memory_swap",
    "--shm-size": "shm_size",
}  # fmt: skip
NUMBERS = {
    "--cpu-shares": "cpu_shares", "--oom-score-adj": "oom_score_adj", "--pids-limit": "pids",
    "--health-retries": "health.retries",
}  # fmt: skip
TIMES = {
    "--health-interval": "health.interval", "--health-timeout": "health.timeout",
    "--health-start-period": "health.start_period", "--stop-timeout": "stop_timeout",
}  # fmt: skip
WORDS = frozenset(
    {"--cpus", "--entrypoint", "--health-cmd", "--hostname", "--ip", "--link", "--log-driver", "--log-opt",
     "--mac-address", "--mount", "--name", "--platform", "--publish", "--ulimit", "--volume"}
)  # fmt: skip
"""Flags with a value that are looked at one by one."""
OTHER_WORDS = frozenset(
    {"--annotation", "--attach", "--blkio-weight", "--blkio-weight-device", "--cidfile", "--cpu-period",
     "--cpu-quota", "--cpu-rt-period", "--cpu-rt-runtime", "--cpuset-mems", "--detach-keys", "--device-read-bps",
     "--device-read-iops", "--device-write-bps", "--device-write-iops", "--ip6", "--isolation", "--kernel-memory",
     "--label-file", "--link-local-ip", "--memory-swappiness", "--storage-opt", "--volume-driver"}
)  # fmt: skip
"""Flags with a value that nothing here corresponds to: known, so that their value is not taken for a flag."""
IDLE = {
    "--detach": "a container runs in the background anyway",
    "--rm": "`serai destroy` removes it",
    "--quiet": "the output is shown or not, as serai is told",
    "--force-rm": "the engine's builder leaves nothing between",
    "--sig-proxy": "nobody is attached to it",
    "--tag": "serai names the image that it builds",
}
"""Switches and words that say what is so anyway."""
BUILD_WORDS = frozenset(
    {"--add-host", "--build-arg", "--build-context", "--cache-from", "--cache-to", "--cgroup-parent",
     "--cpu-period", "--cpu-quota", "--cpu-shares", "--cpuset-cpus", "--cpuset-mems", "--file", "--iidfile",
     "--isolation", "--label", "--memory", "--memory-swap", "--network", "--output", "--platform", "--progress",
     "--secret", "--security-opt", "--shm-size", "--ssh", "--tag", "--target", "--ulimit"}
)  # fmt: skip
NO_WORD = "serai has no word for this flag"


class Flag(msgspec.Struct, frozen=True):
    """One flag: its long name, and its value; true for a switch."""

    name: str
    value: str | bool


def run_flags(words: Iterable[str]) -> Iterator[Flag]:
    """The flags of `docker run`."""
    valued = {*TEXTS, *LISTS, *MAPS, *SIZES, *NUMBERS, *TIMES, *WORDS, *OTHER_WORDS}
    return _flags(words, SHORT, valued)


def build_flags(words: Iterable[str]) -> Iterator[Flag]:
    """The flags of `docker build`."""
    return _flags(words, BUILD_SHORT, BUILD_WORDS)


def _flags(words: Iterable[str], short: dict[str, str], valued: Iterable[str]) -> Iterator[Flag]:
    """`--name=value`, `--name value`, `-p80:80`, `-it`; what is no flag is one with an empty name."""
    known = frozenset(valued)
    rest = list(words)[::-1]
    while rest:
        word = rest.pop()
        if not word.startswith("-") or word == "-":
            yield Flag("", word)
            continue
        if not word.startswith("--"):
            name = short.get(word[:2], word[:2])
            if len(word) > 2 and name in known:
                yield Flag(name, word[2:].removeprefix("="))
                continue
            if len(word) > 2:
                rest.append("-" + word[2:])
        else:
            name, equals, value = word.partition("=")
            name = SAME.get(name, name)
            if equals:
                yield Flag(name, value if name in known else value.lower() not in ("false", "0"))
                continue
        yield Flag(name, rest.pop() if name in known and rest else True)


def plain(flag: Flag) -> tuple[str, Any] | None:
    """(key of `container:`, value) of a flag that one key says; lists and maps hold one entry. None: no key does.

    Raises ValueError for a value that is none.
    """
    name, value = flag.name, flag.value
    if name in SWITCHES:
        return SWITCHES[name], bool(value)
    if name == "--no-healthcheck":
        return "health.disable", bool(value)
    text = str(value)
    if name in TEXTS:
        return TEXTS[name], text
    if name in LISTS:
        return LISTS[name], [text]
    if name in MAPS:
        key, sign = MAPS[name]
        left, _, right = text.partition(sign)
        return key, {left: right}
    if name in SIZES:
        if (found := size(text)) is None:
            raise ValueError(f"{text!r} is no size")
        return SIZES[name], found
    if name in NUMBERS:
        return NUMBERS[name], int(text)
    if name in TIMES:
        return TIMES[name], text if re.search("[a-z]", text) else f"{text}s"
    return _one(name, text)


def _one(name: str, text: str) -> tuple[str, Any] | None:
    """Those that are like no others."""
    match name:
        case "--cpus":
            return "cpus", float(text)
        case "--entrypoint":
            return "entrypoint", [text] if text else []
        case "--health-cmd":
            return "health.test", ["CMD-SHELL", text]
        case "--log-driver":
            return "log.driver", text
        case "--log-opt":
            key, _, value = text.partition("=")
            return "log.options", {key: value}
        case "--mount":
            return "volumes", [mount(text)]
        case "--ulimit":
            key, _, limits = text.partition("=")
            soft, _, hard = limits.partition(":")
            return "ulimits", {key: {"soft": int(soft), "hard": int(hard or soft)}}
    return None


def mount(text: str) -> dict[str, Any]:
    """`type=bind,src=./a,dst=/b,readonly`. Raises ValueError for a word that is none of its."""
    found: dict[str, Any] = {"type": "volume"}
    for word in text.split(","):
        key, equals, value = word.partition("=")
        if key in ("src", "source"):
            found["source"] = value
        elif key in ("dst", "destination", "target"):
            found["target"] = value
        elif key in ("ro", "readonly"):
            found["read_only"] = not equals or value in ("true", "1")
        elif key == "type":
            found["type"] = value
        elif key == "bind-propagation":
            found["propagation"] = value
        elif key == "volume-nocopy":
            found["nocopy"] = not equals or value in ("true", "1")
        elif key == "tmpfs-size":
            found["size"] = size(value) or value
        elif key not in ("consistency", "bind-nonrecursive"):
            raise ValueError(f"{word!r} is no part of a mount that is known")
    if found["type"] == "volume" and "source" in found:
        found["name"] = found.pop("source")
    return found
