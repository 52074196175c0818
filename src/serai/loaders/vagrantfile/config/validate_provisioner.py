"""What Vagrant refuses about a provisioner's own options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry, text_of
from serai.util.errors import Where
from serai.util.paths import exists, expanduser, is_dir, is_file

Found = Iterator[tuple[str, str]]
"""(what is wrong, what to do)"""
REMOTE = re.compile(r"(ftp|https?)://", re.IGNORECASE)


def problems(machine: str, entry: ProvisionerEntry, root: Path) -> Iterator[tuple[Where, str, str]]:
    check = CHECKS.get(entry.type)
    if check is None:
        return
    label = f"machine {machine}: provisioner {entry.name or entry.type!r}"
    for what, hint in check(entry.options, root):
        yield entry.where, f"{label} {what}", hint


def shell(options: Mapping[str, Plain], root: Path) -> Found:
    inline, path = options.get("inline"), options.get("path")
    if inline is not None and path is not None:
        yield "has both inline and path", "keep one of them"
    elif inline is None and path is None and not options.get("reset") and not options.get("reboot"):
        yield "has neither inline nor path", 'add inline: "…" or path: "…"'
    if path is not None and not REMOTE.match(str(path)) and not is_file(there(root, path)):
        yield f"runs {path!r}, which is not there", f"write the script {path}, or correct the path"
    if not isinstance(options.get("env", {}), dict):
        yield "has an env that is no hash", 'write env: {"NAME" => "value"}'
    args = options.get("args")
    if args is not None and not isinstance(args, str | list):
        yield "has args that are neither a string nor a list", 'write args: ["…"]'
    elif isinstance(args, list):
        for item in args:
            if not isinstance(item, str):
                yield f"has {said(item)} in its args", "each is a string or an integer: leave it out, or quote it"
    if options.get("powershell_elevated_interactive") and not options.get("privileged"):
        yield "is interactive and not privileged", "add privileged: true"


def said(value: Plain) -> str:
    """A value that is neither a string nor an integer, in words."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a hash"
    return "nil" if value is None else text_of(value)


def file(options: Mapping[str, Plain], root: Path) -> Found:
    source = options.get("source")
    if source is None:
        yield "has no source", "add source:"
    elif not exists(there(root, source)):
        yield f"copies {source!r}, which is not there", "correct the path, or make it"
    if options.get("destination") is None:
        yield "has no destination", "add destination:"


def ansible(options: Mapping[str, Plain], root: Path) -> Found:
    if options.get("playbook") is None:
        yield "has no playbook", "add playbook:"
    if options.get("compatibility_mode") is None:
        yield "has a compatibility_mode that is none", 'there are "auto", "1.8" and "2.0"'
    if not isinstance(options.get("extra_vars", ""), dict | str):
        yield "has extra_vars that are neither a hash nor a file", "write a hash, or the name of a file"


def salt(options: Mapping[str, Plain], root: Path) -> Found:
    for key in ("minion_config", "master_config", "grains_config"):
        if options.get(key) and not is_file(there(root, options[key])):
            yield f"has {key} {options[key]!r}, which is not there", "correct the path"
    for one, other in (("minion_key", "minion_pub"), ("master_key", "master_pub")):
        if bool(options.get(one)) != bool(options.get(other)):
            yield f"has one of {one} and {other}", "give both, or neither"
    for key in ("salt_call_args", "salt_args"):
        if not isinstance(options.get(key, []), list):
            yield f"has {key} that is no list", f'write {key} = ["…"]'
    alone = options.get("no_minion") or options.get("seed_master")
    if options.get("install_master") and options.get("run_highstate") and not alone:
        yield "runs a highstate on a master that knows no key", 'add seed_master = { "NAME" => "key.pub" }'
    if re.search(r"\D", str(options.get("python_version") or "")):
        yield "has a python_version that is no number", "write python_version = 3"
    if options.get("version") and not options.get("install_type"):
        yield "has a version and no install_type", 'add install_type = "stable"'


def cfengine(options: Mapping[str, Plain], root: Path) -> Found:
    if options.get("mode") not in ("bootstrap", "single_run"):
        yield f"has the mode {options['mode']!r}", "there are :bootstrap and :single_run"
    if (
        options.get("mode") == "bootstrap"
        and not options.get("policy_server_address")
        and not options.get("am_policy_hub")
    ):
        yield "bootstraps and has no policy_server_address", "add it, or am_policy_hub = true"


def chef_apply(options: Mapping[str, Plain], root: Path) -> Found:
    if not options.get("recipe"):
        yield "has no recipe", "add recipe"


def chef_client(options: Mapping[str, Plain], root: Path) -> Found:
    for key in ("chef_server_url", "validation_key_path"):
        if not options.get(key):
            yield f"has no {key}", f"add {key}"


def chef_local(options: Mapping[str, Plain], root: Path) -> Found:
    if not options.get("cookbooks_path"):
        yield "has no cookbooks_path", "add cookbooks_path"
    if options.get("environment") and not options.get("environments_path"):
        yield "has an environment and no environments_path", "add environments_path"


def puppet(options: Mapping[str, Plain], root: Path) -> Found:
    manifests, environments = _of_host(options.get("manifests_path")), _of_host(options.get("environment_path"))
    if manifests is not None:
        manifest = there(root, manifests) / str(options.get("manifest_file") or "default.pp")
        if not is_dir(there(root, manifests)):
            yield f"has manifests_path {manifests!r}, which is not there", "correct the path, or make it"
        elif not exists(manifest):
            yield f"applies {manifest.name!r}, which is not in {manifests}", "correct manifest_file, or write it"
    elif environments is not None:
        name = str(options.get("environment") or "production")
        if not is_dir(there(root, environments)):
            yield f"has environment_path {environments!r}, which is not there", "correct the path, or make it"
        elif not exists(there(root, environments) / name):
            yield (
                f"has the environment {name!r}, which is not in {environments}",
                "correct it, or make it",
            )
    paths = options.get("module_path")
    for path in paths if isinstance(paths, list) else [paths]:
        if path and not is_dir(there(root, path)):
            yield f"has module_path {path!r}, which is not there", "correct the path, or make it"


def _of_host(stated: Plain) -> Plain:
    """The directory, where it is one of the project."""
    if isinstance(stated, list) and len(stated) == 2:
        return stated[1] if stated[0] == "host" else None
    return stated


def puppet_server(options: Mapping[str, Plain], root: Path) -> Found:
    certificate, key = options.get("client_cert_path"), options.get("client_private_key_path")
    if bool(certificate) != bool(key):
        yield "has one of client_cert_path and client_private_key_path", "give both, or neither"
    for name in ("client_cert_path", "client_private_key_path"):
        if options.get(name) and not is_file(there(root, options[name])):
            yield f"has {name} {options[name]!r}, which is not there", "correct the path"
    if (certificate or key) and not options.get("puppet_node"):
        yield "has a certificate and no puppet_node", "add puppet_node"


def there(root: Path, path: Plain) -> Path:
    return root / expanduser(str(path))


CHECKS: Mapping[str, Callable[[Mapping[str, Plain], Path], Found]] = {
    "shell": shell,
    "file": file,
    "ansible": ansible,
    "ansible_local": ansible,
    "salt": salt,
    "cfengine": cfengine,
    "chef_apply": chef_apply,
    "chef_client": chef_client,
    "chef_solo": chef_local,
    "chef_zero": chef_local,
    "puppet": puppet,
    "puppet_server": puppet_server,
}
