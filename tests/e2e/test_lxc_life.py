"""Real containers of LXC: made, entered, provisioned, joined, limited, copied, and gone (VAG-3)."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from lxc_host import OCTETS, Traces
from oci_layout import blob, layer
from person import Serai
from serai.providers import bridges

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.timeout(240)]

SHOP = f"""
project: shop
defaults: {{provider: lxc, container: {{template: busybox}}, networks: [{{private: back}}], halt_timeout: 2s}}
networks: {{back: {{subnet: {OCTETS}.0/24, mtu: 1400}}}}
machines:
  web:
    aliases: [www]
    memory: 64MiB
    cpus: 1
    container: {{pids: 50}}
    networks: [{{private: back}}, {{forwarded_port: {{guest: 80, host: 18080, auto_correct: true}}}}]
    synced_folders: [{{source: site, target: /srv/site, type: 9p, create: true}}]
    provision:
      - shell: mkdir -p /srv/www && hostname > /srv/www/index.html && httpd -h /srv/www
        run: always
  db: {{networks: [{{private: {{network: back, address: {OCTETS}.77}}}}]}}
"""
ONE = "project: shop\nmachines: {web: {provider: lxc, container: {template: busybox}, halt_timeout: 1s}}\n"


def fetch(port: int) -> str:
    """One request; what a relay that is just starting has not taken yet waits in the listener's queue."""
    with socket.create_connection(("127.0.0.1", port), 10) as link:
        link.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        data = b""
        while chunk := link.recv(4096):
            data += chunk
    return data.decode()


@pytest.mark.slow
def test_two_containers_are_made_found_by_name_limited_and_gone_without_a_trace(boxes):
    boxes.file(SHOP)
    boxes("up")
    seen = boxes.json("status")["machines"]
    assert {name: each["state"] for name, each in seen.items()} == {"web": "ready", "db": "ready"}
    assert seen["db"]["addresses"][-1] == f"{OCTETS}.77"

    assert boxes("exec", "web", "--", "hostname").stdout == "web\n"
    assert boxes("ssh", "db", "-c", "id -u; echo $HOME").stdout == "0\n/root\n"
    assert f"{OCTETS}.77/24" in boxes("exec", "db", "--", "ip -4 addr show dev eth1").stdout
    assert boxes("exec", "db", "--", "cat /sys/class/net/eth1/mtu").stdout == "1400\n"
    assert "web" in boxes("exec", "db", "--", "wget -q -O - http://www/index.html").stdout
    assert "1 packets received" in boxes("exec", "web", "--", "ping -c 1 -W 5 db").stdout
    assert "web" in fetch(seen["web"]["forwards"][0]["host"])
    (boxes.root / "site" / "page").write_text("live")
    assert boxes("exec", "web", "--", "cat /srv/site/page").stdout == "live"

    assert limit(boxes, "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    assert limit(boxes, "pids", "pids.max", "pids.max") == "50"
    assert limit(boxes, "cpu", "cpu.cfs_quota_us", "cpu.max").split()[0] == "100000"

    boxes.file(SHOP.replace("64MiB", "96MiB"))
    assert "live" in boxes("plan", code=2).stdout
    boxes("up")
    assert limit(boxes, "memory", "memory.limit_in_bytes", "memory.max") == str(96 << 20)

    boxes("halt")
    assert boxes.states() == {"web": "stopped", "db": "stopped"}
    assert bridges_of(boxes) == set()
    boxes("up", "web")
    assert len(bridges_of(boxes)) == 1
    assert "web" in fetch(boxes.json("status")["machines"]["web"]["forwards"][0]["host"])


def bridges_of(boxes: Serai) -> set[str]:
    """Bridges of the networks in the project's file that are there."""
    return {name for name in Traces(boxes).of_the_file() if Path(f"/sys/class/net/{name}").exists()}


def directory(boxes: Serai, machine: str) -> Path:
    """Of one of its containers: others may be at work on this host."""
    (found,) = (name for name in Traces(boxes).look() if name.endswith(f"-{machine}"))
    return Path("/var/lib/lxc") / found


def limit(boxes: Serai, controller: str, first: str, second: str) -> str:
    """What the kernel holds the container `web` to: the one that is there, whatever a killed run has left."""
    container = directory(boxes, "web")
    for path in (f"/sys/fs/cgroup/{controller}", "/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        for name in (first, second):
            for file in Path(path).glob(f"lxc.payload.{container.name}/{name}"):
                return file.read_text().strip()
    raise AssertionError(f"{controller}: no control group limits it")


def test_a_command_that_ends_at_once_is_named_with_its_last_words(boxes):
    boxes.file(
        "project: shop\nmachines:\n  web:\n    provider: lxc\n"
        "    container: {template: busybox, cmd: [/bin/sh, -c, 'echo no database; exit 3']}\n"
    )

    said = boxes("up", code=1).stderr

    assert "its command '/bin/sh -c echo no database; exit 3' ended: no database" in said
    assert boxes.states() == {"web": "failed"}


def test_a_first_process_that_is_not_there_is_named(boxes):
    boxes.file(
        "project: shop\nmachines:\n  web:\n    provider: lxc\n    networks: [{private: back}]\n"
        "    container: {template: busybox, cmd: [/bin/no-such]}\n"
    )

    said = boxes("up", code=1).stderr

    assert "/bin/no-such" in said
    assert bridges_of(boxes) == set()


def test_snapshots_suspension_and_a_copy(boxes):
    boxes.file(
        "project: shop\nmachines: {web: {provider: lxc, container: {template: busybox}, halt_timeout: 1s}}\n"
    )
    boxes("up")
    boxes("exec", "web", "--", "echo old > /root/mark")
    boxes("snapshot", "save", "first", "web")
    boxes("exec", "web", "--", "echo new > /root/mark; touch /root/more")
    boxes("snapshot", "restore", "first", "web")
    assert boxes("exec", "web", "--", "cat /root/mark; ls /root").stdout == "old\nmark\n"
    assert boxes.json("status")["machines"]["web"]["snapshots"] == ["first"]
    boxes("snapshot", "delete", "first", "web")

    boxes("suspend", "web")
    assert boxes.states() == {"web": "paused"}
    boxes("resume", "web")
    boxes("halt", "web")
    boxes("clone", "web", "copy")
    boxes("up", "web")
    assert boxes("exec", "web", "--", "hostname").stdout == "web\n"
    assert boxes.states()["copy"] == "stopped"
    boxes.file(
        "project: shop\ndefaults: {provider: lxc, container: {template: busybox}, halt_timeout: 1s}\n"
        "machines: {web: {}, copy: {}}\n"
    )
    boxes("up", "copy")
    assert boxes("exec", "copy", "--", "hostname; cat /root/mark").stdout == "copy\nold\n"


def test_root_of_an_unprivileged_container_is_nobody_outside(boxes):
    boxes.file(
        "project: shop\nmachines:\n  web:\n    provider: lxc\n    container:\n      template: busybox\n"
        "      idmap: ['b 0 165536 65536']\n"
    )
    boxes("up")

    assert boxes("exec", "web", "--", "id -u").stdout == "0\n"
    assert boxes("exec", "web", "--", "cat /proc/self/uid_map").stdout.split() == ["0", "165536", "65536"]
    assert (directory(boxes, "web") / "rootfs/etc").stat().st_uid == 165536


def test_a_root_filesystem_is_unpacked_and_its_command_runs(boxes):
    tree = boxes.root / "root"
    for name in ("bin", "etc", "dev", "proc", "sys", "tmp"):
        (tree / name).mkdir(parents=True)
    program = subprocess.run(["sh", "-c", "command -v busybox"], capture_output=True, text=True).stdout.strip()
    (tree / "bin" / "busybox").write_bytes(Path(program).read_bytes())
    (tree / "bin" / "busybox").chmod(0o755)
    (tree / "bin" / "sh").symlink_to("busybox")
    subprocess.run(["tar", "-C", tree, "-czf", boxes.root / "root.tar.gz", "."], check=True)
    boxes.file(
        "project: shop\ndefaults: {provider: lxc, networks: [{uplink: none}]}\nmachines:\n"
        "  packed: {container: {rootfs: ./root.tar.gz, keep_alive: true, env: {MODE: test}}}\n"
        "  plain: {container: {rootfs: ./root, cmd: [/bin/busybox, sleep, '1000']}}\n"
    )
    boxes("up")

    assert boxes("exec", "packed", "--", "busybox tr '\\0' '\\n' < /proc/1/environ").stdout.count("MODE=test") == 1
    assert boxes("exec", "plain", "--", "busybox cat /proc/1/comm").stdout == "busybox\n"
    assert "127.0.0.1" in boxes("exec", "plain", "--", "busybox ip -4 address show up dev lo").stdout
    began = time.monotonic()
    boxes("halt", "packed")
    assert boxes.states() == {"packed": "stopped", "plain": "ready"}
    assert time.monotonic() - began < 60  # not after halt_timeout: it ends when it is asked to


def test_what_starts_with_the_host_is_what_lxc_autostart_lists(boxes):
    boxes.file(
        "project: shop\ndefaults: {provider: lxc, container: {template: busybox}, halt_timeout: 1s}\n"
        "machines: {web: {providers: {lxc: {autostart: true}}}, db: {}}\n"
    )
    boxes("up")
    boxes("halt")

    listed = subprocess.run(["lxc-autostart", "-L"], capture_output=True, text=True).stdout

    assert "-web" in listed
    assert "-db" not in listed


def test_an_address_comes_by_dhcp_from_libvirts_bridge(boxes, libvirtd):
    boxes.file(
        "project: shop\nmachines: {web: {provider: lxc, container: {template: busybox}, halt_timeout: 1s}}\n"
    )
    boxes("up")

    deadline = time.monotonic() + 30
    while not (addresses := boxes.json("status")["machines"]["web"]["addresses"]):
        assert time.monotonic() < deadline, "no lease within 30 s"
        time.sleep(0.5)

    assert addresses[0] in boxes("exec", "web", "--", "ip -4 addr show dev eth0").stdout


def test_what_lxc_has_not_is_refused_before_anything_is_made(boxes):
    boxes.file(
        "project: shop\ndefaults: {provider: lxc}\nmachines:\n"
        "  none: {}\n  both: {image: tiny, container: {template: busybox}}\n"
        "  lost: {container: {template: busybos}}\n"
        "  oci: {container: {template: busybox, restart: always, job: true}}\n"
    )

    said = boxes("up", code=3).stderr

    assert "none: container.template: there is nothing to make it from" in said
    assert "both: container.template: image says already what it is made from" in said
    assert "lost: container.template: LXC has no template busybos" in said
    assert "oci: container.restart: LXC starts nothing again" in said
    assert Traces(boxes).look() == set()


def test_an_oci_layout_runs_what_it_says_behind_an_address_of_the_hosts(boxes, need):
    need("nft")
    place = boxes.root / "image"
    program = Path(shutil.which("busybox") or "").read_bytes()
    said = {
        "Entrypoint": ["/bin/sh", "-c"],
        "Cmd": ["echo in $MODE; exec busybox sleep 900"],
        "Env": ["MODE=image"],
    }
    config = blob(place, json.dumps({"config": {**said, "WorkingDir": "/tmp"}}).encode())
    parts = [
        layer({"bin": None, "bin/busybox": program, "bin/sh": "busybox", "old": b"", "tmp": None, "etc": None}),
        layer({".wh.old": b"", "new": b"", "proc": None, "sys": None, "dev": None}),
    ]
    image = {"config": config, "layers": [blob(place, part) for part in parts]}
    (place / "index.json").write_text(json.dumps({"manifests": [blob(place, json.dumps(image).encode())]}))
    boxes.file(
        f"project: shop\nnetworks: {{out: {{subnet: {OCTETS}.0/24, mode: nat}}}}\n"
        "machines:\n  app:\n    provider: lxc\n    halt_timeout: 1s\n"
        "    container: {rootfs: 'oci:./image'}\n    networks: [{uplink: none}, {private: out}]\n"
        "    provision:\n      - shell: {inline: 'busybox touch /tmp/done', reboot: true}\n"
    )

    boxes("up")

    assert boxes.states() == {"app": "ready"}
    assert boxes("logs", "app").stdout == "in image\n"
    assert boxes("exec", "app", "--", "busybox ls /").stdout.split() == [
        *("bin", "dev", "etc", "new", "proc", "sys", "tmp"),
    ]
    assert f"default via {OCTETS}.1 dev eth1" in boxes("exec", "app", "--", "busybox ip route").stdout
    assert f"{OCTETS}.255" in boxes("exec", "app", "--", "busybox ip -4 address").stdout
    (mine,) = (bridges.table(name) for name in Traces(boxes).of_the_file())
    assert mine in tables()
    boxes("destroy", "-y")
    assert mine not in tables()


def tables() -> str:
    return subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout


def oci_image(place: Path, config: dict[str, object], *entries: dict[str, bytes | str | None]) -> None:
    """A layout that the usual programs read, with one image called `app`. Source: OCI image specification 1.0."""
    kind = "application/vnd.oci.image"
    layers = [layer(each) for each in entries]
    plain = [f"sha256:{hashlib.sha256(gzip.decompress(each)).hexdigest()}" for each in layers]
    whole = {
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": plain},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": {"mediaType": f"{kind}.config.v1+json", **blob(place, json.dumps(whole).encode())},
        "layers": [{"mediaType": f"{kind}.layer.v1.tar+gzip", **blob(place, each)} for each in layers],
    }
    named = {"annotations": {"org.opencontainers.image.ref.name": "app"}}
    index = {"mediaType": manifest["mediaType"], **blob(place, json.dumps(manifest).encode()), **named}
    (place / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    (place / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def test_the_template_for_oci_images_makes_one_that_runs_what_the_image_says(boxes, need):
    need("skopeo", "umoci", "jq")
    place = boxes.root / "image"
    program = Path(shutil.which("busybox") or "").read_bytes()
    said = {"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["echo in $MODE; exec busybox sleep 900"]}
    oci_image(
        place,
        {**said, "Env": ["PATH=/bin", "MODE=image"], "WorkingDir": "/tmp"},
        {
            "bin": None,
            "bin/busybox": program,
            "bin/sh": "busybox",
            "old": b"",
            "tmp": None,
            "etc": None,
            "dev": None,
        },
        {
            ".wh.old": b"",
            "new": b"",
            "dev": None,
            "proc": None,
            "sys": None,
            "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n",
        },
    )
    boxes.file(
        "project: shop\nmachines:\n  app:\n    provider: lxc\n    halt_timeout: 1s\n"
        "    networks: [{uplink: none}]\n"
        f"    container: {{template: oci, template_args: [--url, 'oci:{place}:app', --no-cache]}}\n"
    )

    boxes("up")

    assert boxes.states() == {"app": "ready"}
    assert boxes("logs", "app").stdout == "in image\n"
    inside = boxes("exec", "app", "--", "busybox ls /; busybox readlink /proc/1/cwd").stdout.split()
    assert "new" in inside
    assert "old" not in inside
    assert inside[-1] == "/tmp"
    assert boxes("plan").returncode == 0
    boxes("destroy", "-y")
