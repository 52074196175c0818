"""What a benchmark found, as data: for `--json`, for the table and for the picture."""

from __future__ import annotations

import msgspec

from serai.bench.stats import Ratio, Summary, ratio, summarize


class Variant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to set a key, with all that was measured."""

    name: str
    samples: tuple[float, ...]
    summary: Summary
    ratio: Ratio | None = None
    """Against the first variant of the case; more than 1 is better."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question: the variants side by side, or why it cannot be answered here."""

    name: str
    question: str
    """What is compared, a sentence."""
    unit: str = ""
    more_is_better: bool = True
    variants: tuple[Variant, ...] = ()
    guide: str = ""
    """Id in the guide that it belongs to."""
    not_measurable: str = ""
    """Why not, where that is so: a sentence."""


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All cases of one benchmark on one host."""

    benchmark: str
    provider: str
    host: dict[str, str]
    notes: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()


def case_of(
    name: str,
    question: str,
    samples: dict[str, list[float]],
    *,
    unit: str,
    more_is_better: bool = True,
    guide: str = "",
) -> Case:
    """A case from samples by variant; the first variant is what the others are compared with."""
    baseline = next(iter(samples.values()))
    variants = []
    for number, (variant, found) in enumerate(samples.items()):
        against = ratio(found, baseline, more_is_better=more_is_better) if number else None
        variants.append(Variant(name=variant, samples=tuple(found), summary=summarize(found), ratio=against))
    return Case(
        name=name,
        question=question,
        unit=unit,
        more_is_better=more_is_better,
        variants=tuple(variants),
        guide=guide,
    )


def verdict(variant: Variant) -> str:
    """`1.9 × (1.7 to 2.1)`; says so when the samples show no difference."""
    if variant.ratio is None:
        return ""
    found = variant.ratio
    text = f"{found.value:.2f} × ({found.low:.2f} to {found.high:.2f})"
    return text if found.differs else f"{text}, no difference seen"


def lines(report: Report) -> list[str]:
    """The report for a terminal."""
    found = [f"serai bench {report.benchmark} on {report.provider}"]
    found += [f"  {key}: {value}" for key, value in report.host.items()]
    found += [f"  note: {note}" for note in report.notes]
    for case in report.cases:
        guide = f" (serai explain {case.guide})" if case.guide else ""
        found += ["", f"{case.name}: {case.question}{guide}"]
        if case.not_measurable:
            found.append(f"  not measurable here: {case.not_measurable}")
            continue
        width = max(len(variant.name) for variant in case.variants)
        top = max(variant.summary.high for variant in case.variants) or 1.0
        for variant in case.variants:
            bar = "█" * max(1, round(24 * variant.summary.median / top))
            spread = f"{variant.summary.low:.4g} to {variant.summary.high:.4g}"
            middle = f"{variant.summary.median:8.4g} {case.unit}"
            text = f"  {variant.name:{width}}  {middle}  {bar:24}  {spread}, n={variant.summary.count}"
            found.append(f"{text}  {verdict(variant)}".rstrip())
        found.append("  more is better" if case.more_is_better else "  less is better")
    return found
