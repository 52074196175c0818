"""Tell a guest that has woken up with the memory of another one who it is: nothing that names it stays the same.

What it does is defined once (guest/becoming.py) and told by values. A guest that was kept for warm starts holds
the definitions already and waits for the values at a port (`waiting`); any other is told both over SSH (`script`).
Source: machine-id(5), hostname(5), random(4), ssh-keygen(1), systemd.network(5); cloud-init, instance metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from serai.guest import reseed, syscalls
from serai.guest.becoming import DEFINITIONS, OWN_KEYS, WAITING
from serai.guest.seed import SeedNic, hostname
from serai.guest.settle import MARK
from serai.guest.syscalls import octal
from serai.guest.tiny import host_lines
from serai.guest.transport import Transport
from serai.providers.contract import Materials
from serai.spec.base import Spec
from serai.spec.machine import Machine
from serai.util.digest import sha256, token_hex
from serai.util.errors import Code, SeraiError

SEED_BYTES = 64
"""Of the host's randomness that the guest stirs into its own; where it knows vmgenid it has done that itself."""
GO = "go"
"""The line after the last value: a word of guest/becoming.py."""
SETTLE = "settle"
"""What it is told when it has been logged in to."""
_LINK = "/var/lib/cloud/instance"
WAITS, DIRECT, ARRIVED, ENDED = "waiting", "direct", "arrived", "ended"
"""What it says when one can log in, and at its end; its exit code follows then."""


# What a layer of a container keeps empty (guest/forgetting.py). Who listens already does so again with its keys.
_CONTAINED = r"""
for f in /etc/machine-id /var/lib/dbus/machine-id; do
  if [ -f "$f" ] && [ ! -L "$f" ] && [ ! -s "$f" ]; then
    read -r id </proc/sys/kernel/random/uuid
    case $f in /etc/*) ;; *) ! [ -s /etc/machine-id ] || read -r id </etc/machine-id ;; esac
    while case $id in *-*) ;; *) false ;; esac; do id=${id%%-*}${id#*-}; done
    printf '%s\n' "$id" >"$f"
  fi
done
fresh=
for f in /etc/ssh/ssh_host_*_key; do
  [ -e "$f" ] && [ ! -s "$f" ] || continue
  kind=${f#/etc/ssh/ssh_host_}; kind=${kind%_key}
  rm -f "$f" "$f.pub"; ssh-keygen -q -t "$kind" -N '' -C "root@$name" -f "$f"; fresh=yes
done
for f in /etc/dropbear/dropbear_*_host_key; do
  [ -e "$f" ] && [ ! -s "$f" ] || continue
  kind=${f#/etc/dropbear/dropbear_}; kind=${kind%_host_key}
  rm -f "$f"; dropbearkey -t "$kind" -f "$f" >/dev/null 2>&1
done
if [ -n "$fresh" ] && command -v systemctl >/dev/null; then
  systemctl --no-block restart ssh 2>/dev/null || systemctl --no-block restart sshd 2>/dev/null || true
fi
"""


class Before(Spec, frozen=True):
    """Who the guest takes itself for."""

    hostname: str
    instance_id: str
    hosts: str
    cards: list[tuple[str, str]]
    """MAC and address in CIDR form (empty: by DHCP) of each card."""


def values(
    before: Before,
    machine: Machine,
    materials: Materials,
    nics: Sequence[SeedNic],
    instance_id: str,
    now: float,
    *,
    balloon: bool = False,
    keys: Mapping[str, str] = {},
) -> str:
    """Shell lines that say who it is. `now`: seconds of Unix time, that the guest's clock is set to.

    `balloon`: it has one, and must not use it: its memory is shared with others. `keys`: host keys that were made
    for it (guest/host_keys.py); without any it makes its own, of the kinds that there were.
    """
    name = hostname(machine)
    found = {
        "now": str(round(now)),  # busybox takes whole seconds
        "clock_call": octal(syscalls.clock(now)),
        "sync_call": octal(syscalls.synced()),
        "name_call": octal(syscalls.cut("/etc/hostname", len(f"{name}\n".encode()))),
        "instance_calls": octal(
            syscalls.moved("/var/lib/cloud/instances", before.instance_id, instance_id, _LINK)
        ),
        "seed": token_hex(SEED_BYTES),
        "stored": token_hex(SEED_BYTES),
        "machine": token_hex(16),
        "name": name,
        "old_name": before.hostname,
        "old_hosts": before.hosts,
        "hosts": "".join(f"{line} {MARK}\n" for line in host_lines(materials.hosts, name).splitlines()),
        "instance": instance_id,
        "old_instance": before.instance_id,
        "balloon": "yes" if balloon else "",
        "keys": " ".join(key.removeprefix("key_") for key in keys if key.startswith("key_")),
        **keys,
    }
    cards = [
        f"card {mac} {nic.mac} {quote(address or '-')} {quote(nic.address or '-')} {mac.upper()} "
        f"{quote(syscalls.address(nic.mac))}"
        for (mac, address), nic in zip(before.cards, nics, strict=True)
        if (mac, address) != (nic.mac, nic.address or "")
    ]
    told = "".join(f"{key}={quote(value)}\n" for key, value in found.items())
    return told + "cards() {\n" + "\n".join([*cards, ":"]) + "\n}\n"


def definitions() -> str:
    """What the values are for."""
    return syscalls.script() + reseed.script() + DEFINITIONS


def digest() -> str:
    """Of what a waiting guest knows: values are of no use to one that knows other definitions."""
    return sha256((definitions() + WAITING).encode()).hexdigest()[:8]


def script(told: str) -> str:
    """For root: the definitions, these values, and all of it done."""
    return f"set -e\n{definitions()}{told}{_ALL_OF_IT}"


_ALL_OF_IT = """
prepare
start_caller
trap 'let_services_go; leave_cards; ipv6_anew' EXIT
arrive
settle
set_clock
trap - EXIT
ipv6_anew
afterwards </dev/null >/dev/null 2>&1 &
"""


def waiting(port: str) -> str:
    """For root: leaves a shell that does what it reads from the virtio port `port`: `listening` first.

    Fails when there is no such port, or another program has it open.
    """
    inner = 'exec 3<>"$port" && exec sh -s <&3'
    begun = f"export port\nsetsid sh -c {quote(inner)} </dev/null >/dev/null 2>&1 &\n"
    return f"port={quote(port)}\n{_FIND_PORT}\n{begun}"


def listening(*, anew: bool, direct: bool = False) -> str:
    """What it is told there before it is kept: it says `waiting`, and takes the values whenever they come.

    `anew`: its SSH server may be started anew, for one that takes up new keys faster. `direct`: it says so, and
    takes records (guest/records.py) instead of values.
    """
    return f"{definitions()}anew={'yes' if anew else ''} direct={'yes' if direct else ''}\n{WAITING}"


_FIND_PORT = r"""
found=
for p in /sys/class/virtio-ports/*; do
  read -r its <"$p/name" || continue
  [ "$its" != "$port" ] || found=/dev/${p##*/}
done
[ -e "$found" ] || { echo "there is no port $port" >&2; exit 1; }
port=$found
(exec 3<>"$port") 2>/dev/null || { echo "$port is in use" >&2; exit 1; }
"""


def own_keys(machine: Machine) -> str:
    """A script for root that makes new SSH host keys, of the kinds that there were."""
    lines = ["set -e", f"name={quote(hostname(machine))} keys=", OWN_KEYS, "find_listener", "host_keys"]
    return "\n".join(lines) + "\n"


def of_container(machine: Machine) -> str:
    """A script for root of a container that was made from a layer: what was kept empty there is its own."""
    return f"set -e\nname={quote(hostname(machine))}\n{_CONTAINED}"


def become(transport: Transport, machine: Machine, text: str) -> None:
    """Run the script. Raises Code.FAILED with the guest's last lines."""
    from serai.guest.pipe import as_root

    result = transport.run(as_root("sh -s"), input=text.encode(), check=False)
    if not result.ok:
        raise failed(machine.name, (result.stdout + result.stderr).splitlines())


def failed(name: str, said: Sequence[str]) -> SeraiError:
    lines = [line for line in said if line.strip()]
    return SeraiError(
        Code.FAILED,
        f"{name}: the guest did not become itself: {lines[-1] if lines else 'it said nothing'}",
        hint=f"serai destroy {name}, then serai up; `warm: false` boots it",
        details=lines[-15:],
    )
