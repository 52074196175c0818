"""The provisioners that run containers in the guest: docker and podman.

In the model: `images` to pull, `build_image` as [{"path": …, "args": …}], `run` as [{"name": …, "image": …,
…}] with
all defaults, `post_install_provision` as [{"type": …, "name": …, "options": {…}}].
"""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import UNSET, Table, arguments, concatenated, put, updated
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Value


def pull_images(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    held = section.values.setdefault("images", Array())
    section.values["images"] = without_doubles([*held, *(Str(rt.to_s(item)) for item in args)])
    return section.values["images"]


def without_doubles(images: list[Value]) -> Array:
    return Array({item.s if isinstance(item, Str) else item: item for item in images}.values())


def set_images(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    given = args[0] if args else None
    section.values["images"] = without_doubles(list(given) if isinstance(given, Array) else [given])
    return given


def images_joined(outer: Value, inner: Value) -> Value:
    """The inner scope's come first."""
    both = [*(inner if isinstance(inner, Array) else ()), *(outer if isinstance(outer, Array) else ())]
    return without_doubles(both) if both else UNSET


def build_image(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    args, options = arguments(args)
    entry = Hash()
    put(entry, "path", args[0] if args else None)
    section.values.setdefault("build_image", Array()).append(updated(entry, options))
    return None


def run(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    args, options = arguments(args)
    if not args:
        raise rt.raised("ArgumentError", "run needs the name of a container")
    section.values.setdefault("run", Hash())[Str(rt.to_s(args[0]))] = options
    return None


def runs_joined(outer: Value, inner: Value) -> Value:
    """By the container's name, option by option."""
    if not isinstance(outer, Hash) or not isinstance(inner, Hash):
        return inner if isinstance(inner, Hash) else outer
    result = Hash(outer.items())
    for name, options in inner.items():
        result[name] = updated(result.get(name, UNSET), options)
    return result


def post_install(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    from serai.loaders.vagrantfile.config.provisioner import defined

    section.values["post_install_provision"] = defined(rt, args, block)
    return None


def finish(keys: dict[str, Any]) -> None:
    keys["run"] = [
        {"name": name, "image": name, "auto_assign_name": True, "daemonize": True, "restart": "always"} | options
        for name, options in (keys["run"] or {}).items()
    ]


KEYS: dict[str, Any] = {"images": [], "build_image": [], "run": {}, "post_install_provision": None}
SHARED: dict[str, Any] = {
    "methods": {
        "pull_images": pull_images,
        "images=": set_images,
        "build_image": build_image,
        "run": run,
        "post_install_provision": post_install,
    },
    "joined": {"images": images_joined, "build_image": concatenated, "run": runs_joined},
    "finish": finish,
}
DOCKER = Table(name="docker", keys=KEYS, **SHARED)
PODMAN = Table(name="podman", keys=KEYS | {"kubic": False}, **SHARED)
