"""Docker and podman in the guest: the engine, images, builds, and containers as the block says (VAG-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import TYPE_CHECKING

import msgspec

from serai.provisioners.install import ensure
from serai.provisioners.registry import module_of

if TYPE_CHECKING:
    from serai.provisioners.job import Job
    from serai.spec.machine import Machine
    from serai.spec.provisioners.engines import EngineOptions, EngineRun

NAME_LABEL, DIGEST_LABEL = "serai.run", "serai.digest"
"""On each container of a block: what the block calls it, and what it was made from."""

PULL = r"""
if ! %(engine)s pull "$1"; then
    %(engine)s image inspect "$1" >/dev/null 2>&1 || exit 1
    echo "$1 could not be pulled; the one that is there is used"
fi
"""

# $1 the container, $2 the digest of its arguments, $3 its image, $4 `daemon` or `job`.
RUN = r"""
engine=%(engine)s
id_of() { $engine image inspect -f '{{.Id}}' "$1" 2>/dev/null; }
image=$(id_of "$3") || { $engine pull "$3" || exit 1; image=$(id_of "$3") || exit 1; }
old=$($engine ps -aq --no-trunc --filter "label=%(label)s=$1" | head -n 1)
if [ -z "$old" ] && %(named)s && $engine container inspect "$1" >/dev/null 2>&1; then
    echo "serai: a container $1 is there already, which no block has made: remove it or rename one of them"
    exit 1
fi
if [ -n "$old" ]; then
    is=$($engine container inspect -f '{{index .Config.Labels "%(digest)s"}} {{.Image}} {{.State.Running}}' "$old")
    case $is in
    "$2 $image true") echo "$1: runs as it should"; exit 0 ;;
    "$2 $image false")
        echo "$1: starting it again"
        if [ "$4" = job ]; then exec $engine start --attach "$old"; fi
        $engine start "$old" >/dev/null; exit ;;
    esac
    echo "$1: replacing it, for its arguments or its image are others"
    $engine rm -f "$old" >/dev/null || exit 1
fi
if [ "$4" = job ]; then
exec %(line)s
fi
id=$(%(line)s
) || exit 1
echo "$1: started as $(echo "$id" | tail -n 1 | cut -c 1-12)"
"""


def inputs(block: EngineOptions, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    paths: list[str] = []
    rest: list[object] = []
    for step in block.post_install_provision:
        files, other = module_of(step.block).inputs(step.block.inner, machine)
        paths += files
        rest.append(other)
    return paths, rest or None


def run(
    engine: str,
    block: EngineOptions,
    job: Job,
    packages: Mapping[str, Sequence[str]],
    start: str,
    *,
    instead: str,
    recommends: bool = False,
) -> None:
    """Install and start the engine, then do the block's steps, images, builds and containers, in this order."""
    ensure(job, engine, packages, instead=instead, recommends=recommends)
    job.script(start, what=f"starting {engine}")
    for step in block.post_install_provision:
        module_of(step.block).run(step.block.inner, job)
    for image in dict.fromkeys([*block.images, *block.pull_images]):
        job.script(PULL % {"engine": engine}, args=[image], what=f"pulling {image}")
    for build in block.build_image:
        words = f"{build.args.strip()} {quote(build.path)}" if build.args else quote(build.path)
        job.script(f"exec {engine} build {words}", what=f"building {build.path}")
    for name, container in block.run.items():
        job.script(
            run_script(engine, name, container),
            args=[name, digest(container), container.image or name, "daemon" if container.daemonize else "job"],
            what=f"running {name}",
        )


def digest(container: EngineRun) -> str:
    """16 hex digits over all that the container is made from, but for its image's content."""
    from hashlib import sha256

    return sha256(msgspec.json.encode(container, order="deterministic")).hexdigest()[:16]


def run_script(engine: str, name: str, container: EngineRun) -> str:
    """What makes the container what it should be; see RUN."""
    return RUN % {
        "engine": engine,
        "label": NAME_LABEL,
        "digest": DIGEST_LABEL,
        "named": "true" if container.auto_assign_name else "false",
        "line": command(engine, name, container),
    }


def command(engine: str, name: str, container: EngineRun) -> str:
    """The line of shell that makes the container. `args` and `cmd` are the block's own words of shell.

    One in the foreground is not restarted: it is meant to end.
    """
    words = [engine, "run"]
    if container.daemonize:
        words += ["-d", *([f"--restart={container.restart}"] if container.restart else [])]
    words += ["--name", name] if container.auto_assign_name else []
    words += ["--label", f"{NAME_LABEL}={name}", "--label", f"{DIGEST_LABEL}={digest(container)}"]
    args, cmd = (each.strip() if each else None for each in (container.args, container.cmd))
    parts = [" ".join(map(quote, words)), args, quote(container.image or name), cmd]
    return " ".join(part for part in parts if part)
