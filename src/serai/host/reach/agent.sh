# The other side of a Reach over SSH, read by its /bin/sh from stdin: it hands over to a Python that is there, else it
# answers itself. One request is one line of this shell's; its answer is raw, up to a line with the token.
# A function gives 0 with the answer, 1 where nothing is there, 2 with the reason on its last line.

main() {
    for python in python3 /usr/libexec/platform-python python3.13 python3.12 python3.11 python3.9 python3.6; do
        command -v "$python" >/dev/null 2>&1 || continue
        "$python" -IS -c "$1"
        case $? in 2 | 99) ;; *) exit 0 ;; esac # too old, or in pieces
    done
    echo 'serai sh'
    IFS= read -r token || exit 0
    text=''
    line_end='
'
    printf 'a\n' | grep -a a >/dev/null 2>&1 && text=-a
    while IFS= read -r line; do
        eval "$line" </dev/null 2>/dev/null
        printf '\n%s %s\n' "$token" "$?"
    done
    exit 0
}

# closed PATH: says so where a directory above it may not be entered.
closed() {
    above=$1
    while above=${above%/*} && [ -n "$above" ]; do
        if [ -d "$above" ]; then
            [ -x "$above" ] && return 1
            echo 'Permission denied'
            return 0
        fi
    done
    return 1
}

absent() {
    closed "$1" && return 2
    return 1
}

s_read() {
    [ -e "$1" ] || { absent "$1"; return; }
    [ -d "$1" ] && return 1
    [ -r "$1" ] || { echo 'Permission denied'; return 2; }
    [ -f "$1" ] || { echo 'it is no file'; return 2; }
    head -c "$2" "$1" || { printf '\nit cannot be read\n'; return 2; }
}

s_names() {
    [ -d "$1" ] || { absent "$1"; return; }
    [ -r "$1" ] || { echo 'Permission denied'; return 2; }
    for inner in "$1"/* "$1"/.*; do
        case ${inner##*/} in . | ..) continue ;; esac
        [ -e "$inner" ] || [ -L "$inner" ] || continue
        printf '%s\000' "${inner##*/}"
    done
    return 0
}

s_has() {
    [ -e "$1" ] || [ -L "$1" ]
}

s_entry() {
    s_has "$1" || { absent "$1"; return; }
    stat -c '%f %u %g' "$1" || { echo 'needs Python there, or stat'; return 2; }
}

s_target() {
    [ -L "$1" ] || return 1
    readlink "$1"
}

s_program() (
    case $1 in */*) [ -x "$1" ] && echo "$1"; return ;; esac
    IFS=:
    places=$PATH:/usr/sbin:/sbin
    for place in $places; do
        [ -x "$place/$1" ] && [ -f "$place/$1" ] && { echo "$place/$1"; return 0; }
    done
    return 1
)

# s_run SECONDS INPUT PROGRAM...: its output, then a line with the token, and what it said on stderr.
s_run() {
    seconds=$1 input=$2
    shift 2
    s_program "$1" >/dev/null || return 127
    limit=''
    timeout 1 true && limit="timeout $seconds"
    {
        said=$(
            {
                printf %b "$input" |
                    PATH=$PATH:/usr/sbin:/sbin LC_ALL=C $limit "$@" >&4 9>&-
            } 2>&1
        )
        status=$?
    } 4>&1
    printf '\n%s-err\n%s' "$token" "$said"
    return "$status"
}

# s_gather KIND PATTERN...: names: each directory and what it holds, an empty word behind it. files: the paths, an empty
# word, their sizes, then all lines, each behind its path: one program reads them all.
s_gather() {
    kind=$1
    shift
    # shellcheck disable=SC2048 # patterns, to be spread
    case $kind in
        names)
            for each in $*; do
                [ -d "$each" ] && [ -r "$each" ] || continue
                printf '%s\000' "$each"
                s_names "$each"
                printf '\000'
            done
            ;;
        files)
            patterns=$*
            set --
            for each in $patterns; do
                [ -f "$each" ] && [ -r "$each" ] && set -- "$@" "$each"
            done
            [ $# -eq 0 ] || printf '%s\000' "$@"
            printf '\000'
            [ $# -eq 0 ] || wc -c "$@"
            printf '\000'
            grep $text -H '' "$@" /dev/null
            ;;
    esac
    return 0
}

# s_write PATH MODE UID GID DATA: in one step.
s_write() {
    draft=${1%/*}/.${1##*/}.$$
    if (umask 077 && printf %b "$5" >"$draft") && chmod "$2" "$draft" && s_own "$draft" "$3" "$4" &&
        { sync "$draft" || sync; } && mv -f "$draft" "$1"; then
        return 0
    fi
    rm -f "$draft"
    s_why "${1%/*}"
}

s_own() {
    [ "$(id -u)" -ne 0 ] || chown "$2:$3" "$1"
}

# s_why PATH: why it could not be changed, as far as a shell knows.
s_why() {
    if [ ! -e "$1" ]; then
        echo 'No such file or directory'
    elif [ ! -w "$1" ]; then
        echo 'Permission denied'
    else
        echo 'the system refused it'
    fi
    return 2
}

s_put() {
    [ -e "$1" ] || { s_why "$1"; return; }
    why=$( (printf %b "$2" >"$1") 2>&1) && return 0
    case $why in
        *:*) echo "${why##*: }" ;;
        *) s_why "$1" ;;
    esac
    return 2
}

s_make_directory() {
    { mkdir "$1" && chmod "$2" "$1" && s_own "$1" "$3" "$4"; } || s_why "${1%/*}"
}

s_link() {
    ln -sfn "$2" "$1" || s_why "${1%/*}"
}

s_remove() {
    if [ -d "$1" ] && [ ! -L "$1" ]; then
        rmdir "$1" || { echo 'Directory not empty'; return 2; }
    elif s_has "$1"; then
        rm -f "$1" || s_why "${1%/*}"
    fi
}

# s_lock PATH NOTE: tries for some seconds, since one whose connection is cut needs a moment to see it.
s_lock() {
    (: >>"$1") || { s_why "$1"; return; }
    for _ in 1 2 3; do
        s_take_lock "$1" && { printf %s "$2" >"$1"; return 0; }
        sleep 1
    done
    cat "$1"
    return 3
}

# By flock where it is there; else by a link to the number of this process, which is void without it.
s_take_lock() {
    if command -v flock >/dev/null; then
        exec 9<>"$1"
        flock -n 9 && return 0
        exec 9>&-
        return 1
    fi
    ln -s $$ "$1.pid" && return 0
    [ -d "/proc/$(readlink "$1.pid")" ] && return 1
    rm -f "$1.pid" && ln -s $$ "$1.pid"
}

s_unlock() {
    : >"$1"
    rm -f "$1.pid"
    exec 9>&-
}

# s_ask QUESTION ABOUT: as reach/questions.py answers it, where a shell can tell.
s_ask() {
    case $1 in
        user) echo "$(id -u) $(id -G)" ;;
        owner)
            [ -e "$2" ] || { closed "$2" && return 2; echo absent; return 0; }
            stat -L -c '%u %g %a' "$2" || { echo 'needs Python there, or stat'; return 2; }
            ;;
        space)
            set -- $(df -Pk "$2" | sed -n '$p')
            [ $# -ge 4 ] || { echo 'df does not tell'; return 2; }
            echo "$(($4 * 1024)) $(($2 * 1024))"
            ;;
        memlock)
            set -- "$(ulimit -H -l)"
            case $1 in
                unlimited) echo unlimited ;;
                [0-9]*) echo $(($1 * 1024)) ;;
                *) echo 'needs Python there'; return 2 ;;
            esac
            ;;
        fqdn) hostname -f || cat /proc/sys/kernel/hostname ;;
        kvm-api)
            if [ ! -e /dev/kvm ]; then
                echo absent
            elif [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
                echo 'refused: Permission denied'
            else
                echo 'needs Python there'
                return 2
            fi
            ;;
        *)
            echo 'needs Python there'
            return 2
            ;;
    esac
}
