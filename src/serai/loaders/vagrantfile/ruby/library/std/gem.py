"""Gem: versions, requirements and dependencies; no gem is installed or looked for."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.runtime import RubyError, Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Str, Sym, Value
from serai.util import gem_version
from serai.util.gem_version import Constraint, Malformed, Requirement, Version

declare("Gem", None)
declare("Gem::Version", "Object", "Comparable")
declare("Gem::Requirement")
declare("Gem::Dependency")
declare("Gem::Platform")
declare("Gem::Specification")
declare("Gem::LoadError", "LoadError")
declare("Gem::MissingSpecError", "Gem::LoadError")
declare("Gem::Requirement::BadRequirementError", "ArgumentError")
CONSTANTS["Gem::VERSION"] = lambda: Str("3.3.15", frozen=True)


def version_of(rt: Runtime, value: Value) -> Version:
    """A version from a Gem::Version or what it is made of. Raises ArgumentError."""
    if isinstance(value, Object) and isinstance(value.data, Version):
        return value.data
    try:
        return Version("") if value is None else gem_version.version(rt.to_s(value))
    except Malformed as malformed:
        raise rt.raised("ArgumentError", str(malformed)) from None


def wrapped(rt: Runtime, value: Version) -> Object:
    return Object(rt.constant("Gem::Version"), value)


@answers_itself("Gem::Version", "new", "create")
def new_version(rt: Runtime, me: Value, block: Block, value: Value = None) -> Value:
    return Object(me, version_of(rt, value))


@answers_itself("Gem::Version", "correct?")
def is_correct(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return gem_version.is_version(rt.to_s(value))


@answers("Gem::Version", "to_s", "version")
def version_text(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.text)


@answers("Gem::Version", "inspect")
def inspect_version(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f'#<Gem::Version "{me.data.text}">')


@answers("Gem::Version", "segments")
def segments(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(part if isinstance(part, int) else Str(part) for part in me.data.parts)


@answers("Gem::Version", "prerelease?")
def is_prerelease(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.is_prerelease


@answers("Gem::Version", "release")
def release(rt: Runtime, me: Value, block: Block) -> Value:
    return wrapped(rt, me.data.released())


@answers("Gem::Version", "bump")
def bump(rt: Runtime, me: Value, block: Block) -> Value:
    return wrapped(rt, me.data.bumped())


@answers("Gem::Version", "approximate_recommendation")
def approximate(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.recommended())


@answers("Gem::Version", "<=>")
def order(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if isinstance(other, Str) and gem_version.is_version(other.s):
        return gem_version.order(me.data, gem_version.version(other.s))
    if isinstance(other, Object) and isinstance(other.data, Version):
        return gem_version.order(me.data, other.data)
    return None


@answers("Gem::Version", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return order(rt, me, block, other) == 0


@answers("Gem::Version", "eql?")
def eql(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and isinstance(other.data, Version) and other.data.text == me.data.text


@answers("Gem::Version", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data)


def constraint(rt: Runtime, value: Value) -> Constraint:
    if isinstance(value, Object) and isinstance(value.data, Version):
        return Constraint("=", value.data)
    try:
        return gem_version.constraint(rt.to_s(value))
    except Malformed:
        said = f"Illformed requirement [{rt.inspect(value)}]"
        raise rt.raised("Gem::Requirement::BadRequirementError", said) from None


def requirement_of(rt: Runtime, values: list[Value]) -> Requirement:
    flat = [one for value in values for one in (value if isinstance(value, Array) else [value]) if one is not None]
    if len(flat) == 1 and isinstance(flat[0], Object) and isinstance(flat[0].data, Requirement):
        return flat[0].data
    found = tuple(dict.fromkeys(constraint(rt, one) for one in flat))
    return Requirement(found) if found else gem_version.ANY


@answers_itself("Gem::Requirement", "new", "create")
def new_requirement(rt: Runtime, me: Value, block: Block, *values: Value) -> Value:
    return Object(me, requirement_of(rt, list(values)))


@answers_itself("Gem::Requirement", "default")
def default(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(me, gem_version.ANY)


@answers_itself("Gem::Requirement", "parse")
def parse(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    found = constraint(rt, value)
    return Array((Str(found.operator), wrapped(rt, found.version)))


@answers("Gem::Requirement", "satisfied_by?", "===", "=~")
def is_satisfied(rt: Runtime, me: Value, block: Block, found: Value) -> Value:
    if not isinstance(found, Object) or not isinstance(found.data, Version):
        raise rt.raised("ArgumentError", f"Need a Gem::Version: {rt.inspect(found)}")
    return me.data.allows(found.data)


@answers("Gem::Requirement", "to_s")
def requirement_text(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(str(me.data))


@answers("Gem::Requirement", "inspect")
def inspect_requirement(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f'Gem::Requirement.new("{me.data}")')


@answers("Gem::Requirement", "requirements")
def requirements(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(Array((Str(one.operator), wrapped(rt, one.version))) for one in me.data.constraints)


@answers("Gem::Requirement", "as_list")
def as_list(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(Str(str(one)) for one in me.data.constraints)


@answers("Gem::Requirement", "none?")
def is_any(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.is_any


@answers("Gem::Requirement", "exact?")
def is_exact(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.is_exact


@answers("Gem::Requirement", "prerelease?")
def wants_prerelease(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.is_prerelease


@answers("Gem::Requirement", "==")
def same_requirement(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and isinstance(other.data, Requirement) and str(other.data) == str(me.data)


@answers_itself("Gem::Dependency", "new")
def new_dependency(rt: Runtime, me: Value, block: Block, name: Value, *values: Value) -> Value:
    listed = [value for value in values if not isinstance(value, Sym | Hash)]
    return Object(me, (text(rt, name), requirement_of(rt, listed)))


@answers("Gem::Dependency", "name")
def dependency_name(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data[0])


@answers("Gem::Dependency", "requirement")
def dependency_requirement(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(rt.constant("Gem::Requirement"), me.data[1])


@answers("Gem::Dependency", "match?", "=~", "===")
def dependency_match(rt: Runtime, me: Value, block: Block, name: Value, found: Value = None) -> Value:
    return rt.to_s(name) == me.data[0] and (found is None or me.data[1].allows(version_of(rt, found)))


@answers_itself("Gem::Specification", "find_by_name")
def find_by_name(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    said = f"Could not find '{text(rt, name)}' (>= 0) among the gems: serai loads none"
    raise rt.raised("Gem::MissingSpecError", said)


@answers_itself("Gem::Specification", "find_all_by_name", "each", "all", "to_a")
def find_all(rt: Runtime, me: Value, block: Block, *names: Value) -> Value:
    return Array()


@answers_itself("Gem", "loaded_specs")
def loaded_specs(rt: Runtime, me: Value, block: Block) -> Value:
    """Vagrant itself, where a Vagrantfile is read; old ones ask this for its version."""
    try:
        found = version_of(rt, rt.constant("Vagrant::VERSION"))
    except RubyError:
        return Hash()
    loaded = Object(rt.constant("Gem::Specification"), ("vagrant", found))
    return Hash([(Str("vagrant"), loaded)])


@answers("Gem::Specification", "name")
def specification_name(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data[0])


@answers("Gem::Specification", "version")
def specification_version(rt: Runtime, me: Value, block: Block) -> Value:
    return wrapped(rt, me.data[1])


@answers_itself("Gem", "win_platform?")
def win_platform(rt: Runtime, me: Value, block: Block) -> Value:
    return False


@answers_itself("Gem", "ruby_version", "rubygems_version")
def ruby_version(rt: Runtime, me: Value, block: Block) -> Value:
    return wrapped(rt, gem_version.version(rt.constant("RUBY_VERSION").s))


@answers_itself("Gem::Platform", "local")
def platform(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(me)


@answers("Gem::Platform", "os")
def platform_os(rt: Runtime, me: Value, block: Block) -> Value:
    return Str("linux")


@answers("Gem::Platform", "cpu")
def platform_cpu(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(rt.constant("RbConfig::CONFIG"), "[]", [Str("host_cpu")])


@answers("Gem::Platform", "to_s")
def platform_text(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.constant("RUBY_PLATFORM")
