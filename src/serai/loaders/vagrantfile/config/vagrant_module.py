"""What a file finds under `Vagrant`: configure, its version, plugins, the platform, errors."""

from __future__ import annotations

import sys
from collections.abc import Callable

from serai.loaders.vagrantfile.config.vagrant_inside import make_insides
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Builtin, Hash, Module, Proc, Str, Value, ruby
from serai.util.errors import Where

VERSION = "2.4.9"
"""The version that is claimed: the keys of Vagrant up to it are known. No line of its code is in here."""

BUILT_IN = frozenset(
    {
        "vagrant-libvirt",
        "vagrant-hostmanager",
        "vagrant-hostsupdater",
        "vagrant-goodhosts",
        "vagrant-multi-hostsupdater",
        "vagrant-reload",
        "vagrant-env",
        "vagrant-disksize",
    }
)
"""Plugins whose work is done without them."""
NOT_NEEDED = frozenset(
    {
        "vagrant-vbguest",
        "vagrant-cachier",
        "vagrant-share",
        "vagrant-scp",
        "vagrant-winnfsd",
        "vagrant-notify-forwarder",
        "vagrant-fsnotify",
        "vagrant-mutate",
        "vagrant-qemu",
        "vagrant-parallels",
        "vagrant-vmware-desktop",
        "vagrant-vmware-workstation",
        "vagrant-vmware-fusion",
        "vagrant-lxc",
    }
)
"""Plugins that nothing hangs on here; a file that insists on them can be read."""

Capture = Callable[[str, Proc, Where], None]
"""Takes one `configure` block: its version, the block, the place."""


def vagrant(rt: Runtime, capture: Capture) -> Module:
    """The module, for one evaluation."""
    module = Module("Vagrant", is_class=False)
    module.constants["VERSION"] = Str(VERSION, frozen=True)
    module.constants["DEFAULT_SERVER_URL"] = Str("https://vagrantcloud.com", frozen=True)
    configure = configuring(capture, None)
    module.own.update(
        {
            "configure": configure,
            "require_version": require_version,
            "version?": has_version,
            "has_plugin?": has_plugin,
            "require_plugin": require_plugin,
            "original_env": original_env,
            "user_data_path": user_data_path,
            "plugin": plugin,
            "server_mode?": lambda rt, me, args, block: False,
            "plugins_enabled?": lambda rt, me, args, block: True,
            "global_lock": lambda rt, me, args, block: None,
            "source_root": source_root,
            "prerelease?": lambda rt, me, args, block: False,
        }
    )
    config = inner(module, "Config", {"run": configuring(capture, "1")})
    inner(config, "V2", {})
    util = inner(module, "Util", {})
    inner(util, "Platform", PLATFORM)
    make_insides(module, util)
    errors = inner(module, "Errors", {})
    parent = rt.constant("StandardError")
    for name in ("VagrantError", "VagrantVersionBad", "PluginNotFound", "VagrantfileLoadError"):
        kind = Module(f"Vagrant::Errors::{name}", parent=parent)
        kind.outer = errors
        errors.constants[name] = kind
        parent = errors.constants["VagrantError"]
    plugins = inner(module, "Plugin", {})
    inner(plugins, "Manager", {"instance": lambda rt, me, args, block: Plugins()})
    return module


def plugins_module() -> Module:
    """`VagrantPlugins`: its classes are there to be reopened, which has no effect."""
    module = Module("VagrantPlugins", is_class=False)
    for name in ("ProviderVirtualBox", "ProviderLibvirt", "DockerProvider", "HyperV", "Kernel_V2", "Shell"):
        part = inner(module, name, {})
        for below in ("Action", "Driver", "Config", "Cap", "Provider"):
            inner(part, below, {})
    return module


def inner(outer: Module, name: str, methods: dict[str, Builtin]) -> Module:
    module = Module(f"{outer.name}::{name}", is_class=False)
    module.own.update(methods)
    module.outer = outer
    outer.constants[name] = module
    return module


def configuring(capture: Capture, default: str | None) -> Builtin:
    def configure(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
        version = rt.to_s(args[0]) if args else default or ""
        if version not in ("1", "2"):
            raise rt.raised("ArgumentError", f"Vagrant.configure: there are the versions 1 and 2, not {version!r}")
        if block is not None:
            capture(version, block, rt.where)
        return None

    return configure


def require_version(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    if not allowed(rt, args):
        wanted = ", ".join(rt.to_s(item) for item in flat(args))
        raise rt.refused(
            f"this file wants Vagrant {wanted}; it is read as Vagrant {VERSION} reads it",
            "take Vagrant.require_version out, or widen it",
        )
    return None


def has_version(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return allowed(rt, args)


def flat(args: list[Value]) -> list[Value]:
    return [inner for item in args for inner in (flat(item) if isinstance(item, Array) else [item])]


def allowed(rt: Runtime, args: list[Value]) -> bool:
    from serai.util.gem_version import Malformed, requirement, version

    try:
        return requirement(*(rt.to_s(item) for item in flat(args))).allows(version(VERSION))
    except Malformed as error:
        raise rt.raised("ArgumentError", str(error)) from None


def has_plugin(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return bool(args) and is_plugin(rt.to_s(args[0]))


def is_plugin(name: str) -> bool:
    return name in BUILT_IN or name in NOT_NEEDED


def require_plugin(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    rt.warn("Vagrant.require_plugin has no effect any more", "leave it out")
    return None


OLD = "VAGRANT_OLD_ENV_"


def original_env(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    found = {key.removeprefix(OLD): value for key, value in rt.environ.items() if key.startswith(OLD)}
    return ruby({key: value for key, value in found.items() if key})


def user_data_path(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return Str(rt.environ.get("VAGRANT_HOME") or rt.files.absolute("~/.vagrant.d"))


def source_root(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    return Str("/usr/share/vagrant")


def plugin(rt: Runtime, me: Value, args: list[Value], block: Proc | None) -> Value:
    raise rt.refused(
        "Vagrant.plugin: a plugin in a Vagrantfile is not supported, nothing of it would be run",
        "take the plugin out of this file; what it did for each machine can be a provisioner or a trigger",
    )


def fixed(value: Value) -> Builtin:
    return lambda rt, me, args, block: value


PLATFORM: dict[str, Builtin] = {
    "linux?": fixed(sys.platform.startswith("linux")),
    "darwin?": fixed(sys.platform == "darwin"),
    "windows?": fixed(False),
    "wsl?": fixed(False),
    "wsl_windows_access?": fixed(False),
    "cygwin?": fixed(False),
    "msys?": fixed(False),
    "solaris?": fixed(False),
    "bsd?": fixed(False),
    "windows_admin?": fixed(False),
    "windows_hyperv_enabled?": fixed(False),
    "windows_hyperv_admin?": fixed(False),
    "fs_case_sensitive?": fixed(True),
    "terminal_supports_colors?": fixed(False),
    "systemd?": fixed(False),
    "platform": lambda rt, me, args, block: Str("linux-gnu" if sys.platform.startswith("linux") else sys.platform),
    "fs_real_path": lambda rt, me, args, block: args[0],
    "windows_path": lambda rt, me, args, block: args[0],
    "cygwin_path": lambda rt, me, args, block: args[0],
    "unix_windows_path": lambda rt, me, args, block: args[0],
}


class Plugins:
    """`Vagrant::Plugin::Manager.instance`."""

    ruby_class = "Vagrant::Plugin::Manager"

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name == "installed_plugins":
            return Hash((Str(plugin), Hash()) for plugin in sorted(BUILT_IN | NOT_NEEDED))
        if name == "plugin_installed?":
            return has_plugin(rt, None, args, block)
        raise rt.raised("NoMethodError", f"undefined method `{name}' for the manager of plugins")
