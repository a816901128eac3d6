"""``followup articles mark`` and ``articles undo``: decisions, labels and notes."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from crawler.cli import options, output, reading
from crawler.cli.options import AsJson, OfIncident
from crawler.home import Home, open_home
from crawler.services import articles as stored
from crawler.services import review
from pipelines.store.matches import Decision

_WORDS = f"'ID …' and, unless only labels or a note are given, one of {', '.join(Decision)}"


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this file on `followup articles`."""
    app.command()(mark)
    app.command()(undo)


def mark(
    words: Annotated[
        list[str],
        typer.Argument(metavar="ID… [keep|dismiss|star]", help="Articles, and what is decided."),
    ],
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    on: Annotated[
        list[str] | None, typer.Option("--label", metavar="NAME", help="Put on; repeatable.")
    ] = None,
    off: Annotated[
        list[str] | None, typer.Option("--no-label", metavar="NAME", help="Take off; repeatable.")
    ] = None,
    incident: OfIncident = None,
    as_json: AsJson = False,
) -> None:
    """Decide about articles, label them; kept with who did it and when."""
    ids, decision = _read(words)
    if decision is None and not (on or off or note):
        raise typer.BadParameter(f"Give {_WORDS}.", param_hint="'ID…'")
    told: dict[str, Any] = {"ids": ids, "by": options.me(), "batches": []}
    with open_home() as home:
        if decision is not None:
            told |= _decide(home, ids, decision, note, incident)
            told["batches"].append(told["batch"])
        elif note:
            made = review.annotate(home, ids, note, by=options.me(), incident=incident)
            told |= {"note": note}
            told["batches"].append(made.batch)
        if on or off:
            made = review.label(
                home, ids, on=on or (), off=off or (), by=options.me(), incident=incident
            )
            told |= {"labelled": list(on or ()), "unlabelled": list(off or ())}
            told["batches"].append(made.batch)
    if as_json:
        return output.put_json(told)
    return _say(told, decision)


def _read(words: Sequence[str]) -> tuple[list[int], Decision | None]:
    """Ids, and what is decided about them, which stands behind them."""
    decision = Decision(words[-1]) if words[-1] in set(Decision) else None
    ids = words[:-1] if decision else words
    wrong = [word for word in ids if not (word.isascii() and word.isdigit())]
    if wrong or not ids:
        said = f"{wrong[0]!r} is no article. " if wrong else ""
        raise typer.BadParameter(f"{said}Give {_WORDS}.", param_hint="'ID…'")
    return [int(word) for word in ids], decision


def _decide(
    home: Home, ids: Sequence[int], decision: Decision, note: str | None, incident: str | None
) -> dict[str, Any]:
    made = review.decide(home, ids, decision, note=note, by=options.me(), incident=incident)
    return {
        **made.record(),
        "incident": made.incidents[0] if len(made.incidents) == 1 else None,
        "textless": stored.without_text(home, ids),
        "would_change": {slug: review.effect(home, slug) for slug in made.incidents},
    }


def _say(told: dict[str, Any], decision: Decision | None) -> None:
    number = len(told["ids"])
    which = f"Article {told['ids'][0]} is" if number == 1 else f"{number} articles are"
    if decision is not None:
        slugs = ", ".join(told["incidents"])
        output.say(f"{which} {reading.DECISIONS[decision]} for {slugs}.")
        _say_after(told, decision)
    for key, said in (("labelled", "now has"), ("unlabelled", "no longer has")):
        if told.get(key):
            which = f"Article {told['ids'][0]}" if number == 1 else "Each"
            output.say(f"{which} {said} the label {', '.join(told[key])}.")
    output.say(f"Take it back: followup articles undo {' '.join(told['batches'])}")


def _say_after(told: dict[str, Any], decision: Decision) -> None:
    for url in told["textless"].values() if decision is not Decision.DISMISS else ():
        output.say(
            "Its text was kept for its time and is gone. Get it again:"
            f" followup crawl --url {url} --incident {told['incidents'][0]}"
        )
    for slug, n in told["would_change"].items():
        if n:
            output.say(
                f"Judging anew would give {output.counted(n, 'article')} near the threshold another"
                f" verdict. See which: followup incident learn {slug}"
            )


def undo(
    batches: Annotated[
        list[str], typer.Argument(metavar="BATCH…", help="As `articles mark` told it.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take back what was decided, noted or labelled at once."""
    with open_home() as home:
        done = [review.undo(home, batch, by=options.me()) for batch in reversed(batches)]
        for slug in sorted({slug for one in done for slug in one.incidents}):
            review.effect(home, slug)
    if as_json:
        output.put_json([one.record() for one in done])
        return
    for one in done:
        output.say(f"{output.counted(len(one.restored), 'article')} as before.")
        if one.left:
            ids = ", ".join(map(str, one.left))
            output.say(f"Decided about again since, and left: {ids}")
        output.say(f"Do it after all: followup articles undo {one.batch}")
