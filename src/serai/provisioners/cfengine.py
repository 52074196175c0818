"""The cfengine provisioner: a host of a policy hub, the hub itself, or one run of a policy (VAG-10)."""

from __future__ import annotations

from shlex import quote

from serai.provisioners.install import MANAGERS, ensure
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.cfengine import Cfengine, CfengineMode

PACKAGES = {
    "apt": ["cfengine3"],
    "dnf": ["cfengine"],
    "zypper": ["cfengine"],
    "apk": ["cfengine"],
}
"""Of the distributions; the vendor's own is called cfengine-community."""
OF_A_HUB = ["procps", "python3"]
"""A hub's policy looks for processes by ps, and has modules in Python; Debian leaves both to who installs it."""
VENDORS = "/var/cfengine/bin"
INSTEAD = "state `deb_repo_line:` or `yum_repo_url:` and `package_name:` for the vendor's packages"
HOME = "if [ -d /var/lib/cfengine3 ]; then echo /var/lib/cfengine3; else echo /var/cfengine; fi"
"""Debian has moved what others have in /var/cfengine."""
KEY = "/etc/apt/trusted.gpg.d/cfengine.asc"
RPM_KEY = "/etc/pki/rpm-gpg/cfengine.asc"
JOINED = r"""
if [ -s {home}/policy_server.dat ]; then head -n 1 {home}/policy_server.dat; else echo; fi
getent ahosts {address} 2>/dev/null | sed -n '1s/ .*//p'
"""
"""Two lines: the hub that it has joined, or nothing, and the address that the wanted one has."""
FIND = f"PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:{VENDORS}\n"
AGENT = r"""
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
{ %s; echo $? >"$log.code"; } 2>&1 | tee "$log"
code=$(cat "$log.code"); rm -f "$log.code"
if [ "$code" = 0 ] && grep -q '^ *error:' "$log"; then code=1; fi
exit "$code"
"""
"""The agent ends with 0 also where promises were not kept; what it could not do it says in lines of `error:`."""
UPDATE = "if [ -e {home}/inputs/update.cf ]; then cf-agent --no-lock --inform --file update.cf; fi"
"""As its own scheduler does it, before the policy; a hub has one, unless its masterfiles are all your own."""
ADDRESS = r"""
address=$(hostname -I 2>/dev/null | cut -d ' ' -f 1)
[ -n "$address" ] || address=$(ip -4 -o address show scope global | sed -n '1s/.*inet \([0-9.]*\).*/\1/p')
echo "$address"
"""


def inputs(block: Cfengine, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [path for path in (block.files_path, block.run_file) if path], None


def run(block: Cfengine, job: Job) -> None:
    """See Provisioner.run."""
    for path in (block.files_path, block.run_file):
        if path:
            job.path(path)
    _check(block, job)
    _install(block, job)
    home = job.ask(HOME).stdout.strip()
    if block.files_path:
        job.put(job.path(block.files_path), home, owner="root")
    if block.mode is CfengineMode.BOOTSTRAP:
        _bootstrap(block, job, home)
        job.script(FIND + AGENT % UPDATE.format(home=quote(home)), what="fetching the hub's policy")
        job.script(FIND + AGENT % agent(block), what="cf-agent")
    if block.run_file:
        job.put(job.path(block.run_file), block.upload_path, mode="0600", owner="root")
        job.script(FIND + AGENT % agent(block, block.upload_path), what=f"the policy {block.run_file}")


def agent(block: Cfengine, file: str = "") -> str:
    """The agent's line of shell: without the locks that leave out what ran a minute ago, and with its news."""
    words = ["cf-agent", "--no-lock", "--inform"]
    words += ["--define", ",".join(block.classes)] if block.classes else []
    words += ["--file", file] if file else []
    line = " ".join(map(quote, words))
    return f"{line} {block.extra_agent_args}" if block.extra_agent_args else line


def _check(block: Cfengine, job: Job) -> None:
    if block.mode is CfengineMode.SINGLE_RUN and not block.run_file:
        raise job.fail("a single run needs `run_file:`", hint="state the policy that is run")
    if block.mode is CfengineMode.BOOTSTRAP and not (block.policy_server_address or block.am_policy_hub):
        raise job.fail("it joins no hub", hint="state `policy_server_address:`, or `am_policy_hub: true`")


def _install(block: Cfengine, job: Job) -> None:
    if block.install is False:
        return
    if block.deb_repo_line or block.yum_repo_url:
        _repository(block, job)
    packages = {manager: [block.package_name] for manager in MANAGERS} if block.package_name else PACKAGES
    if block.mode is CfengineMode.BOOTSTRAP and not block.package_name:
        packages = packages | {"apt": [*PACKAGES["apt"], *OF_A_HUB]}
    force = block.install is not True
    ensure(job, "cf-agent", packages, paths=[VENDORS], instead=INSTEAD, force=force)


def _repository(block: Cfengine, job: Job) -> None:
    """The source of packages that the block states, with its key: a URL, which the host fetches, or a file."""
    kind = job.ask("command -v apt-get || command -v dnf || command -v yum").stdout.strip().rpartition("/")[2]
    if kind == "apt-get" and block.deb_repo_line:
        _key(block, job, KEY)
        job.write(f"{block.deb_repo_line}\n", block.deb_repo_file, mode="0644")
        job.out(f"{block.deb_repo_file}: {block.deb_repo_line}")
    elif kind in ("dnf", "yum") and block.yum_repo_url:
        _key(block, job, RPM_KEY)
        job.write(yum_repository(block), block.yum_repo_file, mode="0644")
        job.out(f"{block.yum_repo_file}: {block.yum_repo_url}")


def _key(block: Cfengine, job: Job, place: str) -> None:
    from serai.images.download import text

    url = block.repo_gpg_key_url
    job.write(text(url) if "://" in url else job.path(url).read_text(), place, mode="0644")


def yum_repository(block: Cfengine) -> str:
    """The text of a .repo file; Source: dnf.conf(5)."""
    lines = ("[cfengine-repository]", "name=CFEngine", f"baseurl={block.yum_repo_url}", "enabled=1", "gpgcheck=1")
    return "\n".join((*lines, f"gpgkey=file://{RPM_KEY}", ""))


def _bootstrap(block: Cfengine, job: Job, home: str) -> None:
    """Join the hub, unless that was done; its address is in policy_server.dat then."""
    address = block.policy_server_address or job.ask(ADDRESS).stdout.strip()
    if not address:
        raise job.fail("the guest has no address that a hub could have", hint="state `policy_server_address:`")
    found = job.ask(JOINED.format(home=quote(home), address=quote(address))).stdout.splitlines()
    joined, meant = [*(line.strip() for line in found), "", ""][:2]
    if joined and joined in (address, meant) and not block.force_bootstrap:
        job.out(f"it has joined {address} before")
        return
    job.out(f"joining {address}")
    job.script(FIND + f"cf-agent --bootstrap {quote(address)}", what=f"joining {address}")
