"""Tell a guest that has woken up with the memory of another one who it is: nothing that names it stays the same.

Source: machine-id(5), hostname(5), random(4), ssh-keygen(1), systemd.network(5); cloud-init, instance metadata.
"""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex
from shlex import quote

from serai.guest import reseed
from serai.guest.pipe import as_root
from serai.guest.seed import SeedNic, hostname
from serai.guest.settle import MARK
from serai.guest.tiny import host_lines
from serai.guest.transport import Transport
from serai.providers.contract import Materials
from serai.spec.base import Spec
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SEED_BYTES = 64
"""Of the host's randomness that the guest stirs into its own; where it knows vmgenid it has done that itself."""

# Clock and randomness first: what is made below depends on them.
_FIRST = r"""
date -u -s "@$now" >/dev/null
printf %s "$seed" >/dev/urandom
"""
_BASICS = r"""
for f in /var/lib/systemd/random-seed /var/lib/random-seed; do
  [ ! -e "$f" ] || dd if=/dev/urandom of="$f" bs=512 count=1 2>/dev/null
done
if [ -s /etc/machine-id ]; then
  printf '%s\n' "$machine" >/etc/machine-id
  d=/var/lib/dbus/machine-id
  if [ -f "$d" ] && [ ! -L "$d" ]; then cat /etc/machine-id >"$d"; fi
fi
printf '%s\n' "$name" >/etc/hostname; printf %s "$name" >/proc/sys/kernel/hostname
export old_name name old_hosts
t=$(mktemp)
awk 'BEGIN {
  n = split(ENVIRON["old_hosts"], lines, "\n"); for (i = 1; i <= n; i++) gone[lines[i]] = 1
  old = ENVIRON["old_name"]; new = ENVIRON["name"]
  old_short = old; sub(/\..*/, "", old_short); new_short = new; sub(/\..*/, "", new_short)
}
($0 in gone) || / # serai$/ { next }
$1 ~ /^127\./ || $1 == "::1" {
  for (i = 2; i <= NF; i++) { if ($i == old) $i = new; else if ($i == old_short) $i = new_short }
}
{ print }' /etc/hosts >"$t"
printf %s "$hosts" >>"$t"; cat "$t" >/etc/hosts; rm "$t"
"""
# What it would give back is others' memory, too. QEMU cannot, and would complain each time.
_NO_BALLOON = r"""
for d in /sys/bus/virtio/drivers/virtio_balloon/virtio*; do
  [ ! -e "$d" ] || echo "${d##*/}" >/sys/bus/virtio/drivers/virtio_balloon/unbind
done
"""
# Host keys of the kinds that were there. Who is connected stays so; who comes next meets the new keys.
_KEYS = r"""
for f in /etc/ssh/ssh_host_*_key; do
  [ -e "$f" ] || continue
  kind=${f#/etc/ssh/ssh_host_}; kind=${kind%_key}
  rm -f "$f" "$f.pub"; ssh-keygen -q -t "$kind" -N '' -C "root@$name" -f "$f"
done
f=/etc/dropbear/dropbear_ed25519_host_key
if [ -e "$f" ]; then
  rm -f "$f"; dropbearkey -t ed25519 -f "$f" >/dev/null 2>&1
  gone=
  for p in /proc/[0-9]*; do  # the one that listens: those of connections are its children, until it has ended
    case $(readlink "$p/exe") in */dropbear*) ;; *) continue ;; esac
    [ "$(cut -d ' ' -f 4 "$p/stat")" != 1 ] || gone="$gone ${p##*/}"
  done
  [ -z "$gone" ] || kill $gone
  dropbear -E -s -r "$f" -p 22 2>/dev/console </dev/null >/dev/null
elif command -v systemctl >/dev/null; then
  systemctl --no-block reload ssh 2>/dev/null || systemctl --no-block reload sshd
fi
"""
# The instance that the seed will name at the next boot is the one that has been set up: nothing is done again.
_INSTANCE = r"""
if [ -f /var/lib/tiny/instance-id ]; then printf '%s\n' "$instance" >/var/lib/tiny/instance-id; fi
c=/var/lib/cloud
if [ -d "$c/instances/$old_instance" ]; then
  mv "$c/instances/$old_instance" "$c/instances/$instance"
  ln -sfn "$c/instances/$instance" "$c/instance"
  for f in instance-id previous-instance-id; do printf '%s\n' "$instance" >"$c/data/$f"; done
  for f in /run/cloud-init/.instance-id; do [ ! -e "$f" ] || printf '%s\n' "$instance" >"$f"; done
fi
"""
# `card OLD-MAC MAC OLD-ADDRESS|- ADDRESS|-`: in the files that name the card, and now.
_CARD = r"""
card() {
  for f in /etc/systemd/network/*cloud-init* /etc/netplan/50-cloud-init.yaml /run/systemd/network/*netplan* \
    /etc/network/interfaces.d/50-cloud-init* /etc/NetworkManager/system-connections/cloud-init-*; do
    [ -f "$f" ] || continue
    sed -i "s/$1/$2/Ig" "$f"
    [ "$3" = - ] || sed -i "s|$3|$4|g" "$f"
  done
  for d in /sys/class/net/*; do
    [ ! -e "$d/bridge" ] || continue
    case $(cat "$d/address") in "$1" | "$2") ;; *) continue ;; esac
    nic=${d##*/}
    ip link set dev "$nic" address "$2" 2>/dev/null ||
      { ip link set dev "$nic" down; ip link set dev "$nic" address "$2"; ip link set dev "$nic" up; }
    v6=/proc/sys/net/ipv6/conf/$nic/disable_ipv6  # addresses that were made out of the old MAC go
    if [ "$(cat $v6 2>/dev/null)" = 0 ]; then echo 1 >$v6; echo 0 >$v6; fi
    if [ "$3" != - ]; then ip address flush dev "$nic"; ip address add "$4" dev "$nic"; fi
    ip neigh flush dev "$nic" 2>/dev/null || true
    return 0
  done
  echo "there is no network card $1" >&2; return 1
}
"""
_AFTER_CARDS = r"""
if command -v networkctl >/dev/null && systemctl -q is-active systemd-networkd; then networkctl reload; fi
sync
"""


class Before(Spec, frozen=True):
    """Who the guest takes itself for."""

    hostname: str
    instance_id: str
    hosts: str
    cards: list[tuple[str, str]]
    """MAC and address in CIDR form (empty: by DHCP) of each card."""


def script(
    before: Before,
    machine: Machine,
    materials: Materials,
    nics: Sequence[SeedNic],
    instance_id: str,
    now: float,
    *,
    balloon: bool = False,
) -> str:
    """For root. `now`: seconds of Unix time, that the guest's clock is set to.

    `balloon`: it has one, and must not use it: its memory is shared with others.
    """
    name = hostname(machine)
    hosts = "".join(f"{line} {MARK}\n" for line in host_lines(materials.hosts, name).splitlines())
    values = {
        "now": str(round(now)),  # busybox takes whole seconds
        "seed": token_hex(SEED_BYTES),
        "machine": token_hex(16),
        "name": name,
        "old_name": before.hostname,
        "old_hosts": before.hosts,
        "hosts": hosts,
        "instance": instance_id,
        "old_instance": before.instance_id,
    }
    lines = ["set -e", *(f"{key}={quote(value)}" for key, value in values.items())]
    cards = [
        f"card {mac} {nic.mac} {quote(address or '-')} {quote(nic.address or '-')}"
        for (mac, address), nic in zip(before.cards, nics, strict=True)
        if (mac, address) != (nic.mac, nic.address or "")
    ]
    less = [_NO_BALLOON] if balloon else []
    return "\n".join(
        [*lines, *less, _FIRST, reseed.script(), _BASICS, _KEYS, _INSTANCE, _CARD, *cards, _AFTER_CARDS]
    )


def own_keys(machine: Machine) -> str:
    """A script for root that makes new SSH host keys, of the kinds that there were."""
    return f"set -e\nname={quote(hostname(machine))}\n{_KEYS}"


def become(transport: Transport, machine: Machine, text: str) -> None:
    """Run the script. Raises Code.FAILED with the guest's last lines."""
    result = transport.run(as_root("sh -s"), input=text.encode(), check=False)
    if not result.ok:
        lines = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
        raise SeraiError(
            Code.FAILED,
            f"{machine.name}: the guest did not become itself: {lines[-1] if lines else 'it said nothing'}",
            hint=f"serai destroy {machine.name}, then serai up; `warm: false` boots it",
            details=lines[-15:],
        )
