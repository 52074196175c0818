"""Salt: a minion with or without a master, a master, and the states that they apply (VAG-10)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

import msgspec

from serai.provisioners import salt_install
from serai.provisioners.job import Job
from serai.provisioners.salt_files import contents, placed, roots, usual, usual_path
from serai.provisioners.salt_story import Story
from serai.spec.machine import Machine
from serai.spec.provisioners.salt import Salt
from serai.util.errors import Code, SeraiError

SETTLE = Path(__file__).with_name("salt.sh")
EXIT = re.compile(r"exit code (\d+)$")
CALL = 'PATH=$PATH:/usr/local/bin; export PATH; exec "$@"'
EVERYBODY = "*"
MEANINGS = {
    "salt-call": {1: "the states could not be compiled, or salt not be reached", 2: "states have failed"},
    "salt": {1: "states of minions have failed, or could not be compiled"},
    "salt-run": {1: "the orchestration has failed"},
}
"""Program -> exit code -> what an error says. Source: Salt's documentation, return codes."""


class Call(msgspec.Struct, frozen=True):
    """One command of salt's."""

    what: str
    argv: list[str]


def inputs(block: Salt, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    named = [file.source for file in contents(block) if file.source]
    named += [usual_path(f"{side}_{word}") for side in ("minion", "master") for word in ("config", "key", "pub")]
    named += [source for source, _ in roots(block)]
    return [*named, *([block.bootstrap_script] if block.bootstrap_script else [])], machine.env


def run(block: Salt, job: Job) -> None:
    """See provisioners.run: install what is missing, put files in their places, start services, apply states."""
    block = usual(block, job.root)
    for source, _ in roots(block):
        job.path(source, "the directory")
    files = placed(block, job)
    salt_install.ensure(block, job, files)
    for source, target in roots(block):
        job.ask(f"rm -rf {quote(target)}")
        job.put(job.path(source), target)
    own = block.install_master and not block.no_minion and (block.run_highstate or block.orchestrations)
    words = [block.temp_config_dir, " ".join(services(block)), (block.minion_id or ".") if own else ""]
    words += [word for file in files for word in (file.name, file.mode, file.destination)]
    job.script(SETTLE.read_text(), args=words, what="setting salt up")
    for call in calls(block):
        job.out(call.what)
        _call(job, call)


def services(block: Salt) -> Iterator[str]:
    """What is to run on."""
    if block.install_master:
        yield "salt-master"
    if block.install_syndic:
        yield "salt-syndic"
    wanted = not block.masterless if block.run_service is None else block.run_service
    if wanted and not block.no_minion:
        yield "salt-minion"


def calls(block: Salt) -> Iterator[Call]:
    """What is run, in order."""
    if block.run_highstate:
        yield from _on_master(block) if block.install_master else _on_minion(block)
    if block.orchestrations:
        yield Call(
            "salt: telling the minions what there is", ["salt", EVERYBODY, "saltutil.sync_all", _colour(block)]
        )
    for name in block.orchestrations:
        words = ["salt-run", "--log-level=info", _colour(block), "state.orchestrate", name]
        yield Call(f"salt: orchestrating {name}", [*words, *_pillar(block)])


def _on_minion(block: Salt) -> Iterator[Call]:
    where = ["--local"] if block.masterless else []
    if block.masterless and block.minion_id:
        where += ["--id", block.minion_id]
    if not block.masterless:
        yield Call("salt: asking the master what there is", ["salt-call", "saltutil.sync_all", _colour(block)])
    words = ["salt-call", "state.highstate", "--retcode-passthrough", *where, *_told(block), *_pillar(block)]
    yield Call("salt: applying the states", [*words, *block.salt_call_args])


def _on_master(block: Salt) -> Iterator[Call]:
    if not block.masterless:
        yield Call(
            "salt: telling the minions what there is", ["salt", EVERYBODY, "saltutil.sync_all", _colour(block)]
        )
    words = ["salt", EVERYBODY, "state.highstate", "--verbose", *_told(block), *_pillar(block)]
    yield Call("salt: applying the states of all minions", [*words, *block.salt_args])


def _told(block: Salt) -> list[str]:
    shown = [] if block.verbose else ["--state-verbose=False"]
    return [f"--log-level={block.log_level}", _colour(block), *shown]


def _colour(block: Salt) -> str:
    return "--force-color" if block.colorize else "--no-color"


def _pillar(block: Salt) -> list[str]:
    return [f"pillar={json.dumps(block.pillar)}"] if block.pillar else []


def _call(job: Job, call: Call) -> None:
    program = call.argv[0]
    story = Story()
    try:
        job.script(CALL, args=call.argv, what=program, heard=story.hear)
    except SeraiError as error:
        found = EXIT.search(error.message) if error.code is Code.FAILED else None
        code = int(found[1]) if found else 0
        if code not in MEANINGS[program]:
            raise
        cause = story.cause or MEANINGS[program][code]
        raise job.fail(f"{cause} ({program}'s exit code {code})", details=error.details) from error
