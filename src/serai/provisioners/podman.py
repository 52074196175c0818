"""The podman provisioner: podman in the guest, its images and containers (VAG-10)."""

from __future__ import annotations

from serai.provisioners import engines
from serai.provisioners.install import INSTEAD
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.engines import Podman

PACKAGES = {manager: ["podman"] for manager in ("apt", "dnf", "zypper", "pacman", "apk")}
KUBIC = "https://download.opensuse.org/repositories/devel:/kubic:/libcontainers:/stable/"
"""The project's packages for CentOS 7 and 8, which no longer change."""
ADD_KUBIC = r"""
file=/etc/yum.repos.d/devel_kubic_libcontainers_stable.repo
[ ! -e "$file" ] || exit 0
. /etc/os-release
case $ID-$VERSION_ID in
centos-7*) name=CentOS_7 ;;
centos-8*) if grep -q Stream /etc/os-release; then name=CentOS_8_Stream; else name=CentOS_8; fi ;;
*) echo "kubic: it has packages for CentOS 7 and 8 alone; $PRETTY_NAME has a podman of its own"; exit 0 ;;
esac
echo "kubic: adding its repository for $name"
exec curl -fsSL -o "$file" "$1$name/devel:kubic:libcontainers:stable.repo"
"""
START = r"""
if ! podman info >/dev/null 2>&1; then podman info 2>&1 | tail -n 5; exit 1; fi
[ ! -d /run/systemd/system ] || systemctl enable -q podman-restart.service 2>/dev/null || true
"""
"""It works; containers that are always to run do so after the next start of the guest, too."""


def inputs(block: Podman, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return engines.inputs(block, machine)


def run(block: Podman, job: Job) -> None:
    """See Provisioner.run."""
    if block.kubic:
        job.script(ADD_KUBIC, args=[KUBIC], what="adding kubic's repository")
    engines.run("podman", block, job, PACKAGES, START, instead=INSTEAD, recommends=True)
