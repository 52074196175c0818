#!/usr/bin/env python3
"""A stand-in for `xl` that keeps state: domains in a file of `$XL_STATE`. It is no Xen, and runs no guest.

What it prints, and how it fails, is as xl 4.17 does it. `faults` in that directory names what is to go wrong.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

STATE = Path(os.environ["XL_STATE"])
DOMAINS, FAULTS, CALLS = STATE / "domains.json", STATE / "faults", STATE / "calls"
PERSON = sys.stdin.isatty()
"""Asked before a call is written down, for a test may end the terminal then."""
NOT_DOM0 = (
    "xencall: error: Could not obtain handle on privileged command interface: No such file or directory\n"
    "libxl: error: libxl.c:102:libxl_ctx_alloc: cannot open libxc handle: No such file or directory\n"
    "cannot init xl context\n"
)
SLOW = (
    "libxl: error: libxl_aoutils.c:539:async_exec_timeout: killing execution of /etc/xen/scripts/vif-bridge "
    "online because of timeout\n"
    "libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain 7:Destruction of domain failed\n"
)
OVERCOMMITTED = (
    "You are overcommmitting! You have 1 physical CPUs and want 2 vCPUs! Aborting, use --ignore-host to continue\n"
)
SLOW_QEMU = (
    "libxl: error: libxl_dm.c:3381:device_model_postconfig_done: Domain 7:Post DM startup configs failed, rc=-9\n"
    "libxl: error: libxl_create.c:1896:domcreate_devmodel_started: Domain 7:device model did not start: -9\n"
)
NO_KERNEL = (
    "libxl: error: libxl_bootloader.c:649:bootloader_finished: Domain 1:bootloader failed - consult logfile "
    "{log}/bootloader.1.log\n"
    "libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 1:cannot (re-)build domain: -3\n"
)
NO_MEMORY = "libxl: error: libxl_domain.c:101:wait_for_free: Domain 7:failed to free memory for the domain\n"
HEAD = f"{'Name':<40} {'ID':>5} {'Mem':>5} VCPUs\tState\tTime(s)\tUUID Reason-Code\tSecurity Label\n"
DOM0 = {
    "name": "Domain-0",
    "id": 0,
    "memory": 1024,
    "cpus": 1,
    "state": "r-----",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def say(text: str) -> None:
    sys.stdout.write(text)


def fail(text: str, code: int = 1) -> None:
    sys.stderr.write(text)
    raise SystemExit(code)


def faults() -> set[str]:
    return set(FAULTS.read_text().split()) if FAULTS.exists() else set()


def load() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(DOMAINS.read_text()) if DOMAINS.exists() else {}
    return found


def keep(domains: dict[str, dict[str, Any]]) -> None:
    draft = DOMAINS.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(domains))
    draft.replace(DOMAINS)


def named(word: str) -> dict[str, Any]:
    for domain in load().values():
        if word in (str(domain["id"]), domain["name"]):
            return domain
    fail(f"{word} is an invalid domain identifier (rc=-6)\n")
    raise AssertionError


def change(domain: dict[str, Any], **more: Any) -> None:
    keep({**load(), domain["uuid"]: {**domain, **more}})


def read(file: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(Path(file).read_text(), {}, found)  # the syntax of xl.cfg is Python's
    return found


def make(config: dict[str, Any], *, paused: bool) -> None:
    domains = load()
    if "memory" in faults():
        fail(NO_MEMORY, 3)
    if slow := faults() & {"slow", "slow-once"}:
        FAULTS.write_text("slow" if "slow" in slow else "")
        fail(SLOW, 3)
    if "slow-qemu-once" in faults():
        FAULTS.write_text("")
        fail(SLOW_QEMU, 3)
    if "no-kernel" in faults():
        fail(NO_KERNEL.format(log=os.environ["XL_LOGS"]), 3)
    if any(each["name"] == config["name"] for each in domains.values()):
        fail(f'libxl: error: Domain with name "{config["name"]}" already exists.\n')
    for disk in config.get("disk", []):
        target = disk.partition("target=")[2]
        if target and not Path(target).exists():
            fail(f"libxl: error: libxl_device.c: Disk vdev=x failed to stat: {target}: No such file\n")
    for device in config.get("pci", []):
        address, *how = device.split(",")
        if "seize=1" in how:
            bind(address, "pciback")
        if driver(address) != "pciback":
            fail(f"libxl: error: libxl_pci.c:1654:libxl__device_pci_add: PCI device {address} is not assignable\n")
    if "late" in faults():
        fail(NO_MEMORY, 3)
    count = STATE / "next"
    number = int(count.read_text()) if count.exists() else 1
    count.write_text(str(number + 1))
    domain = {
        "id": number,
        "name": config["name"],
        "uuid": config["uuid"],
        "memory": config["memory"],
        "cpus": config["vcpus"],
        "state": "--p---" if paused else "-b----",
        "config": config,
    }
    keep({**domains, config["uuid"]: domain})


def driver(address: str) -> str:
    there = [each.parent.name for each in (STATE / "pci/drivers").glob(f"*/{address}")]
    return there[0] if there else ""


def bind(address: str, name: str) -> None:
    """A function of PCI is of one driver; the one before pciback is remembered."""
    drivers, before = STATE / "pci/drivers", driver(address)
    if before == name:
        return
    if before:
        (drivers / before / address).unlink()
        (STATE / f"before-{address}").write_text(before)
    (drivers / name / address).touch()


def end(domain: dict[str, Any]) -> None:
    domains = load()
    domains.pop(domain["uuid"], None)
    keep(domains)


def listing(words: list[str]) -> None:
    if "-l" in words:
        say(json.dumps([{"domid": each["id"], "config": long(each["config"])} for each in load().values()]))
        return
    say(HEAD)
    for each in [DOM0, *load().values()]:
        numbers = " ".join(f"{each[key]:>5}" for key in ("id", "memory", "cpus"))
        say(f"{each['name']:<40} {numbers}     {each['state']}     1.2 {each['uuid']}      -      -\n")


def long(config: dict[str, Any]) -> dict[str, Any]:
    return {
        "c_info": {"type": config["type"], "name": config["name"], "uuid": config["uuid"]},
        "b_info": {"max_vcpus": config["vcpus"], "target_memkb": config["memory"] * 1024},
    }


def main(words: list[str]) -> None:
    with CALLS.open("a") as calls:
        calls.write(" ".join(words) + "\n")
    if "not-dom0" in faults():
        fail(NOT_DOM0)
    verb, rest = words[0], words[1:]
    plain = [word for word in rest if not word.startswith("-")]
    match verb:
        case "list":
            listing(rest)
        case "info":
            say("credit2\n")
        case "create" if "-n" in rest:
            say(json.dumps(long(read(plain[0]))))
        case "create":
            make(read(plain[0]), paused="-p" in rest)
        case "domid":
            say(f"{named(plain[0])['id']}\n")
        case "destroy":
            end(named(plain[0]))
        case "pause":
            change(named(plain[0]), state="--p---")
        case "unpause":
            change(named(plain[0]), state="-b----")
        case "shutdown":
            domain = named(plain[0])
            if "deaf" not in faults():
                end(domain)
        case "save":
            domain = named(plain[0])
            Path(plain[1]).write_text(json.dumps(domain["config"]))
            end(domain)
        case "restore":
            make(json.loads(Path(plain[0]).read_text()), paused="-p" in rest)
        case "mem-set":
            change(named(plain[0]), memory=int(plain[1].rstrip("m")))
        case "vcpu-set":
            if "one-cpu" in faults() and int(plain[1]) > 1 and "--ignore-host" not in rest:
                fail(OVERCOMMITTED)
            change(named(plain[0]), cpus=int(plain[1]))
        case "vcpu-pin" | "sched-credit2":
            named(rest[rest.index("-d") + 1] if "-d" in rest else plain[0])
        case "pci-assignable-remove":
            before = STATE / f"before-{plain[0]}"
            (STATE / "pci/drivers/pciback" / plain[0]).unlink()
            if "-r" in rest and before.exists():
                bind(plain[0], before.read_text())
        case "console":
            console(plain[-1])
        case _:
            fail(f"command {verb} not implemented\n")


def console(name: str) -> None:
    say(f"console of {named(name)['name']}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while any(each["name"] == name for each in load().values()):
        if not PERSON:
            time.sleep(0.05)
        elif select.select([0], [], [], 0.05)[0] and typed() in (b"", b"\x1d"):
            return


def typed() -> bytes:
    """Empty: the terminal is gone."""
    try:
        return os.read(0, 1)
    except OSError:
        return b""


if __name__ == "__main__":
    main(sys.argv[1:])
