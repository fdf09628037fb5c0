"""The report of ``kg enrich``, a few lines for people."""

from __future__ import annotations

from collections import Counter

from kg.enrich.run import Enriched


def summary(done: Enriched) -> str:
    """Return the report on a run; the sums in it add up."""
    before = done.entities - done.asked - done.waiting - len(done.too_large)
    adopted, held_back = done.adopted.total(), done.held_back.total()
    lines = [
        f"{done.endpoint}, asked for {done.entities:,} entities",
        f"  answered before {before:,} + now {done.asked:,} + not asked yet {done.waiting:,}"
        f" + answer too large {len(done.too_large):,}",
        f"  requests {done.requests:,}, of which repeated {done.repeated:,}",
        f"  known there {done.known:,}, statements {done.statements:,}",
        *_listed("values refused", done.refused),
    ]
    if not done.known:
        return "\n".join([*lines, "nothing to add: the snapshot stays as it is"])
    if not done.snapshot:
        return "\n".join([*lines, f"nothing new: the snapshot already has {done.graph}"])
    lines += [
        f"statements {done.statements:,} = adopted {adopted:,} + held back {held_back:,}",
        *_listed("adopted", done.adopted),
        *_listed("held back", done.held_back),
        f"source {done.graph}",
        f"snapshot {done.snapshot}",
    ]
    return "\n".join(lines)


def _listed(title: str, counted: Counter[str]) -> list[str]:
    if not counted:
        return []
    return [f"  {title} {counted.total():,}", *(f"    {count:,} {what}" for what, count in counted.most_common())]
