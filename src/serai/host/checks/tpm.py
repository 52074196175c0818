"""Check of the certificates that libvirt's emulated TPMs are made with: whose they are."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, passed
from serai.host.facts.engines import QEMU_CONF
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.wants import Role

TABLE = Table()
SWTPM_USER = "tss"
"""Whom libvirt runs swtpm as where its configuration says nothing; root, where there is no such user."""
CONFIGURATION = "/etc/swtpm-localca.conf"
PLACE = "/var/lib/swtpm-localca"
"""Where swtpm_localca keeps its keys. Source: swtpm-localca.conf(5), statedir."""


@TABLE.row(
    "lv.tpm-ca",
    "swtpm's user owns the keys that TPMs of guests are certified with",
    reads=f"owners in {PLACE}, {QEMU_CONF}, {CONFIGURATION}, /etc/passwd",
    worst=Outcome.FAIL,
    why="libvirt makes a guest's TPM with swtpm_setup, as the user tss. A libvirtd that was started before that "
    "user was there made the first one as root: the keys and the lock are root's, and each later TPM fails.",
    next=f"chown -R {SWTPM_USER} {PLACE}",
    verify="serai host check lv.tpm-ca",
    when_not="qemu.conf has swtpm_user = root",
    source="libvirt, src/qemu/qemu_conf.c: swtpm_user; swtpm_localca(8), swtpm-localca.conf(5)",
    roles=(Role.VM_HOST,),
)
def authority(facts: Facts) -> Finding:
    place = facts.engines.setting(CONFIGURATION, "statedir").text or PLACE
    if not facts.source.has("/etc/libvirt") or not facts.source.program("swtpm_setup"):
        return not_applicable(place, "libvirt gives no guest a TPM here")
    if facts.wants.project and "swtpm_setup" not in facts.wants.programs:
        return not_applicable(place, f"{facts.wants.project} has no TPM on libvirt")
    name, uid = _swtpm_user(facts)
    owner = _owner(facts, place)
    if owner is None:
        return fail(place, f"{name} cannot make it", "not there", next=f"install -d -o {name} -m 0750 {place}")
    if uid == 0:
        return passed(place, "libvirt runs swtpm as root")
    owners = {place: owner, **{each: _owner(facts, each) for each in _files(facts, place)}}
    others = sorted(path for path, whose in owners.items() if whose not in (uid, None))
    if others:
        value = f"of user {owners[others[0]]}, {len(others)} of {len(owners)}"
        return fail(others[0], f"no guest gets a TPM: {name} must own it", value, next=f"chown -R {name} {place}")
    return passed(place, f"all of user {name}")


def _swtpm_user(facts: Facts) -> tuple[str, int]:
    """Name and id. Source: libvirt, qemu.conf: swtpm_user; a leading + makes it an id."""
    stated = facts.engines.setting(QEMU_CONF, "swtpm_user").text.removeprefix("+")
    if stated.isdigit():
        return stated, int(stated)
    account = facts.accounts.user(stated or SWTPM_USER)
    if account:
        return account.name, account.uid
    if stated and stated != "root":
        raise Unknown(f"/etc/passwd has no user {stated}", QEMU_CONF)
    return "root", 0


def _files(facts: Facts, place: str) -> list[str]:
    return [f"{place}/{name}" for name in facts.source.names(place)]


def _owner(facts: Facts, path: str) -> int | None:
    """The id of a user; None: it is not there. Raises Unknown where it cannot be looked at."""
    said = facts.source.ask("owner", path)
    return None if said == "absent" else int(said.split()[0])
