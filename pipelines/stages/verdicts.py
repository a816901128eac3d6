"""What the verdicts of all incidents, and what an article repeats, make of its page."""

from pipelines.items import Compared, Duplicate, DuplicateKind, Judged
from pipelines.outcomes import Outcome, Verdict, page_outcome


def is_taken(item: Compared | Judged) -> bool:
    """True where an open incident calls it a follow-up."""
    judged = item.judged if isinstance(item, Compared) else item
    return any(each.verdict is Verdict.FOLLOW_UP for each in judged.relevance)


def outcome_of(item: Compared) -> Outcome:
    """What becomes of a page, before it is written down."""
    cleaned, duplicate = item.judged.cleaned, item.duplicate
    if cleaned.outcome is not None:
        return cleaned.outcome
    if duplicate is not None and duplicate.kind is DuplicateKind.URL:
        return Outcome.REVISED if item.revises else Outcome.UNCHANGED
    verdicts = page_outcome(each.verdict for each in item.judged.relevance)
    return Outcome.COPY if duplicate is not None else verdicts


def why(item: Compared, outcome: Outcome) -> str | None:
    """The reason that stands in the ledger: the highest score, or what it is a copy of."""
    if outcome is Outcome.COPY:
        duplicate = duplicate_of(item)
        return f"copy of {duplicate.article_id}, {duplicate.similarity:.0%} the same"
    best = max(item.judged.relevance, key=lambda each: each.score, default=None)
    if best is None:
        return "no incident is open"
    terms = ", ".join(reason.term for reason in best.reasons[:3])
    return f"score {best.score:.3f}" + (f" ({terms})" if terms else "")


def duplicate_of(item: Compared) -> Duplicate:
    """What the article repeats; ValueError where it repeats nothing."""
    if item.duplicate is None:
        raise ValueError("the article repeats nothing")
    return item.duplicate
