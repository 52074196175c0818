"""Settings inside the guest over SSH: for an image that reads no seed, and when they change later."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from serai.guest.seed import SeedNic, hostname
from serai.guest.tiny import host_lines, place
from serai.guest.transport import Transport
from serai.providers.contract import Materials, Progress
from serai.spec.guest import User
from serai.spec.machine import Machine
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError

MARK = "# serai"
"""Ends each line of /etc/hosts that is serai's own."""
DONE = "/var/lib/serai/commands"
"""Holds the digest of the commands that were run: they run once."""

# Each installs "$@". Source: the man pages of apt-get, dnf, zypper, pacman, apk.
_PACKAGES = r"""
if command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  dpkg -s "$@" >/dev/null 2>&1 || { apt-get -q update && apt-get -qy install --no-install-recommends "$@"; }
elif command -v dnf >/dev/null; then dnf -qy install "$@"
elif command -v zypper >/dev/null; then zypper -qn install "$@"
elif command -v pacman >/dev/null; then pacman -Sy --noconfirm --needed "$@"
elif command -v apk >/dev/null; then apk add -q "$@"
else echo "no package manager that serai knows (apt, dnf, zypper, pacman, apk)" >&2; exit 1; fi
"""
_KEYS = r"""
home=$(awk -F: -v n="$1" '$1 == n { print $6 }' /etc/passwd); mkdir -p "$home/.ssh"
f=$home/.ssh/authorized_keys; touch "$f"
cat | while IFS= read -r key; do grep -qxF -- "$key" "$f" || printf '%s\n' "$key" >>"$f"; done
chmod 700 "$home/.ssh"; chmod 600 "$f"; chown -R "$1:$(id -gn "$1")" "$home/.ssh"
"""


def settle(
    transport: Transport,
    machine: Machine,
    materials: Materials,
    progress: Progress,
    nics: Sequence[SeedNic] = (),
    *,
    contained: bool = False,
) -> None:
    """Set host name, cards, hosts, zone, users, packages, files, then run the commands once. Can be done again.

    `nics`: the cards that the guest does not bring up by itself. `contained`: a container, whose engine has set
    its name, and whom nobody logs in to by key.

    Raises Code.FAILED naming the setting, with the guest's last lines.
    """
    guest = machine.guest
    if guest.user_data:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: guest.user_data: this image has no cloud-init that reads serai's seed",
            hint="write it as `provision`, or take an image with cloud-init",
        )
    if not contained:
        _do(transport, machine, "hostname", _hostname(hostname(machine)), progress)
    if nics:
        from serai.guest import cards

        _do(transport, machine, "network cards", cards.script(nics), progress)
    if materials.hosts:
        _do(transport, machine, "hosts", _hosts(host_lines(materials.hosts, hostname(machine))), progress)
    if guest.timezone:
        _do(transport, machine, "timezone", _timezone(guest.timezone), progress)
    if not contained:
        _keys(transport, machine, materials.user, list(materials.public_keys), progress)
    if machine.ssh.insert_key and materials.image is not None and materials.image.login:
        from serai.guest import known_key

        _do(transport, machine, f"keys of {materials.user}", known_key.forget(materials.user), progress)
    for user in guest.users:
        _do(transport, machine, f"user {user.name}", _user(user), progress)
        if user.authorized_keys:
            _keys(transport, machine, user.name, user.authorized_keys, progress)
    if guest.packages:
        words = " ".join(map(quote, guest.packages))
        _do(transport, machine, "packages", f"set -- {words}\n{_PACKAGES}", progress)
    for file in guest.files:
        _do(transport, machine, f"file {file.path}", "\n".join(place(file)), progress)
    if guest.commands:
        _do(transport, machine, "commands", _once(guest.commands), progress)


def _do(
    transport: Transport,
    machine: Machine,
    setting: str,
    script: str,
    progress: Progress,
    input: bytes | None = None,
) -> None:
    progress(f"setting up the guest: {setting}")
    from serai.guest.pipe import as_root

    result = transport.run(as_root(f"set -e\n{script}"), input=input, check=False)
    if not result.ok:
        lines = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
        cause = lines[-1] if lines else f"exit code {result.code}"
        raise SeraiError(
            Code.FAILED,
            f"{machine.name}: the guest's {setting} could not be set: {cause}",
            hint=f"serai ssh {machine.name}",
            details=lines[-15:],
        )


def _hostname(name: str) -> str:
    return f"""
printf '%s\\n' {quote(name)} >/etc/hostname
if command -v hostnamectl >/dev/null 2>&1 && hostnamectl set-hostname {quote(name)} 2>/dev/null; then :
else hostname {quote(name)}; fi"""


def _hosts(lines: str) -> str:
    marked = "".join(f"{line} {MARK}\n" for line in lines.splitlines())
    names = " ".join(line.split()[1] for line in lines.splitlines())
    # Lines of before, ours or the seed's, that give one of these names another address must go.
    return f"""
t=$(mktemp); awk -v names={quote(names)} 'BEGIN {{ n = split(names, a); for (i = 1; i <= n; i++) ours[a[i]] = 1 }}
/ {MARK}$/ {{ next }} {{ for (i = 2; i <= NF; i++) if ($i in ours) next; print }}' /etc/hosts >"$t"
printf %s {quote(marked)} >>"$t"; cat "$t" >/etc/hosts; rm "$t\""""


def _timezone(zone: str) -> str:
    path = f"/usr/share/zoneinfo/{zone}"
    return f"""
[ -f {quote(path)} ] || {{ echo {quote(f"there is no {path}")} >&2; exit 1; }}
ln -sf {quote(path)} /etc/localtime; printf '%s\\n' {quote(zone)} >/etc/timezone"""


def _user(user: User) -> str:
    name, shell = quote(user.name), user.shell
    with_shell = f" -s {quote(shell)}" if shell else ""
    lines = [
        f"if ! id {name} >/dev/null 2>&1; then",
        f"  if command -v useradd >/dev/null; then useradd -m{with_shell} {name}; "
        f"else adduser -D{with_shell} {name}; fi",
        "fi",
    ]
    if shell:
        lines.append(f"! command -v usermod >/dev/null || usermod -s {quote(shell)} {name}")
    for group in map(quote, user.groups):
        lines.append(
            f"if command -v usermod >/dev/null; then getent group {group} >/dev/null || groupadd {group}; "
            f"usermod -aG {group} {name}; else addgroup {group} 2>/dev/null || true; addgroup {name} {group}; fi"
        )
    if user.sudo:
        rule = quote(f"{user.name} ALL=(ALL) NOPASSWD:ALL\n")
        lines.append(
            f"mkdir -p /etc/sudoers.d; printf %s {rule} >/etc/sudoers.d/serai-{name}; "
            f"chmod 440 /etc/sudoers.d/serai-{name}"
        )
    return "\n".join(lines)


def _keys(transport: Transport, machine: Machine, user: str, keys: list[str], progress: Progress) -> None:
    text = "".join(f"{key}\n" for key in keys).encode()
    _do(transport, machine, f"keys of {user}", f"set -- {quote(user)}\n{_KEYS}", progress, input=text)


def _once(commands: list[str]) -> str:

    mark = f"{DONE}-{sha256(chr(10).join(commands).encode()).hexdigest()[:16]}"
    body = "\n".join(["set -e", *commands])
    return f"[ ! -e {mark} ] || exit 0\nsh -c {quote(body)}\nmkdir -p {DONE.rpartition('/')[0]}\ntouch {mark}"
