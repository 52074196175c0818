"""Network cards of a guest that reads no seed, set over SSH: each known by its MAC.

Written for netplan, NetworkManager, systemd-networkd or ifupdown (Debian's and busybox'), so that it lasts.
Source: netplan(5), nm-settings-nmcli(5), systemd.network(5), interfaces(5).
"""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from serai.guest.seed import SeedNic

# Called as `card MAC ADDRESS|dhcp GATEWAY|- MTU|- IPV6|-`, once a card.
_CARD = r"""
nic_of() { for d in /sys/class/net/*; do
  for over in "$d/bridge" "$d"/lower_*; do [ ! -e "$over" ] || continue 2; done # it has the MAC of its card
  [ "$(cat "$d/address" 2>/dev/null)" != "$1" ] || { basename "$d"; return; }; done; }
by_netplan() {
  f=/etc/netplan/60-serai-$id.yaml
  { echo "network:"; echo "  version: 2"; echo "  ethernets:"; echo "    serai-$id:"
    echo "      match: {macaddress: \"$1\"}"
    if [ "$2" = dhcp ]; then echo "      dhcp4: true"; echo "      dhcp4-overrides: {use-routes: false}"; fi
    case "$2 $5" in "dhcp -") ;; dhcp*) echo "      addresses: [\"$5\"]" ;; *-) echo "      addresses: [\"$2\"]" ;;
    *) echo "      addresses: [\"$2\", \"$5\"]" ;; esac
    [ "$3" = - ] || echo "      routes: [{to: 0.0.0.0/0, via: $3}]"
    [ "$4" = - ] || echo "      mtu: $4"; echo "      optional: true"; } >"$f"
  chmod 600 "$f"; netplan apply; }
by_nmcli() {
  nmcli -t connection delete "serai-$id" >/dev/null 2>&1 || true
  if [ "$2" = dhcp ]; then how="ipv4.method auto ipv4.never-default yes"
  else how="ipv4.method manual ipv4.addresses $2"; fi
  [ "$3" = - ] || how="$how ipv4.gateway $3"
  [ "$4" = - ] || how="$how 802-3-ethernet.mtu $4"
  [ "$5" = - ] || how="$how ipv6.method manual ipv6.addresses $5"
  nmcli -t connection add type ethernet con-name "serai-$id" ifname "$nic" 802-3-ethernet.mac-address "$1" \
    connection.autoconnect-priority 50 $how >/dev/null
  nmcli -t connection up "serai-$id" >/dev/null; }
by_networkd() {
  f=/etc/systemd/network/05-serai-$id.network
  { echo "[Match]"; echo "MACAddress=$1"; [ "$4" = - ] || { echo "[Link]"; echo "MTUBytes=$4"; }; echo "[Network]"
    if [ "$2" = dhcp ]; then echo "DHCP=ipv4"; echo "[DHCPv4]"; echo "UseRoutes=false"
    else echo "Address=$2"; fi
    [ "$3" = - ] || echo "Gateway=$3"
    [ "$5" = - ] || { echo "[Address]"; echo "Address=$5"; }; } >"$f"
  chmod 644 "$f"; networkctl reload; networkctl reconfigure "$nic"; }
by_ifupdown() {
  f=/etc/network/interfaces; t=$(mktemp)
  awk -v m="# serai $1" '$0 == m { s = 1; next } $0 == "# serai end" && s { s = 0; next } !s' "$f" >"$t"
  { echo "# serai $1"; echo "auto $nic"
    if [ "$2" = dhcp ]; then echo "iface $nic inet dhcp"
    else echo "iface $nic inet static"; echo "  address $2"; fi
    [ "$3" = - ] || echo "  gateway $3"
    [ "$4" = - ] || echo "  mtu $4"
    [ "$5" = - ] || { echo "iface $nic inet6 static"; echo "  address $5"; }; echo "# serai end"; } >>"$t"
  cat "$t" >"$f"; rm "$t"
  ifdown "$nic" >/dev/null 2>&1 || true
  ip addr flush dev "$nic" 2>/dev/null || true
  ifup "$nic"; }
card() {
  nic=$(nic_of "$1" || true); id=$(echo "$1" | tr -d :)
  [ -n "$nic" ] || { echo "there is no network card $1" >&2; exit 1; }
  if command -v netplan >/dev/null && [ -n "$(ls /etc/netplan 2>/dev/null)" ]; then by_netplan "$@"
  elif command -v nmcli >/dev/null && nmcli -t general status >/dev/null 2>&1; then by_nmcli "$@"
  elif command -v networkctl >/dev/null && systemctl -q is-active systemd-networkd; then by_networkd "$@"
  elif [ -e /etc/network/interfaces ] && command -v ifup >/dev/null; then by_ifupdown "$@"
  else echo "nothing that serai knows sets the network cards (netplan, NetworkManager, networkd, ifupdown)" >&2
    exit 1; fi; }
"""


def script(nics: Sequence[SeedNic]) -> str:
    """For root: sets these cards, now and at each boot. Done again, it changes nothing."""
    lines = [
        f"card {quote(nic.mac.lower())} {quote(nic.address or 'dhcp')} {nic.gateway or '-'} {nic.mtu or '-'} "
        f"{quote(nic.ipv6 or '-')}"
        for nic in nics
    ]
    return "\n".join([_CARD, *lines])
