"""How well pages are cleaned and at what cost, beside the best extractors in the same run.

    python -m tests.bench.cleaning [--sets SET,SET] [--tools TOOL,TOOL] [--pages N]
                                   [--folds FOLDER] [--picture FILE.svg] [--keep FOLDER]

Every tool, and every mode of one, runs in a process of its own on the same recorded pages. They
take turns, some pages each and another first each time, so that a noisy machine hits all alike;
one works at a time, and the first pages that it reads are neither timed nor scored. Body F1 is of
4-token shingles (`traf`: of segments), the rest exact; CPU is the process's own, metadata with it.
Peers come with `pip install -e '.[bench]'`; those that are missing are left out.

The trees that go with the product have seen these pages. What counts is a run with `--folds`, the
folder that `tests.bench.blocks --folds` filled: each page by trees that never saw its site.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median
from typing import Any

from tests.bench.extractors import TOOLS, Tool
from tests.bench.recorded import SETS, Missing, Recorded, recorded, scorer
from tests.bench.scatter import Mark, scatter

ROOT = Path(__file__).resolve().parents[2]
OWN, RIVAL = "followup", "trafilatura"
PAGES_A_TURN = 8
WARM_UP_PAGES = 6
#: Where the scorer has the body's F1, precision and recall: shingles, or segments where no body is.
SHINGLES, SEGMENTS = ("F1", "P", "R"), ("wF1", "wP", "wR")


@dataclass(slots=True)
class Running:
    """A tool at work, and what it answered, by set and id."""

    tool: Tool
    process: subprocess.Popen[str]
    answers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    peak_mb: float | None = None

    def read(self, page: Recorded) -> dict[str, Any]:
        row = {"set": page.set, "id": page.id, "url": page.url, "path": str(page.path)}
        return self._exchange(json.dumps(row), f"{page.set} {page.id}")

    def end(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.peak_mb = self._exchange(None, "the end")["peak_mb"]
        self.process.wait()

    def _exchange(self, line: str | None, where: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if line is not None:
            print(line, file=self.process.stdin, flush=True)
        answered = self.process.stdout.readline()
        if not answered:
            raise RuntimeError(f"{self.tool.key} died at {where}: status {self.process.wait()}")
        answer: dict[str, Any] = json.loads(answered)
        return answer


def start(tool: Tool, folds: Path | None) -> Running:
    command = [sys.executable, "-m", "tests.bench.extractors", tool.key]
    if folds is not None and tool.name == OWN:
        command.append(str(folds.resolve()))
    pipe = subprocess.PIPE
    return Running(tool, subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))


def run(
    tools: Sequence[Tool], pages: Sequence[Recorded], folds: Path | None = None
) -> list[Running]:
    """All tools over all pages, in turns."""
    running = [start(tool, folds) for tool in tools]
    try:
        for one in running:
            for page in pages[:: -(-len(pages) // WARM_UP_PAGES)]:
                one.read(page)
        for number, begin in enumerate(range(0, len(pages), PAGES_A_TURN)):
            some, first = pages[begin : begin + PAGES_A_TURN], number % len(running)
            for one in (*running[first:], *running[:first]):
                one.answers |= {(page.set, page.id): one.read(page) for page in some}
            if number % 10 == 9:
                print(f"{begin + len(some)} of {len(pages)} pages", file=sys.stderr, flush=True)
        for one in running:
            one.end()
    finally:
        for one in running:
            one.process.kill()
            one.process.wait()
    return running


@dataclass(frozen=True, slots=True)
class Score:
    """What one tool reached on one set; shares from 0 to 1, None where set or tool does not say."""

    tool: Tool
    set: str
    body: float
    precision: float
    recall: float
    title: float | None
    date: float | None
    authors: float | None
    ms: tuple[float, ...]
    failed: int


def score(one: Running, name: str, pages: Iterable[Recorded]) -> Score:
    truth = [page.truth for page in pages]
    found = scorer().score_set(name, truth, one.answers, boot=0)
    body, precision, recall = (found[key] for key in (SHINGLES if "F1" in found else SEGMENTS))
    ms = tuple(one.answers[name, row["id"]]["ms"] for row in truth)
    # Some tools never tell a date: that is no wrong date.
    date = found.get("date") if found.get("dcov") else None
    title, authors, failed = found.get("title"), found.get("auth"), found["err"]
    return Score(one.tool, name, body, precision, recall, title, date, authors, ms, failed)


@dataclass(frozen=True, slots=True)
class Sum:
    """One tool over all sets: mean of the sets' body F1, mean CPU a page, most memory."""

    tool: Tool
    body: float
    ms: float
    peak_mb: float | None


def sums(scores: Sequence[Score], running: Iterable[Running]) -> list[Sum]:
    found = []
    for one in running:
        own = [score for score in scores if score.tool is one.tool]
        ms = fmean(x for score in own for x in score.ms)
        found.append(Sum(one.tool, fmean(score.body for score in own), ms, one.peak_mb))
    return found


@dataclass(frozen=True, slots=True)
class Duel:
    """Ours beside the rival's best mode on one set."""

    own: Score
    rival: Score

    @property
    def lead(self) -> float:
        return self.own.body - self.rival.body

    @property
    def cost(self) -> float:
        """Our CPU time, as a share of that mode's."""
        return sum(self.own.ms) / sum(self.rival.ms)


def duels(scores: Sequence[Score]) -> list[Duel]:
    """A duel for each set that both have read."""
    found = []
    for own in (score for score in scores if score.tool.name == OWN):
        modes = [score for score in scores if (score.tool.name, score.set) == (RIVAL, own.set)]
        if modes:
            found.append(Duel(own, max(modes, key=lambda score: score.body)))
    return found


#: Which of the set's exact shares is wanted to be how high.
WANTED_METADATA = {"fundus_tests": {"title": 0.84, "authors": 0.89, "date": 0.98}}
WANTED_LEAD, WANTED_LEAST_LEAD = 0.012, 0.0
WANTED_SEGMENTS = 0.93
WANTED_COST, WANTED_MB = 0.5, 300.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the cleaner was to reach, and whether it did."""

    what: str
    found: float
    bound: float
    at_most: bool = False

    @property
    def holds(self) -> bool:
        return self.found <= self.bound if self.at_most else self.found >= self.bound


def wishes(scores: Sequence[Score], totals: Sequence[Sum]) -> Iterator[Wish]:
    held = duels(scores)
    if held:
        leads = [duel.lead for duel in held]
        yield Wish("body F1 above its best mode, mean of the sets", fmean(leads), WANTED_LEAD)
        yield Wish("the same, the lowest of the sets", min(leads), WANTED_LEAST_LEAD)
    for own in (score for score in scores if score.tool.name == OWN):
        for name, bound in WANTED_METADATA.get(own.set, {}).items():
            yield Wish(f"{own.set}: {name}", getattr(own, name) or 0.0, bound)
        if own.set == "traf":
            yield Wish("traf: F1 of segments", own.body, WANTED_SEGMENTS)
    mine = next((total for total in totals if total.tool.name == OWN), None)
    theirs = next((total for total in totals if total.tool.key == RIVAL), None)
    if mine and theirs:
        yield Wish("CPU a page beside its default mode's", mine.ms / theirs.ms, WANTED_COST, True)
    if mine and mine.peak_mb is not None:
        yield Wish("most memory, MB", mine.peak_mb, WANTED_MB, True)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def share(number: float | None, sign: str = "") -> str:
    """.929, or +.012; 1.000 as it is."""
    if number is None:
        return ""
    return f"{number:{sign}.3f}".replace("0.", ".", 1) if abs(number) < 1 else f"{number:.3f}"


def table_of_set(name: str, scores: Iterable[Score]) -> str:
    rows = [
        [
            score.tool.title,
            *(share(x) for x in (score.body, score.precision, score.recall)),
            *(share(x) for x in (score.title, score.date, score.authors)),
            f"{fmean(score.ms):.1f}",
            f"{median(score.ms):.1f}",
            str(score.failed or ""),
        ]
        for score in sorted(scores, key=lambda score: -score.body)
        if score.set == name
    ]
    exact = ["title", "date", "authors"]
    head = [name, "body F1", "precision", "recall", *exact, "CPU ms", "median", "failed"]
    return table(head, rows)


def table_of_sums(totals: Iterable[Sum], scores: Iterable[Score]) -> str:
    bodies = {(score.tool.key, score.set): score.body for score in scores}
    names = list(dict.fromkeys(name for _, name in bodies))
    rows = [
        [
            total.tool.title,
            *(share(bodies[total.tool.key, name]) for name in names),
            *(share(total.body), f"{total.ms:.1f}", f"{total.peak_mb or 0:.0f}"),
        ]
        for total in sorted(totals, key=lambda total: -total.body)
    ]
    return table(["body F1", *names, "mean", "CPU ms a page", "most MB"], rows)


def table_of_duels(held: Iterable[Duel]) -> str:
    rows = [
        [
            duel.own.set,
            share(duel.own.body),
            share(duel.rival.body),
            duel.rival.tool.title,
            share(duel.lead, "+"),
            f"{duel.cost:.2f}",
        ]
        for duel in held
    ]
    return table(["set", "ours", "its best", "mode", "lead", "CPU beside that mode's"], rows)


def table_of_wishes(found: Iterable[Wish]) -> str:
    rows = [
        [
            wish.what,
            f"{wish.found:.3f}",
            f"{'at most' if wish.at_most else 'at least'} {wish.bound:g}",
            "yes" if wish.holds else "no",
        ]
        for wish in found
    ]
    return table(["wanted", "found", "bound", "holds"], rows)


def picture(totals: Sequence[Sum], pages: int) -> str:
    """F1 against cost, a mark for each tool and mode."""
    marks = [
        Mark(total.tool.title, total.ms, total.body, total.tool.name == OWN) for total in totals
    ]
    title = f"Body F1 against CPU time a page, {pages:,} recorded pages"
    return scatter(marks, title=title, x="CPU ms a page (log scale)", y="body F1, mean of the sets")


def chosen(names: str | None) -> list[Tool]:
    """The tools asked for by name or by name:mode, of those that are installed."""
    wanted = set(names.split(",")) if names else None
    tools = [tool for tool in TOOLS if wanted is None or {tool.name, tool.key} & wanted]
    if wanted and (unknown := wanted - {x for tool in TOOLS for x in (tool.name, tool.key)}):
        raise SystemExit(f"no such tool: {', '.join(sorted(unknown))}")
    missing = sorted({tool.package for tool in tools if find_spec(tool.package) is None})
    if missing:
        print(f"not installed, left out: {', '.join(missing)}", file=sys.stderr)
    left = [tool for tool in tools if tool.package not in missing]
    if not left:
        raise SystemExit("nothing to measure: pip install -e '.[bench]'")
    return left


def keep(folder: Path, running: Iterable[Running]) -> None:
    """The answers of each tool as the scorer reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in running:
        lines = [json.dumps(answer, ensure_ascii=False) for answer in one.answers.values()]
        name = one.tool.key.replace(":", "-")
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--tools", help="names or name:mode, all by default")
    parser.add_argument("--pages", type=int, help="at most so many of each set, spread over it")
    parser.add_argument("--folds", type=Path, help="trees of a cross-validation, for each page")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder for the answers of each tool")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    try:
        scorer()
        sets = {name: recorded(name, options.pages) for name in options.sets.split(",")}
    except Missing as missing:
        raise SystemExit(str(missing)) from None
    pages = [page for some in sets.values() for page in some]
    running = run(chosen(options.tools), pages, options.folds)
    scores = [score(one, name, some) for name, some in sets.items() for one in running]
    totals = sums(scores, running)
    print(*(table_of_set(name, scores) for name in sets), table_of_sums(totals, scores), sep="\n\n")
    if held := duels(scores):
        print("", table_of_duels(held), sep="\n")
    if wanted := list(wishes(scores, totals)):
        print("", table_of_wishes(wanted), sep="\n")
    if options.keep:
        keep(options.keep, running)
    if options.picture:
        options.picture.parent.mkdir(parents=True, exist_ok=True)
        options.picture.write_text(picture(totals, len(pages)), "utf-8")


if __name__ == "__main__":
    main()
