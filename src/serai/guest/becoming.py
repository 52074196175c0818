"""What a guest does to become another one, in words of a POSIX shell that starts as few programs as it can.

Under emulation each program that is started costs 10 ms or more, as much as all that the shell does by itself.
`prepare` is what does not depend on who it becomes; `arrive` what must be done before anybody logs in, `settle`
and `set_clock` before it counts as itself, `afterwards` what nobody waits for. What makes others busy, on what is
often one processor, comes after the first login: the clock at once, the last part when whoever told the guest has
gone. Its disks know who it is before it counts as itself: power that is cut later takes nothing of that.
"""

from __future__ import annotations

# Host keys that were made for it, as `key_KIND` and `pub_KIND`; or new ones of the kinds that there were. Who is
# connected stays so; who comes next meets the new keys, and nobody else listens when this ends. OpenSSH before 9.8
# reads them for each connection; later it has a program for connections, and hands it those of its start. A
# dropbear has its key since its start, but for one that had none then: it looks for it when somebody connects, and
# makes keys of other kinds for those who want them.
# Source: OpenSSH, sshd.c, rexec; dropbear, svr-main.c and svr-kex.c, svr_ensure_hostkey, its option -R.
OWN_KEYS = r"""
listener= reads=/run/serai-dropbear
find_listener() {
  listener=
  for p in /proc/[0-9]*; do  # those of connections are its children, until it has ended
    [ "$p/exe" -ef /usr/sbin/dropbear ] || continue
    read -r line <"$p/stat"; line=${line##*) ?}
    case $line in " 1 "*) listener="$listener ${p##*/}" ;; esac
  done
}
openssh_keys() {
  for kind in $keys; do
    f=/etc/ssh/ssh_host_${kind}_key
    eval "printf '%s\n' \"\$key_$kind\" >\"\$f\"; printf '%s\n' \"\$pub_$kind\" >\"\$f.pub\""
  done
  [ -n "$keys" ] || for f in /etc/ssh/ssh_host_*_key; do
    [ -e "$f" ] || continue
    kind=${f#/etc/ssh/ssh_host_}; kind=${kind%_key}
    rm -f "$f" "$f.pub"; ssh-keygen -q -t "$kind" -N '' -C "root@$name" -f "$f"
  done
  for f in /usr/lib*/openssh/sshd-session /usr/lib*/sshd-session /usr/lib*/ssh/sshd-session; do
    if [ -e "$f" ]; then start_sshd_anew; break; fi
  done
}
start_sshd_anew() {
  pid= its=
  if [ -s /run/sshd.pid ]; then read -r pid </run/sshd.pid; fi
  if [ -n "$pid" ] && [ -e "/proc/$pid/comm" ]; then read -r its <"/proc/$pid/comm"; fi
  if [ "$its" = sshd ]; then
    rm /run/sshd.pid; kill -HUP "$pid"; n=0  # it writes that file once it listens again
    while [ ! -s /run/sshd.pid ] && [ $n -lt 500 ]; do sleep 0.02; n=$((n + 1)); done
  elif command -v systemctl >/dev/null; then
    systemctl --no-block reload ssh 2>/dev/null || systemctl --no-block reload sshd
  fi
}
has_ended() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  case ${line##*) } in [ZX]*) return 0 ;; esac
  return 1
}
serve() { exec dropbear -E -s "$@" -p 22 2>/dev/console </dev/null >/dev/null 3>&-; }
reads_its_key() { { read -r pid <"$reads"; } 2>/dev/null && [ "/proc/$pid/exe" -ef /usr/sbin/dropbear ]; }
listen_anew() {
  for p in $listener; do  # it lets go of IPv4 and IPv6 one after the other: who comes in between gets one of them
    kill -KILL "$p" || :; n=0
    until has_ended "$p"; do n=$((n + 1)); [ $n -lt 20 ] || sleep 0.02; [ $n -lt 500 ] || return 1; done
  done
  n=0
  until (serve "$@"); do n=$((n + 1)); [ $n -lt 100 ] || return 1; sleep 0.02; done  # the port is not free as yet
}
read_its_key() {
  if reads_its_key; then return 0; fi
  listen_anew -R -r /nonexistent -P "$reads"; n=0
  until reads_its_key; do n=$((n + 1)); [ $n -lt 100 ] || return 1; sleep 0.02; done  # it says so after it listens
}
dropbear_key() {
  f=/etc/dropbear/dropbear_ed25519_host_key
  if [ -n "$keys" ]; then
    printf "$key_dropbear" 1<>"$f"  # as long as the one that is there: an ext4 need not be told of a size
  else
    rm -f "$f.new"; dropbearkey -t ed25519 -f "$f.new" >/dev/null 2>&1; mv "$f.new" "$f"
  fi
  for kind in rsa dss ecdsa; do  # by name: to read a directory is much for one that wakes up
    [ ! -e "/etc/dropbear/dropbear_${kind}_host_key" ] || rm -f "/etc/dropbear/dropbear_${kind}_host_key"
  done
  reads_its_key || listen_anew -r "$f"
}
has_dropbear() { [ -e /etc/dropbear/dropbear_ed25519_host_key ]; }
host_keys() { if has_dropbear; then dropbear_key; else openssh_keys; fi; }
"""

# Source: machine-id(5); cloud-init, /var/lib/cloud. The instance that the seed will name at the next boot is the
# one that has been set up: nothing is done again.
_NAMES = r"""
nl='
'
randomness() {
  printf %s "$seed" >/dev/urandom
  reseed || { echo "its kernel could not be asked for new randomness" >&2; exit 1; }
  for f in /var/lib/systemd/random-seed /var/lib/random-seed; do [ ! -e "$f" ] || printf %s "$stored" >"$f"; done
}
put() {  # FILE WAS LINE CALL: a file of one line is not emptied and laid out anew; the call cuts a longer one
  if [ -n "$2" ] && [ "${#2}" -le "${#3}" ]; then printf '%s\n' "$3" 1<>"$1"; return; fi
  if [ -n "$2" ] && [ -n "$calling" ] && printf '%s\n' "$3" 1<>"$1" && call "$4"; then return; fi
  printf '%s\n' "$3" >"$1"
}
no_balloon() {
  for d in /sys/bus/virtio/drivers/virtio_balloon/virtio*; do
    [ ! -e "$d" ] || echo "${d##*/}" >/sys/bus/virtio/drivers/virtio_balloon/unbind
  done
}
names() {
  if [ -s /etc/machine-id ]; then
    printf '%s\n' "$machine" >/etc/machine-id
    d=/var/lib/dbus/machine-id
    if [ -f "$d" ] && [ ! -L "$d" ]; then printf '%s\n' "$machine" >"$d"; fi
  fi
  was=
  if [ -e /etc/hostname ]; then
    { IFS= read -r was && ! read -r more && [ -z "$more" ]; } </etc/hostname || was=  # of several lines
  fi
  put /etc/hostname "$was" "$name" "$name_call"; printf %s "$name" >/proc/sys/kernel/hostname
  old_short=${old_name%%.*} short=${name%%.*} new= was=
  set -f
  while IFS= read -r line || [ -n "$line" ]; do
    was="$was$line$nl"
    case $line in *' # serai') continue ;; esac
    case "$nl$old_hosts$nl" in *"$nl$line$nl"*) [ -z "$line" ] || continue ;; esac
    case $line in 127.* | ::1[!0-9a-f:]*)
      of=
      for word in $line; do
        case $word in "$old_name") word=$name ;; "$old_short") word=$short ;; esac
        of="$of${of:+ }$word"
      done
      line=$of
      ;;
    esac
    new="$new$line$nl"
  done </etc/hosts
  set +f
  new=$new$hosts
  [ "$new" != "$was" ] || return 0
  while [ "${#new}" -lt "${#was}" ]; do new=$new$nl; done  # in place, too; empty lines say nothing there
  printf %s "$new" 1<>/etc/hosts
}
instance() {
  if [ -f /var/lib/tiny/instance-id ]; then put /var/lib/tiny/instance-id "$old_instance" "$instance" ""; fi
  c=/var/lib/cloud
  [ -d "$c/instances/$old_instance" ] || return 0
  if ! call "$instance_calls"; then
    [ -e "$c/instances/$instance" ] || mv "$c/instances/$old_instance" "$c/instances/$instance"
    ln -sfn "$c/instances/$instance" "$c/instance"
  fi
  for f in instance-id previous-instance-id; do printf '%s\n' "$instance" >"$c/data/$f"; done
  for f in /run/cloud-init/.instance-id; do [ ! -e "$f" ] || printf '%s\n' "$instance" >"$f"; done
}
"""

# `card OLD-MAC MAC OLD-ADDRESS|- ADDRESS|- OLD-MAC-IN-CAPITALS MAC-FOR-A-CALL`: in the files that name the card,
# and now. Which cards and files there are is found before. A card of a private network has lost its neighbours
# with its carrier; the uplink's are the same in every machine. Neighbours that know the old MAC are told
# (arp_notify): QEMU's own network asks nobody again. Addresses that IPv6 made out of the old MAC go; those of the
# new one, which take a second anyway, are asked for once the machine counts as itself. A guest in which nobody is
# yet, and nothing that manages cards, is kept without any: else it would go on looking for neighbours and routers.
_CARDS = r"""
rewrite() {
  text=
  while IFS= read -r line || [ -n "$line" ]; do text="$text$line$nl"; done <"$1"
  was=$text
  replace "$2" "$3"
  replace "$6" "$3"
  [ "$4" = - ] || replace "$4" "$5"
  [ "$text" = "$was" ] || printf %s "$text" >"$1"
}
replace() {
  of= rest=$text
  while case $rest in *"$1"*) ;; *) false ;; esac; do of="$of${rest%%"$1"*}$2" rest=${rest#*"$1"}; done
  text=$of$rest
}
find_cards() {
  card_files= nics= without_ipv6=
  for f in /etc/systemd/network/*cloud-init* /etc/netplan/50-cloud-init.yaml /run/systemd/network/*netplan* \
    /etc/network/interfaces.d/50-cloud-init* /etc/NetworkManager/system-connections/cloud-init-*; do
    case $f in *[[:space:]]*) continue ;; esac
    [ ! -f "$f" ] || card_files="$card_files $f"
  done
  for d in /sys/class/net/*; do
    for over in "$d/bridge" "$d"/lower_*; do [ ! -e "$over" ] || continue 2; done # it has the MAC of its card
    { read -r mac <"$d/address"; } 2>/dev/null || continue
    nic=${d##*/} off=1 said=1
    ipv6=/proc/sys/net/ipv6/conf/$nic/disable_ipv6 notify=/proc/sys/net/ipv4/conf/$nic/arp_notify
    if [ -e $ipv6 ]; then read -r off <$ipv6 || true; fi  # which gives one byte alone
    if [ "$off" = 0 ] && [ -n "$anew" ] && [ "$nic" != lo ] && has_dropbear; then
      echo 1 >$ipv6; without_ipv6="$without_ipv6 $ipv6" off=1
    fi
    if [ -e $notify ]; then read -r said <$notify || true; [ "$said" = 1 ] || echo 1 >$notify; fi
    nics="$nics $mac/$nic/$off/$said"
  done
}
leave_cards() {
  for each in $nics; do
    said=${each##*/}; nic=${each#*/}; nic=${nic%%/*}
    [ "$said" = 1 ] || echo "$said" >/proc/sys/net/ipv4/conf/$nic/arp_notify
  done
}
card() {
  for f in $card_files; do rewrite "$f" "$@"; done
  for each in $nics; do
    case ${each%%/*} in "$1" | "$2") ;; *) continue ;; esac
    nic=${each#*/}; off=${nic#*/}; nic=${nic%%/*} off=${off%%/*}
    set_mac "$nic" "$6" || ip link set dev "$nic" address "$2" 2>/dev/null ||
      { ip link set dev "$nic" down; ip link set dev "$nic" address "$2"; ip link set dev "$nic" up; }
    ipv6=/proc/sys/net/ipv6/conf/$nic/disable_ipv6
    if [ "$off" = 0 ]; then echo 1 >$ipv6; without_ipv6="$without_ipv6 $ipv6"; fi
    if [ "$3" != - ]; then
      ip address flush dev "$nic"; ip address add "$4" dev "$nic"; ip neigh flush dev "$nic" 2>/dev/null || true
    fi
    return 0
  done
  echo "there is no network card $1" >&2; return 1
}
ipv6_anew() { for f in $without_ipv6; do echo 0 >"$f" || :; done; }
"""

# systemd-networkd that sees a card's MAC change gives up its lease, and the guest is without network until it has
# it again; resolved asks it about all that. So both stand still until the guest is itself. networkd never reads
# what has happened: the next one, which systemd starts when it is killed, finds its files right and the addresses
# there, which it is told to keep. journald writes where the old machine-id says, where journalctl no more looks.
# Source: systemd.network(5), KeepConfiguration; systemd 252, networkd, dhcp4_handler, link_drop_foreign_addresses;
# systemd-networkd.service, Restart=on-failure; journalctl(1), --merge.
_SERVICES = r"""
networkd= resolved=
is_service() { [ "$1/exe" -ef "/lib/systemd/$2" ] || [ "$1/exe" -ef "/usr/lib/systemd/$2" ]; }
find_services() {
  for p in /proc/[0-9]*; do
    { read -r its <"$p/comm"; } 2>/dev/null || continue
    case $its in
      systemd-network) ! is_service "$p" systemd-networkd || networkd=${p##*/} ;;
      systemd-resolve) ! is_service "$p" systemd-resolved || resolved=${p##*/} ;;
    esac
  done
}
hold_services() { [ -z "$networkd" ] || kill -STOP $networkd $resolved || :; }
let_resolved_go() { [ -z "$networkd" ] || [ -z "$resolved" ] || kill -CONT "$resolved"; }
let_services_go() { [ -z "$networkd" ] || kill -CONT $networkd $resolved; }
renew_services() {
  if [ -n "$networkd" ]; then
    for f in /etc/systemd/network/*.network /run/systemd/network/*.network; do
      [ -f "$f" ] || continue
      d=/run/systemd/network/${f##*/}.d
      [ -d "$d" ] || mkdir -p "$d"
      printf '[Network]\nKeepConfiguration=dhcp\n' >"$d/50-serai.conf"
    done
    kill -KILL "$networkd"
    systemctl --no-block start systemd-networkd || :
  fi
  if [ -s /etc/machine-id ] && command -v journalctl >/dev/null; then
    systemctl --no-block try-restart systemd-journald || :
  fi
}
"""

DEFINITIONS = (
    OWN_KEYS
    + _NAMES
    + _CARDS
    + _SERVICES
    + r"""
prepare() {
  scratch=$(mktemp -d); caller "$scratch/call"
  if has_dropbear; then find_listener; fi
  find_services; find_cards
}
arrive() {
  hold_services
  if [ -n "$balloon" ]; then no_balloon; fi  # what it would give back is others' memory, too
  randomness; cards; host_keys
}
settle() { names; instance; call "$sync_call" || sync; }
set_clock() { call "$clock_call" || date -u -s "@$now" >/dev/null; }  # whoever has timers wakes up
afterwards() {
  set +e; trap '' HUP  # whatever happens to one of these, the next one is done
  let_resolved_go; leave_cards
  sleep 5  # others may be waking up beside it, or be provisioned
  renew_services
  sync
  rm -rf "$scratch"
}
"""
)

# The shell that waits reads these lines from the port, and then those of the values as they come: in blocks, which
# `read` does not. It does what they say at `go`, and tells how far it is. When nobody is at the other end it goes:
# a machine that was not told goes on as who it was. What would have to be started is there already: a dropbear
# that reads its key late, a program that waits for system calls. `anew`: who comes just then may be sent away.
# `direct`: that program reads from the port itself (guest/records.py), and the shell waits for its end.
WAITING = r"""
leave() { leave_cards; ipv6_anew; [ -z "$calling" ] || kill -KILL $calling 2>/dev/null; rm -rf "$scratch"; }
become() {
  trap 'ended=$?; let_services_go; ipv6_anew; echo "ended $ended"' EXIT
  set -e
  arrive
  echo arrived
  settle
  read -r line <&3 || :  # until somebody has logged in
  set_clock
  echo ended 0
  trap - EXIT
  exec >/dev/null 2>&1
  ipv6_anew
  read -r line <&3 || :  # until nobody is there any more
  exec 3>&-
  afterwards
}
go() { exec >&3 2>&3; become </dev/null; exit; }
by_records() {
  # Descriptors that a login left open would be counted by records.
  "$caller" <&3 >&3 2>/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || echo "ended $?" >&3
  exec </dev/null >/dev/null 2>&1 3>&-  # the port is free for the next one that waits
  ipv6_anew
  sleep 5; exit
}
prepare
trap leave EXIT
if [ -n "$anew" ] && has_dropbear; then read_its_key; fi
if [ -n "$direct" ]; then
  echo direct >&3
  by_records
fi
start_caller
echo waiting >&3
"""
