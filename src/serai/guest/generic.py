"""Make a guest one that anybody may start from: the vagrant login, the well-known key, no identity, any card.

Source: Vagrant's documentation, Creating a Base Box; machine-id(5); cloud-init's documentation, ds-identify.
"""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from serai.guest import known_key

# $1: the well-known public key; the rest: keys that must go. The account is there afterwards, with sudo.
_LOGIN = r"""
known=$1; shift
if ! id vagrant >/dev/null 2>&1; then
  shell=/bin/sh; [ ! -x /bin/bash ] || shell=/bin/bash
  if command -v useradd >/dev/null; then useradd -m -s "$shell" vagrant; else adduser -D -s "$shell" vagrant; fi
fi
if command -v chpasswd >/dev/null; then echo vagrant:vagrant | chpasswd; fi
mkdir -p /etc/sudoers.d; f=/etc/sudoers.d/vagrant; echo 'vagrant ALL=(ALL) NOPASSWD:ALL' >"$f"; chmod 440 "$f"
for home in /root $(awk -F: '$3 >= 1000 { print $6 }' /etc/passwd); do
  f=$home/.ssh/authorized_keys; [ -f "$f" ] || continue
  for key; do t=$(mktemp); grep -vF -e "$key" "$f" >"$t" || true; cat "$t" >"$f"; rm "$t"; done
done
home=$(awk -F: '$1 == "vagrant" { print $6 }' /etc/passwd); mkdir -p "$home/.ssh"; f=$home/.ssh/authorized_keys
touch "$f"; grep -qxF -- "$known" "$f" || printf '%s\n' "$known" >>"$f"
chmod 700 "$home/.ssh"; chmod 600 "$f"; chown -R "vagrant:$(id -gn vagrant)" "$home/.ssh"
"""
# What was set for this machine's own cards goes; the first card is up by DHCP, whatever its MAC is.
_NETWORK = r"""
rm -f /etc/netplan/50-cloud-init.yaml /etc/netplan/60-serai-*.yaml /etc/systemd/network/*-cloud-init*.network \
  /etc/systemd/network/05-serai-*.network /etc/network/interfaces.d/50-cloud-init* /etc/systemd/network/*.link \
  /etc/NetworkManager/system-connections/cloud-init-*.nmconnection /etc/NetworkManager/system-connections/serai-*
nic=; for d in /sys/class/net/*; do [ -e "$d/device" ] && { nic=$(basename "$d"); break; }; done
if command -v netplan >/dev/null; then
  printf '%s\n' 'network:' '  version: 2' '  ethernets:' '    any:' '      match: {name: "e*"}' \
    '      dhcp4: true' >/etc/netplan/01-any.yaml; chmod 600 /etc/netplan/01-any.yaml
elif command -v nmcli >/dev/null; then :
elif command -v networkctl >/dev/null && systemctl -q is-enabled systemd-networkd; then
  printf '%s\n' '[Match]' 'Name=en* eth*' '[Network]' 'DHCP=ipv4' >/etc/systemd/network/90-any.network
elif [ -d /etc/network ]; then
  printf '%s\n' 'auto lo' 'iface lo inet loopback' "auto $nic" "iface $nic inet dhcp" >/etc/network/interfaces
fi
"""
_IDENTITY = r"""
[ ! -d /etc/cloud ] || touch /etc/cloud/cloud-init.disabled
rm -rf /var/lib/cloud/instance /var/lib/cloud/instances /var/lib/serai
t=$(mktemp); grep -v '# serai$' /etc/hosts >"$t" || true; cat "$t" >/etc/hosts; rm "$t"
[ ! -e /etc/machine-id ] || : >/etc/machine-id
rm -f /var/lib/dhcp/*.leases /var/lib/systemd/random-seed /root/.bash_history
sync
"""


def script(own_keys: Sequence[str]) -> str:
    """For root. `own_keys`: lines of authorized_keys that must not stay."""
    blobs = [line.split()[1] for line in own_keys if len(line.split()) > 1 and line != known_key.public()]
    words = " ".join(map(quote, [known_key.public(), *blobs]))
    return "\n".join([f"set -- {words}", _LOGIN, _NETWORK, _IDENTITY])
