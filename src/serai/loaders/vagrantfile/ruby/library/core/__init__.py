"""Classes that every file uses: numbers, strings, symbols, arrays, hashes, ranges, patterns, Kernel.

Their methods are imported when a class is first looked at: a small Vagrantfile needs few of them.
"""

from importlib import import_module

PARTS: dict[str, tuple[str, ...]] = {
    "Object": ("shown",),
    "Kernel": ("chance", "enumerator", "kernel", "shown"),
    "Random": ("chance",),
    "Enumerator": ("enumerator",),
    "Enumerator::Yielder": ("enumerator",),
    "Comparable": ("numeric",),
    "Numeric": ("numeric",),
    "Integer": ("numeric", "integer"),
    "Float": ("numeric", "float"),
    "Math": ("float",),
    "NilClass": ("nil",),
    "TrueClass": ("nil",),
    "FalseClass": ("nil",),
    "String": ("string", "string_case", "string_search", "string_sub", "octets"),
    "Encoding": ("octets",),
    "Symbol": ("symbol",),
    "Enumerable": ("enumerable", "enumerable_order"),
    "Array": ("array", "array_change", "array_combine", "octets"),
    "Hash": ("hash", "hash_change"),
    "Range": ("range",),
    "Regexp": ("regexp",),
    "MatchData": ("match",),
}
"""Class or module → what enters its methods. Every object is a Kernel, of which many files call nothing."""
LAST = "Kernel"
"""Where a method is looked for last: it can wait until one is found nowhere else."""
_entered: set[str] = set()


def enter(kind: str) -> None:
    """Import what enters the methods and constants of a class."""
    for part in PARTS.get(kind, ()):
        import_module(f"{__name__}.{part}")


def enter_last() -> bool:
    """Import that of LAST; whether it was new."""
    if LAST in _entered:
        return False
    _entered.add(LAST)
    enter(LAST)
    return True


def enter_all() -> None:
    """Import all of it: before what changes it, and where all names are asked for."""
    for kind in PARTS:
        enter(kind)
