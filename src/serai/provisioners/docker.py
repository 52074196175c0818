"""The docker provisioner: docker in the guest, its images and containers (VAG-10)."""

from __future__ import annotations

from serai.provisioners import engines
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.engines import Docker

PACKAGES = {
    "apt": ["docker.io"],
    "dnf": ["moby-engine"],
    "zypper": ["docker"],
    "pacman": ["docker"],
    "apk": ["docker"],
}
"""Of the distributions, with what they recommend: Debian's needs apparmor_parser, and from 13 on docker-cli, which
it does not depend on. That of RHEL and its kin has none: there it is podman."""
INSTEAD = "let a shell block before this one add docker's repository and install docker-ce, or use podman"
START = r"""
here() { docker info >/dev/null 2>&1; }
if ! here; then
    if [ -d /run/systemd/system ]; then systemctl enable --now docker
    elif command -v rc-service >/dev/null 2>&1; then rc-update add docker default; rc-service docker start
    elif command -v service >/dev/null 2>&1; then service docker start
    else echo "serai: the guest has no systemd, no OpenRC and no service(8) to start docker by"; exit 1; fi
    left=60
    until here; do
        left=$((left - 1))
        if [ $left -le 0 ]; then
            docker info 2>&1 | tail -n 3
            tail -n 5 /var/log/docker.log 2>/dev/null || journalctl -qn 5 -u docker 2>/dev/null
            exit 1
        fi
        sleep 1
    done
fi
who=${SUDO_USER:-${DOAS_USER:-}}
if [ -n "$who" ] && ! id -nG "$who" | tr ' ' '\n' | grep -qx docker; then usermod -aG docker "$who"; fi
"""
"""The engine answers, also after the next start of the guest; the login may use it, as by Vagrant."""


def inputs(block: Docker, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return engines.inputs(block, machine)


def run(block: Docker, job: Job) -> None:
    """See Provisioner.run."""
    engines.run("docker", block, job, PACKAGES, START, instead=INSTEAD, recommends=True)
