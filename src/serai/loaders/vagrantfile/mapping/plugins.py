"""Namespaces of plugins: what serai does itself, and why the others have no effect."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, truth
from serai.util.errors import Where

ADDITIONS = "QEMU's guests need no VirtualBox additions"
NAMES = "machines of the project find each other by name anyway: /etc/hosts of each guest"
HOST_FILE = "serai does not write the host's /etc/hosts: `serai ssh NAME` and `serai ssh-config` know the names"
CACHE = "packages are fetched anew for each machine: proxies and mirrors are the guest's own settings"
UNKNOWN = "serai does nothing of what this plugin does"
TOOLS = "a tool's own settings are written by a provisioner"
NAMESPACES: dict[str, str] = {
    "vbguest": ADDITIONS,
    "cache": CACHE,
    "cachier": CACHE,
    "landrush": NAMES,
    "dns": NAMES,
    "dnsmasq": NAMES,
    "bindfs": "`owner` says whose a copied folder is",
    "berkshelf": "cookbooks are taken as they lie in cookbooks_path: run berks vendor before",
    "omnibus": "a block of Chef's installs Chef where it is missing",
    "librarian_chef": "cookbooks are taken as they lie in cookbooks_path: run librarian-chef before",
    "librarian_puppet": "modules are taken as they lie in module_path: run librarian-puppet before",
    "puppet_install": "a block of puppet's installs puppet where it is missing",
    "r10k": "modules are taken as they lie in module_path: run r10k before",
    "registration": "subscriptions are registered by a provisioner: subscription-manager",
    "winnfsd": "serai needs no NFS server",
    "fsnotify": "virtiofs shows changes; a copy is made again by serai rsync",
    "gatling": "a copy is made again by serai rsync",
    "notify_forwarder": "virtiofs shows changes; a copy is made again by serai rsync",
    "sshfs": "a folder of the type sshfs says all of it",
    "scp": "`serai cp` copies files",
    "env": "the .env file has been read",
    "reload": "a provisioner of this type restarts the machine",
    "triggers": "its triggers are hooks",
    "persistent_storage": "`disks` with a `path` stay when the machine goes",
}
HOSTS = ("hostmanager", "hostsupdater", "goodhosts", "multihostsupdater")
PROXIES = {
    "http": "http_proxy",
    "https": "https_proxy",
    "ftp": "ftp_proxy",
    "no_proxy": "no_proxy",
}
APT = "/etc/apt/apt.conf.d/01proxy"
OTHERS = {
    "vagrant": "serai reads the file itself: no plugin is needed",
    "nfs": "what it says of folders counts where one is shared by NFS",
    "smb": "serai needs no SMB server",
    "package": "it says how a box is packaged",
}
"""Vagrant's own namespaces that say nothing of a machine."""
DONE = (
    "vm",
    "ssh",
    "ssh.default",
    "winrm",
    "winssh",
    "rdp",
    "windows",
    "solaris",
    "solaris11",
    "smartos",
    "disksize",
    "trigger",
    "push",
)
"""Namespaces that other files map."""


def map_plugins(draft: Draft) -> None:
    """Each stated key of a namespace that is none of Vagrant's main ones."""
    files: dict[str, str] = {}
    for dotted, where in draft.config.stated.items():
        section, _, key = dotted.rpartition(".")
        if section in DONE or dotted == "vagrant.sensitive" or any(note.key == dotted for note in draft.notes):
            continue
        value = draft.config.sections.get(section, {}).get(key)
        if section in HOSTS:
            _hosts(draft, section, key, value, where)
        elif section in ("proxy", "env_proxy"):
            _proxy(draft, section, key, value, where)
        elif section == "apt_proxy" and key in ("http", "https", "ftp") and value:
            files.setdefault(APT, "")
            files[APT] += f'Acquire::{key}::Proxy "{value}";\n'
            draft.told(dotted, where, "guest.files")
        elif section == "timezone" and key == "value":
            _timezone(draft, value, where)
        else:
            draft.dropped(dotted, where, _why(section))
    for path, content in files.items():
        draft.append(("guest", "files"), {"path": path, "content": content}, "", NOWHERE)


def _why(section: str) -> str:
    if section.endswith("_proxy") or section == "proxyconf":
        return TOOLS
    return OTHERS.get(section) or NAMESPACES.get(section) or UNKNOWN


NOWHERE = Where("")


def _hosts(draft: Draft, section: str, key: str, value: Plain, where: Where) -> None:
    """Further names of a machine are names that the others find it by."""
    names = _names(value)
    if key == "aliases" and names:
        aliases = draft.data.setdefault("aliases", [])
        aliases += [name for name in names if name not in aliases]
        draft.told(f"{section}.{key}", where, "aliases")
    elif key in ("manage_host", "enabled") and truth(value):
        draft.dropped(f"{section}.{key}", where, HOST_FILE if key == "manage_host" else NAMES)
    else:
        draft.dropped(f"{section}.{key}", where, NAMES)


def _names(value: Any) -> list[str]:
    """Of a list, a text with blanks, or a map of lists by address (goodhosts)."""
    if isinstance(value, dict):
        return [name for item in value.values() for name in _names(item)]
    if isinstance(value, list):
        return [name for item in value for name in _names(item)]
    return str(value).split() if isinstance(value, str) else []


def _proxy(draft: Draft, section: str, key: str, value: Plain, where: Where) -> None:
    if key in PROXIES and value not in (None, False, ""):
        text = ",".join(str(item) for item in listed(value))
        draft.put(("env", PROXIES[key]), text, f"{section}.{key}", where, "of provisioners, hooks and serai exec")
    else:
        draft.dropped(f"{section}.{key}", where, "a proxy is taken where one is stated")


def _timezone(draft: Draft, value: Plain, where: Where) -> None:
    if str(value) == "host" or not value:
        draft.dropped("timezone.value", where, "`guest.timezone` is a name, as Europe/Berlin")
    else:
        draft.put(("guest", "timezone"), str(value), "timezone.value", where)
