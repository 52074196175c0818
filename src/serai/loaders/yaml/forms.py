"""Short forms: what may be written shorter, and the long form it means. One table, which makes the schema too.

A form takes the node of a record and gives its long form, or None when it has said what is wrong. A long form
passes through unchanged, so a form may be applied twice.
"""

from __future__ import annotations

import re

from serai.loaders.file import Block, Layer
from serai.loaders.yaml.container_forms import CONTAINER_FORMS
from serai.loaders.yaml.form import Form, as_key, is_value, null_is_empty, one_of, pair, switch
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, mapping, of, short
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.provision_forms import EACH_ITS_OWN, PROVISION_FORMS
from serai.spec.clock import Clock, HyperV
from serai.spec.cpu import Cpu, Pin
from serai.spec.device import Boot, Channel, Graphics, Mdev, PciDevice, Serial, Tpm, UsbDevice, Vsock, Watchdog
from serai.spec.disk import Disk
from serai.spec.folder import SyncedFolder
from serai.spec.guest import Ready, User, UserData
from serai.spec.hook import Hook
from serai.spec.image import FILE_CHECKSUM, ImageSource
from serai.spec.memory import HugePages, Memory
from serai.spec.network import ForwardedPort, Network, Nic, PrivateNic, PublicNic, UplinkNic
from serai.spec.numa import Numa
from serai.spec.pool import Pool
from serai.spec.provision import PACKAGE
from serai.spec.raw import XmlEdit

FORWARD = r"^(?:(?P<host_ip>[0-9.]+):)?(?P<host>[0-9]{1,5}):(?P<guest>[0-9]{1,5})(?:/(?P<protocol>tcp|udp))?$"
_FORWARD_SCHEMA = "(".join(part.rpartition(">")[2] for part in FORWARD.split("(?P<"))
"""Without names of groups, which editors' regular expressions write otherwise."""


def _usb(node: Node, problems: Problems) -> Node | None:
    if not isinstance(node, Scalar) or is_null(node):
        return node
    vendor, _, product = node.text.partition(":")
    if not vendor or not product:
        problems.at(node, f"{node.text!r} is not a USB device", "write VENDOR:PRODUCT as lsusb does, 046d:c52b")
        return None
    return mapping({"vendor": of(vendor, node), "product": of(product, node)}, node)


def _boot(node: Node, problems: Problems) -> Node | None:
    return node if isinstance(node, Map) or is_null(node) else mapping({"order": node}, node)


def _pool(node: Node, problems: Problems) -> Node | None:
    if is_value(node):
        return mapping({"type": of("dir", node), "path": node}, node)
    return node


BESIDE_IMAGE = (
    "checksum",
    "checksum_type",
    "version",
    "urls",
    "server",
    "architecture",
    "insecure",
    "ca_cert",
    "ca_path",
    "client_cert",
    "location_trusted",
    "check_update",
    "user",
    "cloud_init",
)


def _forward(node: Node, problems: Problems) -> Node | None:
    if not isinstance(node, Scalar) or is_null(node):
        return node
    if type(node.value) is int:
        return mapping({"guest": node, "host": node}, node)
    match = re.match(FORWARD, node.text, re.ASCII)
    if not match:
        problems.at(
            node,
            f"{node.text!r} is not a forwarded port",
            "write HOST:GUEST, for example 8080:80 or 127.0.0.1:8080:80/udp",
        )
        return None
    parts: dict[str, Node] = {key: of(int(match[key]), node) for key in ("guest", "host")}
    parts |= {key: of(match[key], node) for key in ("protocol", "host_ip") if match[key]}
    return mapping(parts, node)


def _nic(node: Node, problems: Problems) -> Node | None:
    if is_value(node):
        return mapping({"forwarded_port": node}, node)
    if not isinstance(node, Map):
        return node
    bare = {key: mapping({}, item) if is_null(item) else item for key, item in node.items.items()}
    if bare.get("forwarded_port") is not node.items.get("forwarded_port"):
        del bare["forwarded_port"]
    return one_of(node.replaced(dict(bare)), Nic.__struct_fields__, (), problems, EACH_ITS_OWN)


JOINED_BY = {"bridge": "bridge", "direct": "dev", "network": "network_name"}
"""`type` of vagrant-libvirt's public network (VAG-9) -> the key that says the same."""


def _public(node: Node, problems: Problems) -> Node | None:
    """`type` says what `dev` is the name of; the other keys say it without."""
    if not isinstance(node, Map) or "type" not in node.items:
        return as_key("bridge")(node, problems)
    items = dict(node.items)
    stated = items.pop("type")
    word = stated.text if isinstance(stated, Scalar) else ""
    if word not in JOINED_BY:
        problems.at_key(node, "type", f"{word!r} is not one of {', '.join(JOINED_BY)}", "or leave it out")
        return None
    if word == "bridge" and "dev" in items and "bridge" not in items:
        items["bridge"] = items.pop("dev")
    if JOINED_BY[word] not in items:
        problems.at_key(node, "type", f"{word} goes with {JOINED_BY[word]}, which is not stated")
        return None
    return node.replaced(items)


BOX_KEYS = (
    "version",
    "urls",
    "server",
    "architecture",
    "checksum_type",
    "insecure",
    "ca_cert",
    "ca_path",
    "client_cert",
    "location_trusted",
    "check_update",
)


def _image(node: Node, problems: Problems) -> Node | None:
    if isinstance(node, Scalar) and not is_null(node):
        if node.text.startswith("box:"):
            return mapping({"box": of(node.text.removeprefix("box:"), node)}, node)
        return mapping({"url" if node.text.startswith(("http://", "https://")) else "path": node}, node)
    if isinstance(node, Map) and is_null(node.items.get("box", of(None, node))):
        for key in BOX_KEYS:
            if key in node.items:
                problems.at_key(node, key, "goes with box, which is not stated")
        checksum = node.items.get("checksum")
        if isinstance(checksum, Scalar) and not is_null(checksum) and not re.match(FILE_CHECKSUM, checksum.text):
            text = f"{short(checksum.text)!r} is not sha256: or sha512: and the digest in lower-case hex"
            problems.at(checksum, text)
            return node.replaced({key: item for key, item in node.items.items() if key != "checksum"})
    return one_of(node, ("url", "path", "box"), BESIDE_IMAGE, problems)


def _ready(node: Node, problems: Problems) -> Node | None:
    if isinstance(node, Scalar) and type(node.value) is int:
        return mapping({"tcp": node}, node)
    return node


def _machine(node: Node, problems: Problems) -> Node | None:
    """`cpus: 4` beside the other keys, and `after: db`, `after: [db, cache]`."""
    if is_null(node):
        return mapping({}, node)
    if not isinstance(node, Map):
        return node
    items = dict(node.items)
    if "cpus" in items:
        _cpus(node, items, problems)
    if "after" in items:
        items["after"] = _after(items["after"])
    return node.replaced(items)


def _cpus(node: Map, items: dict[str, Node], problems: Problems) -> None:
    """Move `cpus` to `cpu.count`; a problem when both are there."""
    cpus = items.pop("cpus")
    cpu = items.get("cpu")
    if cpu is not None and (is_value(cpu) or (isinstance(cpu, Map) and "count" in cpu.items)):
        problems.at_key(node, "cpus", "cpus is short for cpu.count, and both are stated")
    elif isinstance(cpu, Map):
        keys = {**cpu.keys, "count": node.keys["cpus"]}
        items["cpu"] = Map({**cpu.items, "count": cpus}, keys, cpu.place, cpu.path)
    else:
        items["cpu"] = Map({"count": cpus}, {"count": node.keys["cpus"]}, cpus.place, cpus.path)


def _after(node: Node) -> Node:
    if isinstance(node, Map) or is_null(node):
        return node
    names = node.items if isinstance(node, Seq) else [node]
    if not all(isinstance(name, Scalar) for name in names):
        return node
    texts = [name for name in names if isinstance(name, Scalar)]
    keys = {name.text: name.place for name in texts}
    return Map({name.text: of("ready", name) for name in texts}, keys, node.place, node.path)


_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 1}
_NUMBER = {"type": "integer", "minimum": 0}
_TRUTH = {"type": "boolean"}
_SIZE = {"$ref": "#/$defs/size"}
_TYPED = {"type": "object", "properties": {"type": {"enum": [*JOINED_BY]}}, "required": ["type"]}

FORMS: dict[type, Form] = {
    Memory: Form(as_key("size"), _SIZE),
    Cpu: Form(as_key("count"), _COUNT),
    Disk: Form(as_key("size"), _SIZE),
    Network: Form(null_is_empty(as_key("subnet")), _TEXT),
    ImageSource: Form(_image, _TEXT),
    Nic: Form(_nic, {"type": "string", "pattern": _FORWARD_SCHEMA}, {**_COUNT, "maximum": 65535}),
    ForwardedPort: Form(_forward, {"type": "string", "pattern": _FORWARD_SCHEMA}, {**_COUNT, "maximum": 65535}),
    PrivateNic: Form(null_is_empty(as_key("network")), _TEXT),
    PublicNic: Form(null_is_empty(_public), _TEXT, _TYPED),
    UplinkNic: Form(null_is_empty(as_key("type")), _TEXT),
    Pin: Form(as_key("cpus"), _TEXT, _NUMBER),
    Numa: Form(as_key("host_nodes"), _TEXT, _NUMBER),
    HugePages: Form(switch("size"), _SIZE, _TRUTH),
    Clock: Form(as_key("offset"), _TEXT),
    HyperV: Form(switch(), _TRUTH),
    Boot: Form(_boot, _TEXT, {"type": "array", "items": _TEXT}),
    PciDevice: Form(as_key("address"), _TEXT),
    UsbDevice: Form(_usb, _TEXT),
    Mdev: Form(as_key("uuid"), _TEXT),
    Tpm: Form(switch("version"), _TRUTH, _TEXT),
    Vsock: Form(switch("cid"), _TRUTH, _COUNT),
    Watchdog: Form(switch("action"), _TRUTH, _TEXT),
    Serial: Form(as_key("type"), _TEXT),
    Channel: Form(as_key("name"), _TEXT),
    Graphics: Form(as_key("type"), _TEXT),
    Pool: Form(null_is_empty(_pool), _TEXT),
    XmlEdit: Form(as_key("add"), _TEXT),
    SyncedFolder: Form(pair("source", "target", "`.:/srv/app`"), _TEXT),
    User: Form(as_key("name"), _TEXT),
    UserData: Form(as_key("inline"), _TEXT),
    Ready: Form(_ready, {**_COUNT, "maximum": 65535}),
    Hook: Form(as_key("run"), _TEXT),
    Layer: Form(_machine),
    Block: Form(_machine),
    **CONTAINER_FORMS,
    **PROVISION_FORMS,
}
"""By the struct that they are short for. Beside these, one item may stand where a list is expected."""


def form_of(cls: type) -> Form | None:
    """The short form of a struct; those of tools are imported when a file has one."""
    found = FORMS.get(cls)
    if found is None and cls.__module__.startswith(f"{PACKAGE}."):
        from serai.loaders.yaml.tool_forms import TOOL_FORMS

        return TOOL_FORMS.get(cls)
    return found
