"""Old keys of LXC are renamed as lxc-update-config does, or better where LXC itself then takes the file."""

from __future__ import annotations

import subprocess

import pytest

from serai.util import lxc_config as lxc

BLOCKS = """\
lxc.network.type = veth
lxc.network.flags = up
lxc.network.link=virbr0
\tlxc.network.hwaddr = 00:16:3e:12:34:56
lxc.network.ipv4 = 10.0.3.5/24
lxc.network.ipv4.gateway = 10.0.3.1

lxc.network.type = macvlan
lxc.network.macvlan.mode = bridge
lxc.network.link = eth0
lxc.network.ipv6 = 2001:db8::5/64
lxc.network.script.up = /etc/lxc/up
"""
PLAIN = """\
lxc.include = /usr/share/lxc/config/debian.common.conf
lxc.utsname = web
lxc.tty = 4
lxc.pts=1024
lxc.devttydir = lxc
lxc.console = /var/log/lxc/web.console
lxc.mount = /var/lib/lxc/web/fstab
lxc.mount.entry = /srv srv none bind 0 0
lxc.cap.drop = sys_module
lxc.cgroup.devices.deny = a
lxc.loglevel = 1
lxc.logfile = /var/log/lxc/web.log
lxc.syslog = daemon
lxc.kmsg = 0
lxc.pivotdir = lxc_putold
"""
SAFETY = """\
lxc.aa_profile = unconfined
lxc.aa_allow_incomplete = 1
lxc.se_context = system_u:system_r:lxc_t:s0:c22
lxc.seccomp = /usr/share/lxc/config/common.seccomp
lxc.id_map = u 0 100000 65536
lxc.id_map = g 0 100000 65536
lxc.haltsignal = SIGRTMIN+4
lxc.rebootsignal = SIGINT
lxc.stopsignal = SIGKILL
lxc.init_cmd = /sbin/init
lxc.init_uid = 0
lxc.init_gid = 0
"""
ROOTFS = "lxc.rootfs = /dev/vg/web\nlxc.rootfs.options = noatime\nlxc.rootfs.backend = lvm\n\n"
NUMBERED = "lxc.network.0.type = veth\nlxc.network.0.link = br0\nlxc.network.1.type = empty\n"
TODAY = "lxc.net.0.type = veth\nlxc.rootfs.path = dir:/srv/web\nlxc.uts.name = web\nlxc.start.auto = 1\n"


def of_the_tool(tmp_path, text):
    (tmp_path / "config").write_text(text)
    subprocess.run(["lxc-update-config", "-c", "config"], cwd=tmp_path, check=True)
    return (tmp_path / "config").read_text()


@pytest.mark.engine
@pytest.mark.parametrize(
    "text", [BLOCKS, PLAIN, SAFETY, NUMBERED, TODAY, PLAIN + BLOCKS + SAFETY],
    ids=["blocks", "plain", "safety", "numbered", "today", "all"],
)  # fmt: skip
def test_it_is_what_lxc_update_config_makes(need, tmp_path, text):
    need("lxc-update-config")
    assert lxc.converted(text) == of_the_tool(tmp_path, text)


@pytest.mark.engine
def test_a_backend_goes_before_the_path_wherever_it_stands(need, tmp_path):
    need("lxc-update-config")
    last = ROOTFS.rstrip("\n") + "\n"

    assert lxc.converted(last) == of_the_tool(tmp_path, last)
    assert "lxc.rootfs.path = lvm:/dev/vg/web\n" in lxc.converted(ROOTFS)
    assert "lxc.rootfs.path = dir:/dev/vg/web\n" in of_the_tool(tmp_path, ROOTFS), "the tool's error, not copied"


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        (BLOCKS, "lxc.net.0.ipv4.address", "10.0.3.5/24"),
        (BLOCKS, "lxc.net.1.macvlan.mode", "bridge"),
        (PLAIN.replace("lxc.include", "# lxc.include"), "lxc.tty.max", "4"),
        (SAFETY, "lxc.signal.reboot", "2"),
        ("lxc.limit.nofile = 1024\n", "lxc.prlimit.nofile", "1024"),
        ("lxc.network.0.type = veth\nlxc.network.0.ipv4 = 10.0.3.6/24\n", "lxc.net.0.ipv4.address", "10.0.3.6/24"),
        (ROOTFS, "lxc.rootfs.path", "/dev/vg/web"),  # LXC keeps the backend apart
    ],
)
def test_lxc_itself_takes_the_new_keys_and_refuses_the_old(need, tmp_path, text, key, value):
    need("lxc-update-config")
    config = tmp_path / "web/config"
    config.parent.mkdir()

    def told():
        argv = ["lxc-info", "-P", str(tmp_path), "-n", "web", "-c", key]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return done.stdout.strip() if not done.returncode else "refused"

    config.write_text(text)
    assert told() == "refused"
    config.write_text(lxc.converted(text))
    assert told() == f"{key} = {value}"


def test_comments_spaces_and_the_end_keep_every_byte():
    old = "# lxc.network.type = veth\n\n  lxc.utsname\t=  web \x0c \n#lxc.tty = 4\r\nlxc.network.type=veth"

    assert lxc.converted(old) == (
        "# lxc.network.type = veth\n\n  lxc.uts.name\t=  web \x0c \n#lxc.tty = 4\r\nlxc.net.0.type=veth"
    )


@pytest.mark.parametrize("text", [BLOCKS, PLAIN, SAFETY, ROOTFS, NUMBERED, "lxc.rootfs = overlayfs:/a:/b\n"])
def test_converted_once_nothing_old_is_left(text):
    new = lxc.converted(text)

    assert lxc.old_line(text) and not lxc.old_line(new)
    assert lxc.converted(new) == new


def test_a_path_that_names_its_backend_gets_no_other():
    old = "lxc.rootfs = overlayfs:/a:/b\nlxc.rootfs.backend = dir\n"

    assert lxc.converted(old) == "lxc.rootfs.path = overlayfs:/a:/b\n"


TYPE, UP = "lxc.net.0.type = veth\n", "lxc.net.0.flags = up\n"
WHOLE = f"{TYPE}lxc.net.0.link = br0\n{UP}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", WHOLE),
        ("a = b", f"a = b\n{WHOLE}"),
        ("lxc.net.0.type = empty\n# more\n", f"{WHOLE}# more\n"),
        (f"{TYPE}{UP}lxc.net.0.link  =virbr0\n", f"{TYPE}{UP}lxc.net.0.link  =br0\n"),
        (WHOLE.rstrip("\n"), WHOLE.rstrip("\n")),
        (
            f"{TYPE}lxc.net.0.link = a\nlxc.net.0.link = b\nlxc.net.0.flags =\n",
            f"{TYPE}lxc.net.0.link = a\nlxc.net.0.link = br0\nlxc.net.0.flags =\n",
        ),
    ],
    ids=["nothing", "no end of line", "empty", "another bridge", "this one", "the last one counts"],
)
def test_the_first_network_joins_the_bridge_by_the_least_edit(old, new):
    assert lxc.joined(old, "br0") == new
    assert lxc.joined(new, "br0") == new


def test_what_joins_no_bridge_is_told():
    assert lxc.joins("lxc.net.0.type = macvlan\n") == "macvlan"
    assert lxc.joins("lxc.net.0.type = empty\n") == lxc.joins("") == ""


def test_each_pair_of_veth_gets_its_size_and_one_that_has_another_loses_that():
    text = "lxc.net.0.type = veth\nlxc.net.0.mtu=1500\nlxc.net.1.type = phys\nlxc.net.2.type = veth"

    assert lxc.sized(text, 1400).splitlines() == [
        "lxc.net.0.type = veth",
        "lxc.net.0.mtu=1400",
        "lxc.net.1.type = phys",
        "lxc.net.2.type = veth",
        "lxc.net.2.mtu = 1400",
    ]
    assert lxc.sized(lxc.sized(text, 1400), 1400) == lxc.sized(text, 1400)
    assert lxc.sized("lxc.uts.name = web", 1400) == "lxc.uts.name = web"
