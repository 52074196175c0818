"""Small ones: Timeout, Benchmark, Singleton, Forwardable, Observable, English, I18n, Thread, Mutex, pp."""

from __future__ import annotations

import time

from serai.loaders.vagrantfile.ruby.library.core.convert import mapping, truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Module, Object, Proc, Str, Sym, Value

for _name in ("Benchmark", "Singleton", "Forwardable", "Observable", "English", "ObjectSpace", "GC", "I18n"):
    declare(_name, None)
for _name in ("Monitor", "Thread", "Mutex", "Benchmark::Tms", "WeakRef", "PP"):
    declare(_name)
declare("SingleForwardable", None)
declare("Ripper")
declare("Readline", None)
declare("Timeout", None)
declare("Timeout::Error", "RuntimeError")
declare("ThreadError", "StandardError")
HINT = "--ruby runs the file by a real Ruby"


@answers_itself("Timeout", "timeout")
@answers("Kernel", "timeout")
def timeout(rt: Runtime, me: Value, block: Block, seconds: Value, *more: Value) -> Value:
    """The block: nothing in it waits, and the bounds of the whole file hold."""
    return run(rt, block, [seconds])


def run(rt: Runtime, block: Block, args: list[Value]) -> Value:
    if block is None:
        raise rt.raised("LocalJumpError", "no block given (yield)")
    return rt.call(block, args)


@answers_itself("Benchmark", "realtime")
def realtime(rt: Runtime, me: Value, block: Block) -> Value:
    before = time.monotonic()
    run(rt, block, [])
    return time.monotonic() - before


@answers_itself("Benchmark", "measure")
def measure(rt: Runtime, me: Value, block: Block, label: Value = None) -> Value:
    return Object(rt.constant("Benchmark::Tms"), realtime(rt, me, block))


@answers("Benchmark::Tms", "real", "total", "utime", "stime")
def real(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data


@answers("Singleton", "dup", "clone")
def no_copy(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    raise rt.raised("TypeError", f"can't clone instance of singleton {rt.class_of(me).name}")


@answers_itself("Singleton", "included")
def included(rt: Runtime, me: Value, block: Block, kind: Value) -> Value:
    """`Kind.instance`: made once."""

    def instance(args: list[Value], block: Block = None, own: Value = None) -> Value:
        if "@singleton__instance__" not in kind.variables:
            kind.variables["@singleton__instance__"] = rt.send(kind, "new", [])
        return kind.variables["@singleton__instance__"]

    rt.send(kind, "define_singleton_method", [Sym("instance")], Proc(instance, is_lambda=True))
    rt.send(kind, "private_class_method", [Sym("new")])
    return None


def delegate(rt: Runtime, me: Value, accessor: Value, name: Value, alias: Value) -> None:
    """A method that hands its call on to what the accessor gives: a method, an @variable or a constant."""
    held = rt.to_s(accessor)

    def hand(args: list[Value], block: Block = None, own: Value = None) -> Value:
        if held.startswith("@"):
            target = rt.send(own, "instance_variable_get", [Sym(held)])
        else:
            target = rt.send(own, held, []) if not held[0].isupper() else rt.constant(held)
        return rt.send(target, rt.to_s(name), args, block)

    define = "define_method" if isinstance(me, Module) else "define_singleton_method"
    rt.send(me, define, [Sym(rt.to_s(alias)), Proc(hand, is_lambda=True)])


@answers("Forwardable", "def_delegator", "def_instance_delegator")
@answers("SingleForwardable", "def_delegator", "def_single_delegator")
def def_delegator(
    rt: Runtime, me: Value, block: Block, accessor: Value, name: Value, alias: Value = None
) -> Value:
    delegate(rt, me, accessor, name, name if alias is None else alias)
    return Sym(rt.to_s(name if alias is None else alias))


@answers("Forwardable", "def_delegators", "def_instance_delegators")
@answers("SingleForwardable", "def_delegators", "def_single_delegators")
def def_delegators(rt: Runtime, me: Value, block: Block, accessor: Value, *names: Value) -> Value:
    for name in names:
        delegate(rt, me, accessor, name, name)
    return Array(names)


@answers("Forwardable", "delegate", "instance_delegate")
def delegates(rt: Runtime, me: Value, block: Block, given: Value) -> Value:
    for names, accessor in mapping(rt, given).items():
        for name in names if isinstance(names, Array) else [names]:
            delegate(rt, me, accessor, name, name)
    return None


def observers(me: Value) -> list[tuple[Value, str]]:
    found: list[tuple[Value, str]] = me.variables.setdefault("__observers__", [])
    return found


@answers("Observable", "add_observer")
def add_observer(rt: Runtime, me: Value, block: Block, observer: Value, name: Value = None) -> Value:
    observers(me).append((observer, "update" if name is None else rt.to_s(name)))
    return None


@answers("Observable", "changed")
def changed(rt: Runtime, me: Value, block: Block, state: Value = True) -> Value:
    me.variables["__changed__"] = truthy(state)
    return None


@answers("Observable", "notify_observers")
def notify_observers(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    if me.variables.get("__changed__"):
        for observer, name in observers(me):
            rt.send(observer, name, list(args))
        me.variables["__changed__"] = False
    return None


@answers("Observable", "count_observers")
def count_observers(rt: Runtime, me: Value, block: Block) -> Value:
    return len(observers(me))


@answers_itself("ObjectSpace", "each_object", "garbage_collect", "count_objects")
@answers_itself("GC", "start", "disable", "enable", "stat")
@answers_itself("Ripper", "sexp", "lex", "tokenize")
def refused(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    raise rt.refused(me.name, HINT)


@answers_itself("I18n", "t", "translate")
def translate(rt: Runtime, me: Value, block: Block, key: Value, *more: Value) -> Value:
    return Str(f"translation missing: en.{rt.to_s(key)}")


@answers_itself("I18n", "load_path")
def load_path(rt: Runtime, me: Value, block: Block) -> Value:
    return Array()


@answers_itself("I18n", "enforce_available_locales=", "default_locale=", "locale=")
def told(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value


@answers_itself("Thread", "new", "start", "fork")
def new_thread(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    """The block runs at once and to its end: to the file it looks like a thread that was quick."""
    return Object(me, run(rt, block, list(args)))


@answers("Thread", "value")
def thread_value(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data


@answers("Thread", "join", "run", "wakeup")
def joined(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return me


@answers("Thread", "alive?", "status")
def is_alive(rt: Runtime, me: Value, block: Block) -> Value:
    return False


@answers_itself("Thread", "current", "main")
def current(rt: Runtime, me: Value, block: Block) -> Value:
    return me.variables.setdefault("__main__", Object(me))


@answers("Thread", "[]", "thread_variable_get")
def thread_get(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return me.variables.get(rt.to_s(name))


@answers("Thread", "[]=", "thread_variable_set")
def thread_put(rt: Runtime, me: Value, block: Block, name: Value, value: Value) -> Value:
    me.variables[rt.to_s(name)] = value
    return value


@answers("Thread", "abort_on_exception=", "report_on_exception=", "name=", "priority=")
@answers_itself("Thread", "abort_on_exception=", "report_on_exception=")
def thread_told(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
    return value


@answers_itself("Mutex", "new")
@answers_itself("Monitor", "new")
def new_lock(rt: Runtime, me: Value, block: Block) -> Value:
    return Object(me, False)


@answers("Mutex", "synchronize")
@answers("Monitor", "synchronize", "mon_synchronize")
def synchronize(rt: Runtime, me: Value, block: Block) -> Value:
    return run(rt, block, [])


@answers("Mutex", "lock", "unlock", "try_lock")
@answers("Monitor", "enter", "exit")
def lock(rt: Runtime, me: Value, block: Block) -> Value:
    return me


@answers("Kernel", "pp")
def pp(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    for value in args:
        rt.say(f"{rt.inspect(value)}\n")
    return args[0] if len(args) == 1 else Array(args) if args else None


@answers("Kernel", "pretty_inspect")
def pretty_inspect(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f"{rt.inspect(me)}\n")


@answers_itself("Readline", "readline")
def readline(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    rt.warn("the file waits for input: it gets none, as if it had ended", "give what it asks for in ENV")
    return None
