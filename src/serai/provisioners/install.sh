# Installs packages by the guest's own package manager, as root.
# $1 the manager, $2 the version wanted of the first package, or nothing, $3 `yes`: with what is recommended; then
# the packages.
# The guest's sources are as they are: a mirror or a repository without a network stays the one that is asked.
manager=$1 version=$2 recommends=$3
shift 3
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
WAIT=300 # seconds for whoever else installs something, as cloud-init does after the first start
export ZYPP_LOCK_TIMEOUT=$WAIT

# What the guest says of its proxies for everybody (pam_env does not come by every way in).
if [ -r /etc/environment ]; then
    while IFS='=' read -r name value; do
        name=${name#export } value=${value#[\"\']} value=${value%[\"\']}
        case $name in
        http_proxy | https_proxy | ftp_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | FTP_PROXY | NO_PROXY)
            eval "[ -n \"\${$name-}\" ]" || export "$name=$value" ;;
        esac
    done </etc/environment
fi

dnf=
for name in dnf yum microdnf; do
    [ -n "$dnf" ] || ! command -v $name >/dev/null 2>&1 || dnf=$name
done
weak=
[ "$dnf" = yum ] || [ -n "$recommends" ] || weak=--setopt=install_weak_deps=False

apt() {
    apt-get -q -y -o DPkg::Lock::Timeout=$WAIT \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# Source: apt-get(8): the timeout is for dpkg's lock; that of the lists is not waited for.
apt_update() {
    left=$WAIT
    while :; do
        said=$(apt update 2>&1) && return 0
        case $said in
        *"Could not get lock"*) [ $left -gt 0 ] || break ;;
        *) break ;;
        esac
        sleep 2
        left=$((left - 2))
    done
    echo "$said"
    return 1
}

free_pacman() {
    left=$WAIT
    while [ -e /var/lib/pacman/db.lck ] && [ $left -gt 0 ]; do
        sleep 2
        left=$((left - 2))
    done
}

refresh() {
    case $manager in
    apt) apt_update ;;
    dnf) "$dnf" -q -y makecache ;;
    zypper) zypper --non-interactive --quiet refresh ;;
    pacman) free_pacman; pacman -Sy --noconfirm ;;
    apk) apk --wait $WAIT --quiet update ;;
    esac
}

# The versions of a package that can be had.
offered() {
    case $manager in
    apt) apt-cache madison "$1" 2>/dev/null | awk '{ print $3 }' ;;
    dnf) "$dnf" -q list --showduplicates "$1" 2>/dev/null | awk -v p="$1." 'index($1, p) == 1 { print $2 }' ;;
    zypper)
        zypper --non-interactive -q search -s --match-exact -t package "$1" 2>/dev/null |
            awk -F ' *[|] *' -v p="$1" '$2 == p { print $4 }'
        ;;
    pacman) pacman -Si "$1" 2>/dev/null | sed -n 's/^Version *: *//p' ;;
    apk) apk policy "$1" 2>/dev/null | sed -n 's/^  \([^ ]*\):$/\1/p' ;;
    esac
}

installed() {
    case $manager in
    apt) dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed ;;
    dnf | zypper) rpm -q "$1" >/dev/null 2>&1 ;;
    pacman) pacman -Q "$1" >/dev/null 2>&1 ;;
    apk) apk info -e "$1" >/dev/null 2>&1 ;;
    esac
}

# Of the versions on the input the newest that is $1: whole, without its epoch, or as far as $1 is written.
newest() {
    awk -v want="$1" '{
        bare = $0; sub(/^[0-9]+:/, "", bare)
        if ($0 == want || bare == want || (index(bare, want) == 1 && substr(bare, length(want) + 1) ~ /^[^0-9]/))
            print
    }' | sort -V | tail -n 1
}

# Sets `found` to what the manager is told to install; fails with a line that says what there is not.
resolve() {
    found= first=yes lacking=
    for name in "$@"; do
        there=$(offered "$name")
        if [ -z "$there" ]; then
            # A mirror need not have what the guest has already.
            if { [ "$first" = no ] || [ -z "$version" ]; } && installed "$name"; then
                first=no
                continue
            fi
            lacking="serai: no package $name"
            return 1
        fi
        pin=
        [ -z "$version" ] || pin=$(echo "$there" | newest "$version")
        if [ -n "$version" ] && [ -z "$pin" ] && [ "$first" = yes ]; then
            lacking="serai: no version $name $(echo "$there" | sort -Vru | head -n 5 | tr '\n' ' ')"
            return 1
        fi
        first=no
        case $manager in
        dnf) found="$found $name${pin:+-$pin}" ;;
        pacman) found="$found $name" ;;
        *) found="$found $name${pin:+=$pin}" ;;
        esac
    done
}

install() {
    case $manager in
    apt)
        lean=--no-install-recommends
        [ -z "$recommends" ] || lean=--install-recommends
        apt install $lean ${version:+--allow-downgrades} "$@"
        ;;
    dnf) "$dnf" -y $weak install "$@" ;;
    zypper)
        lean=--no-recommends
        [ -z "$recommends" ] || lean=--recommends
        zypper --non-interactive install $lean ${version:+--oldpackage} "$@"
        # Source: zypper(8), exit codes: from 100 on it was done, and something is to be known besides.
        case $? in 0 | 100 | 101 | 102 | 103 | 106) ;; *) return 1 ;; esac
        ;;
    pacman) free_pacman; pacman -S --noconfirm --needed "$@" ;;
    apk) apk --wait $WAIT add "$@" ;;
    esac
}

fresh=
resolve "$@" || {
    fresh=yes late=
    refresh || late=yes
    resolve "$@" || {
        [ -z "$late" ] || lacking="serai: no lists ${lacking#serai: no }"
        false
    }
} || {
    echo "$lacking"
    exit 1
}
# Lists may be older than what the mirror has: then once more, with new ones.
[ -z "$found" ] || install $found || {
    [ -z "$fresh" ] && refresh && resolve "$@" && install $found
}
