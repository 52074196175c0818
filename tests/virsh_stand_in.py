#!/usr/bin/env python3
"""A stand-in for `virsh -c xen:///system` beside the one for xl: domains that it starts are the same, and what is
defined is kept in `defined.json` of `$XL_STATE`. Its XML is the file of xl's, in a comment's place.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import xl_stand_in as xl

DEFINED = xl.STATE / "defined.json"


def defined() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(DEFINED.read_text()) if DEFINED.exists() else {}
    return found


def keep(name: str, **more: Any) -> None:
    known = defined()
    DEFINED.write_text(json.dumps({**known, name: {**known.get(name, {}), **more}}))


def need(name: str) -> dict[str, Any]:
    if name not in defined():
        xl.fail(f"error: failed to get domain '{name}'\n")
    return defined()[name]


def make(config: dict[str, Any], *, paused: bool) -> None:
    """What libxl says of one that cannot be made goes to libvirt's log alone."""
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            xl.make(config, paused=paused)
    except SystemExit:
        with (xl.STATE / "libxl-driver.log").open("a") as log:
            for line in said.getvalue().splitlines():
                log.write(f"2026-11-27 16:59:27.297+0000: {line.replace(': error:', ':')}\n")
        xl.fail(
            f"error: Failed to start domain '{config['name']}'\n"
            f"error: internal error: libxenlight failed to create new domain '{config['name']}'\n"
        )


def main(words: list[str]) -> None:
    assert words[:3] == ["-q", "-c", "xen:///system"], words
    verb, rest = words[3], words[4:]
    with xl.CALLS.open("a") as calls:
        calls.write(f"virsh {' '.join(words[3:])}\n")
    plain = [word for word in rest if not word.startswith("-")]
    match verb:
        case "domxml-from-native":
            assert plain[0] == "xen-xl"
            read = xl.read(plain[1])
            nested = read.get("nestedhvm") and "no-nested" not in xl.faults()
            cpu = "  <cpu mode='host-passthrough'/>\n" if nested else ""
            xl.say(f"<domain>{json.dumps(read)}</domain>\n{cpu}")
        case "domxml-to-native":
            config = need(plain[1])["config"]
            xl.say("".join(f"{key} = {value!r}\n" for key, value in config.items()))
        case "list":
            assert rest == ["--all", "--uuid", "--name"], rest
            rows = [
                (xl.DOM0["uuid"], "Domain-0"),
                *((each["config"]["uuid"], name) for name, each in defined().items()),
            ]
            xl.say("".join(f"{uuid} {name}\n" for uuid, name in rows))
        case "define":
            text, _, cpu = Path(plain[0]).read_text().partition("</domain>")
            config = json.loads(text.removeprefix("<domain>"))
            keep(config["name"], config=config, cpu=cpu.strip())
        case "start":
            make(need(plain[0])["config"], paused="--paused" in rest)
        case "dominfo":
            need(plain[0])
        case "undefine":
            need(plain[0])
            DEFINED.write_text(json.dumps({name: each for name, each in defined().items() if name != plain[0]}))
        case "autostart":
            need(plain[0])
            keep(plain[0], autostart="--disable" not in rest)
        case "domstate":
            need(plain[0])
            xl.say("shut off (crashed)\n" if "crashed" in xl.faults() else "shut off (destroyed)\n")
        case "suspend":
            xl.change(xl.named(plain[0]), state="--p---")
        case "resume":
            xl.change(xl.named(plain[0]), state="-b----")
        case "destroy":
            xl.end(xl.named(plain[0]))
        case "shutdown":
            xl.end(xl.named(plain[0]))
        case "save":
            domain = xl.named(plain[0])
            Path(plain[1]).write_text(json.dumps(domain["config"]))
            xl.end(domain)
        case "restore":
            make(json.loads(Path(plain[0]).read_text()), paused="--paused" in rest)
        case "setmem":
            xl.change(xl.named(plain[0]), memory=int(plain[1]) // 1024)
        case "setvcpus":
            xl.change(xl.named(plain[0]), cpus=int(plain[1]))
        case "vcpupin":
            xl.named(plain[0])
        case "nodecpumap":
            xl.say("CPUs present:   4\n")
        case _:
            xl.fail(f"error: unknown command: '{verb}'\n")


if __name__ == "__main__":
    main(sys.argv[1:])
