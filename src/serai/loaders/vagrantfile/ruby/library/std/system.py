"""What a file may know of the host: Etc, RbConfig, and which Ruby this is."""

from __future__ import annotations

import grp
import os
import pwd

from serai.loaders.vagrantfile.ruby.library.core.convert import integer, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Str, Sym, Value

VERSION = "3.1.2"
"""The Ruby that this evaluator speaks, of those that Vagrant 2.3 and 2.4 run on."""
MACHINE = os.uname().machine


def constant(name: str, value: Value) -> None:
    CONSTANTS[name] = lambda: Str(value, frozen=True) if isinstance(value, str) else value


for _name, _value in {
    "RUBY_VERSION": VERSION,
    "RUBY_ENGINE_VERSION": VERSION,
    "RUBY_ENGINE": "ruby",
    "RUBY_PATCHLEVEL": 20,
    "RUBY_PLATFORM": f"{MACHINE}-linux",
    "RUBY_RELEASE_DATE": "2022-04-12",
    "RUBY_COPYRIGHT": "ruby - Copyright (C) 1993-2022 Yukihiro Matsumoto",
    "RUBY_DESCRIPTION": f"ruby {VERSION} (as serai reads it) [{MACHINE}-linux]",
}.items():
    constant(_name, _value)

declare("RbConfig", None)
CONFIG = {
    "host_os": "linux-gnu",
    "target_os": "linux-gnu",
    "build_os": "linux-gnu",
    "arch": f"{MACHINE}-linux",
    "EXEEXT": "",
    "host_cpu": MACHINE,
    "target_cpu": MACHINE,
    "build_cpu": MACHINE,
    "host": f"{MACHINE}-pc-linux-gnu",
    "ruby_version": "3.1.0",
    "MAJOR": "3",
    "MINOR": "1",
    "TEENY": "2",
    "ruby_install_name": "ruby",
    "RUBY_INSTALL_NAME": "ruby",
    "bindir": "/usr/bin",
    "prefix": "/usr",
    "platform": f"{MACHINE}-linux",
    "PATH_SEPARATOR": ":",
    "SHELL": "/bin/sh",
    "sitedir": "/usr/lib/ruby/site_ruby",
}
CONSTANTS["RbConfig::CONFIG"] = lambda: Hash((Str(key), Str(value)) for key, value in CONFIG.items())


@answers_itself("RbConfig", "ruby")
def ruby_path(rt: Runtime, me: Value, block: Block) -> Value:
    return Str("/usr/bin/ruby")


declare("Etc", None)
declare("Etc::Passwd")
declare("Etc::Group")


@answers_itself("Etc", "nprocessors")
def nprocessors(rt: Runtime, me: Value, block: Block) -> Value:
    return len(os.sched_getaffinity(0))


@answers_itself("Etc", "getlogin")
def getlogin(rt: Runtime, me: Value, block: Block) -> Value:
    for name in ("LOGNAME", "USER"):
        if rt.environ.get(name):
            return Str(rt.environ[name])
    return Str(pwd.getpwuid(os.getuid()).pw_name)


@answers_itself("Etc", "getpwuid")
def getpwuid(rt: Runtime, me: Value, block: Block, number: Value = None) -> Value:
    asked = os.getuid() if number is None else integer(rt, number)
    try:
        return Object(rt.constant("Etc::Passwd"), pwd.getpwuid(asked))
    except KeyError:
        raise rt.raised("ArgumentError", f"can't find user for {asked}") from None


@answers_itself("Etc", "getpwnam")
def getpwnam(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    try:
        return Object(rt.constant("Etc::Passwd"), pwd.getpwnam(text(rt, name)))
    except KeyError:
        raise rt.raised("ArgumentError", f"can't find user for {text(rt, name)}") from None


@answers_itself("Etc", "getgrgid")
def getgrgid(rt: Runtime, me: Value, block: Block, number: Value = None) -> Value:
    asked = os.getgid() if number is None else integer(rt, number)
    try:
        return Object(rt.constant("Etc::Group"), grp.getgrgid(asked))
    except KeyError:
        raise rt.raised("ArgumentError", f"can't find group for {asked}") from None


@answers_itself("Etc", "getgrnam")
def getgrnam(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    try:
        return Object(rt.constant("Etc::Group"), grp.getgrnam(text(rt, name)))
    except KeyError:
        raise rt.raised("ArgumentError", f"can't find group for {text(rt, name)}") from None


def _field(kind: str, name: str, part: str) -> None:
    @answers(kind, name)
    def read(rt: Runtime, me: Value, block: Block) -> Value:
        found = getattr(me.data, part)
        if isinstance(found, list):
            return Array(Str(one) for one in found)
        return Str(found) if isinstance(found, str) else found


for _name in ("name", "passwd", "uid", "gid", "gecos", "dir", "shell"):
    _field("Etc::Passwd", _name, f"pw_{_name}")
for _name in ("name", "passwd", "gid", "mem"):
    _field("Etc::Group", _name, f"gr_{_name}")


@answers_itself("Etc", "uname")
def uname(rt: Runtime, me: Value, block: Block) -> Value:
    told = os.uname()
    return Hash(
        (Sym(key), Str(getattr(told, key))) for key in ("sysname", "nodename", "release", "version", "machine")
    )


@answers_itself("Etc", "systmpdir")
def systmpdir(rt: Runtime, me: Value, block: Block) -> Value:
    return Str("/tmp")


@answers_itself("Etc", "sysconfdir")
def sysconfdir(rt: Runtime, me: Value, block: Block) -> Value:
    return Str("/etc")
