"""Installing a tool in a guest: by real package managers on a root of their own, and stand-ins of two others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from provision_guest import Guest
from real_package_managers import Dnf, Pacman, Real, Zypper
from serai.provisioners.install import ensure, proxies, says, suits
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

MANAGERS = ("apt", "zypper", "dnf", "pacman", "apk")
NAMED = {manager: ["inn-server"] for manager in MANAGERS}
APT_GET = r"""#!/bin/sh
echo "apt-get $*" >>{log}
echo "http_proxy=$http_proxy DEBIAN_FRONTEND=$DEBIAN_FRONTEND" >>{log}
case "$*" in
*update*) touch {place}/lists; [ ! -e {place}/offline ] ;;
*install*) [ -e {place}/lists ] && touch {place}/installed ;;
esac
"""
APT_CACHE = r"""#!/bin/sh
[ -e {place}/lists ] && [ "$2" = inn-server ] || exit 0
echo " inn-server | 1:2.10-3 | http://mirror bookworm/main"
echo " inn-server | 1:2.1-1 | http://mirror bookworm/main"
"""
DPKG_QUERY = r"""#!/bin/sh
[ -e {place}/installed ] && printf 'installed 1:2.10-3'
"""
APK = r"""#!/bin/sh
echo "apk $*" >>{log}
case $1 in
info) exit 1 ;;
policy) printf 'inn-server policy:\n  2.10-r1:\n    https://mirror/main\n  2.9-r0:\n    https://mirror/main\n' ;;
esac
"""


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path / "guest")


@pytest.fixture
def debian(guest: Guest) -> Guest:
    """apt, of which nothing is known before its lists are fetched."""
    for name, text in (("apt-get", APT_GET), ("apt-cache", APT_CACHE), ("dpkg-query", DPKG_QUERY)):
        guest.program(name, text.format(log=guest.log, place=guest.place))
    return guest


def ran(guest: Guest, manager: str) -> list[str]:
    return [line.removeprefix(manager).strip() for line in guest.called() if line.startswith(f"{manager} ")]


def test_what_is_there_is_left_alone(debian: Guest) -> None:
    debian.stand_in("inn-server")

    assert ensure(debian.job(), "inn-server", NAMED) is False
    assert debian.called() == []


def test_lists_are_fetched_where_there_are_none_and_nobody_is_asked_anything(debian: Guest) -> None:
    assert ensure(debian.job(), "inn-server", NAMED) is True

    update, install = ran(debian, "apt-get")
    assert update.endswith(" update")
    assert "DPkg::Lock::Timeout=300" in install
    assert install.endswith("install --no-install-recommends inn-server")
    assert "DEBIAN_FRONTEND=noninteractive" in debian.log.read_text()
    assert debian.lines[0] == "installing inn-server by apt"


def test_lists_that_are_there_do(debian: Guest) -> None:
    (debian.place / "lists").touch()
    ensure(debian.job(), "inn-server", NAMED)

    assert [words.split()[-1] for words in ran(debian, "apt-get")] == ["inn-server"]


@pytest.mark.parametrize(("wanted", "pinned"), [("2.1", "1:2.1-1"), ("2.10-3", "1:2.10-3"), ("2", "1:2.10-3")])
def test_a_version_is_pinned_as_far_as_it_is_written(debian: Guest, wanted: str, pinned: str) -> None:
    ensure(debian.job(), "inn-server", NAMED, wanted)

    assert ran(debian, "apt-get")[-1].endswith(f"--allow-downgrades inn-server={pinned}")


def test_a_version_that_is_there_already_is_left_alone(debian: Guest) -> None:
    debian.stand_in("inn-server")
    (debian.place / "installed").touch()

    assert ensure(debian.job(), "inn-server", NAMED, "2.10") is False
    assert ensure(debian.job(), "inn-server", NAMED, "2.1") is True


def test_a_version_that_there_is_not_is_told_with_those_that_there_are(debian: Guest) -> None:
    with pytest.raises(SeraiError) as failed:
        ensure(debian.job(), "inn-server", NAMED, "3")

    assert failed.value.message.startswith("web: provision block-1: ")
    assert failed.value.message.endswith(" has no inn-server 3")
    assert failed.value.hint == "there are 1:2.10-3, 1:2.1-1"


def test_a_package_that_there_is_not_is_told_with_the_system_and_a_way(debian: Guest) -> None:
    with pytest.raises(SeraiError) as failed:
        ensure(debian.job(), "chef-client", {"apt": ["chef"]}, instead="state `installer:`")

    assert failed.value.message.endswith(" has no package of chef-client (asked for chef)")
    assert failed.value.hint == "state `installer:`"


def test_a_system_that_is_not_in_the_list_is_told(debian: Guest) -> None:
    with pytest.raises(SeraiError, match="has no package of inn-server"):
        ensure(debian.job(), "inn-server", {"dnf": ["inn-server"]})


def test_a_guest_without_a_package_manager_is_told(guest: Guest) -> None:
    with pytest.raises(SeraiError, match="has no inn-server, and none of apt, zypper, dnf, pacman, apk"):
        ensure(guest.job(), "inn-server", NAMED)


def test_without_a_network_the_managers_own_words_are_shown(debian: Guest) -> None:
    (debian.place / "offline").touch()
    debian.program("apt-cache", "#!/bin/sh\n")
    with pytest.raises(SeraiError) as failed:
        ensure(debian.job(), "inn-server", NAMED)

    assert "could not fetch its lists of packages" in failed.value.message
    assert failed.value.details[-1] == "serai: no lists package inn-server"


def test_proxies_of_the_machine_come_along(debian: Guest) -> None:
    ensure(debian.job(Machine(name="web", env={"http_proxy": "http://proxy:3128", "A": "b"})), "inn-server", NAMED)

    assert "http_proxy=http://proxy:3128 " in debian.log.read_text()
    assert proxies({"HTTPS_PROXY": "x", "PATH": "y"}) == {"HTTPS_PROXY": "x"}


def test_what_is_there_need_not_be_in_the_mirror(debian: Guest) -> None:
    debian.program("dpkg-query", """#!/bin/sh\ncase "$*" in *procps*) echo installed ;; *) exit 1 ;; esac\n""")
    ensure(debian.job(), "inn-server", {"apt": ["inn-server", "procps"]})

    assert ran(debian, "apt-get")[-1].endswith("install --no-install-recommends inn-server")


def test_recommended_packages_come_when_they_are_asked_for(debian: Guest) -> None:
    ensure(debian.job(), "inn-server", NAMED, recommends=True)

    assert "--install-recommends" in ran(debian, "apt-get")[-1]


def test_force_asks_the_manager_for_what_is_there(debian: Guest) -> None:
    debian.stand_in("inn-server")

    assert ensure(debian.job(), "inn-server", NAMED, force=True) is True


def test_apk_waits_for_others_and_takes_the_version(guest: Guest) -> None:
    guest.program("apk", APK.format(log=guest.log))
    ensure(guest.job(), "inn-server", NAMED, "2.9")

    assert ran(guest, "apk")[-1] == "--wait 300 add inn-server=2.9-r0"


def real(kind: type[Real], guest: Guest, need: Callable[..., None], place: Path) -> Real:
    """The real manager in the guest, led to a root of its own."""
    need(*kind.programs)
    place.mkdir()
    tools = kind(place)
    if kind is Pacman:  # its list of packages can be fetched, too
        shutil.copy(tools.root / "var/lib/pacman/sync/inn.db", tools.source)
    for name, options in tools.options().items():
        words = " ".join(f"'{word}'" for word in options)
        guest.program(name, f'#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nexec {name} {words} "$@"\n')
    return tools


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Dnf, Zypper, Pacman])
def test_real_managers_install_pin_and_say_what_they_have_not(
    kind: type[Real], guest: Guest, need: Callable[..., None], tmp_path: Path
) -> None:
    tools = real(kind, guest, need, tmp_path / "manager")
    with pytest.raises(SeraiError, match="has no package of inn-keeper"):
        ensure(guest.job(), "inn-keeper", dict.fromkeys(MANAGERS, ("inn-keeper",)))
    with pytest.raises(SeraiError, match="has no inn-server 2"):
        ensure(guest.job(), "inn-server", NAMED, "2")
    assert ensure(guest.job(), "inn-server", NAMED, "1") is True

    there = tools(["pacman", "-Q"] if kind is Pacman else ["rpm", "-qa"]).stdout
    assert "inn-server" in there
    assert "inn-common" in there
    guest.stand_in("inn-server")
    assert ensure(guest.job(), "inn-server", NAMED, "1") is False


@pytest.mark.parametrize(
    ("has", "wanted", "does"),
    [
        ("1:2.10-3", "2.10", True),
        ("1:2.10-3", "1:2.10-3", True),
        ("2.10-3", "2.1", False),
        ("2.10", "2", True),
        ("", "2", False),
    ],
)
def test_a_version_is_the_one_that_is_wanted(has: str, wanted: str, *, does: bool) -> None:
    assert suits(has, wanted) is does


def test_a_program_tells_its_version_in_its_own_words() -> None:
    assert says("Chef Infra Client: 18.2.7", "18")
    assert says("ansible-playbook [core 2.14.3]", "2.14.3")
    assert not says("salt-call 3006.1 (Sulfur)", "3007")
