# Puts files of salt in their places, and has its services run by them, as root.
# $1 where the files lie, $2 services that are to run, $3 the minion that the master is to hear from, or nothing;
# then of each file its name there, its mode and its place.
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
export PATH
from=$1 services=$2 minion=$3
shift 3
VENV=/opt/serai/salt
ANSWERS=120 # seconds for a minion to find its master after both have started

# Sets `changed` where a file is another than it was.
changed=
place() {
    dir=$(dirname "$3")
    mkdir -p "$dir" || exit 1
    cmp -s "$from/$1" "$3" && return 0
    cp "$from/$1" "$3.serai" && chmod "$2" "$3.serai" && chown "$(stat -c %u:%g "$dir")" "$3.serai" &&
        mv -f "$3.serai" "$3" || exit 1
    echo "salt: wrote $3"
    changed=yes
}

# What pip installs has no unit.
unit() {
    printf '%s\n' '[Unit]' "Description=$1" 'After=network-online.target' '[Service]' 'Type=notify' \
        "ExecStart=$VENV/bin/$1" 'KillMode=process' 'LimitNOFILE=100000' '[Install]' 'WantedBy=multi-user.target' \
        >"/etc/systemd/system/$1.service"
    systemctl daemon-reload
}

alive() { [ -r "/var/run/$1.pid" ] && kill -0 "$(cat "/var/run/$1.pid")" 2>/dev/null; }

# Without an init that knows services: as a daemon of its own. Its locks need what an init would have mounted.
daemon() {
    [ -e /dev/shm ] || mkdir -m 1777 /dev/shm
    if alive "$1"; then
        [ -n "$changed" ] || return 0
        kill "$(cat "/var/run/$1.pid")"
        left=30
        while alive "$1" && [ $left -gt 0 ]; do
            sleep 1
            left=$((left - 1))
        done
    fi
    "$1" --daemon
}

start() {
    verb=start
    [ -z "$changed" ] || verb=restart
    if [ -d /run/systemd/system ]; then
        systemctl cat "$1.service" >/dev/null 2>&1 || unit "$1"
        systemctl enable --quiet "$1" && systemctl $verb "$1"
    elif command -v rc-service >/dev/null 2>&1 && [ -x "/etc/init.d/$1" ]; then
        rc-update -q add "$1" default
        rc-service "$1" $verb
    elif [ -x "/etc/init.d/$1" ]; then
        "/etc/init.d/$1" $verb
    else
        daemon "$1"
    fi
}

while [ $# -gt 0 ]; do
    place "$1" "$2" "$3"
    shift 3
done
for service in $services; do
    start "$service" || {
        echo "salt: $service does not start"
        exit 1
    }
done
[ -n "$minion" ] || exit 0
[ "$minion" != . ] || minion=$(cat /etc/salt/minion_id 2>/dev/null || hostname)
end=$(($(date +%s) + ANSWERS))
answers() { salt --out=json --static --timeout=5 "$minion" test.ping 2>/dev/null | grep -q ': true'; }
until answers; do # its exit code is 0 for a minion that says nothing, too
    [ "$(date +%s)" -lt $end ] || {
        echo "salt: the minion $minion does not answer its master; keys that the master knows:"
        salt-key --no-color --list-all
        exit 1
    }
    sleep 1
done
