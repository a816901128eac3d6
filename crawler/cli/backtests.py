"""What an incident would make of the stored articles, drawn before it is saved."""

from collections.abc import Sequence
from typing import Any

from crawler.cli import output
from crawler.services.backtest import BackTest, Near, Written
from crawler.services.incidents import Saved
from pipelines.outcomes import Verdict

#: From this share of the taken on another incident may be the same.
SAME_SHARE = 0.5


def draw(tested: BackTest, slug: str) -> None:
    """Counts, the nearest on either side of the threshold, and whose the taken are already."""
    output.put("")
    output.put(_changes(tested) if tested.changes else _counts(tested))
    if tested.by_hand:
        stays = output.counted(tested.by_hand, "article")
        output.put(f"{stays} that a person decided about would stay as decided.")
    newest = tested.judged + tested.by_hand
    if tested.held > newest:
        rest = tested.held - newest
        output.put(f"Only the newest {newest} were judged; {rest} older ones were not.")
    above, below = "Taken, nearest above the threshold", "Not taken, nearest below it"
    if tested.changes:
        above, below = "Taken then", "No follow-up then"
    _draw_near(above, tested.above)
    _draw_near(below, tested.below)
    taken = tested.counts[Verdict.FOLLOW_UP]
    for other, number in tested.overlaps.items():
        said = f"{number} of the {taken} taken are follow-ups of {other} already"
        same = f"; it may be the same incident as {slug}" if number >= SAME_SHARE * taken else ""
        output.put(f"{said}{same}.")


def _counts(tested: BackTest) -> str:
    counts = tested.counts
    outside = counts[Verdict.OUT_OF_WINDOW]
    late = f" {outside} more would be taken or kept, but lie outside its window." if outside else ""
    return (
        f"Of {output.counted(tested.judged, 'stored article')} it would take"
        f" {counts[Verdict.FOLLOW_UP]}, keep {counts[Verdict.CANDIDATE]} apart for review and leave"
        f" {counts[Verdict.OFF_TOPIC]}.{late}"
    )


def _changes(tested: BackTest) -> str:
    articles = output.counted(tested.judged, "stored article")
    if not (tested.enters or tested.leaves):
        return f"Of {articles} none would be taken or left that is not by now."
    return (
        f"Of {articles} {tested.enters} more would be taken, {tested.leaves} no longer;"
        f" {tested.counts[Verdict.FOLLOW_UP]} in all, and"
        f" {output.counted(tested.counts[Verdict.CANDIDATE], 'candidate')}."
    )


def _draw_near(title: str, found: Sequence[Near]) -> None:
    if not found:
        return
    rows = [
        (near.id, f"{near.score:.3f}", near.title or "(no title)", near.outlet, _reasons(near))
        for near in found
    ]
    output.put("")
    columns = ("id#", "score#", "title", "outlet~", "reasons")
    output.table(f"{title}:", columns, rows, below={"outlet": "title", "reasons": "title"})


def _reasons(near: Near) -> str:
    return ", ".join(f"{reason.term} {reason.weight:.3f}" for reason in near.reasons)


def tell_saved(saved: Saved) -> None:
    """That it is saved, and what that has changed among the stored articles."""
    written, parts = saved.written, []
    if written.taken:
        parts.append(f"{output.counted(written.taken, 'stored article')} taken in")
    if written.candidates:
        parts.append(f"{output.counted(written.candidates, 'candidate')} to review")
    if written.left:
        parts.append(f"{output.counted(written.left, 'follow-up')} taken out")
    said = f": {', '.join(parts)}" if parts else ""
    output.say(f"Incident {saved.incident.slug} is saved{said}.")


def record(tested: BackTest | None, saved: Saved | None) -> dict[str, Any]:
    """As JSON."""
    written = saved.written if saved else Written()
    return {
        "back_test": tested and tested.record(),
        "saved": saved is not None,
        "now_taken": written.taken,
        "now_candidates": written.candidates,
        "now_left": written.left,
    }
