"""Incidents followed in Chinese, Japanese, Korean and Arabic, and in eight languages at once.

Each stream beside this file is made up: two seeds, follow-ups over weeks that bring new names, the
same kind of event elsewhere (sibling), and other news of those weeks and places.
"""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.dates import parse_time
from pipelines.incident import Incident, Profile, Seed, Term
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import Matcher, derive, follow
from pipelines.relevance.aliases import proposed
from pipelines.relevance.background import simplified

HERE = Path(__file__).parent
TONGUES = ("zh", "ja", "ko", "ar", "mixed")
#: F1 of follow-ups at the product's own verdict, by stream and number of seeds: a little under what
#: is measured, and above what it was when every pair and word counted alike.
FLOORS_ALONG_THE_STREAM = {
    ("zh", 1): 0.72, ("zh", 2): 0.76, ("ja", 1): 0.60, ("ja", 2): 0.70, ("ko", 1): 0.88,
    ("ko", 2): 0.84, ("ar", 1): 0.78, ("ar", 2): 0.40, ("mixed", 1): 0.75, ("mixed", 2): 0.70,
}  # fmt: skip
FLOORS_OF_SEEDS_ALONE = {
    ("zh", 1): 0.74, ("zh", 2): 0.80, ("ja", 1): 0.55, ("ja", 2): 0.68, ("ko", 1): 0.86,
    ("ko", 2): 0.80, ("ar", 1): 0.80, ("ar", 2): 0.40, ("mixed", 1): 0.75, ("mixed", 2): 0.70,
}  # fmt: skip


class Row:
    """An article of a stream, with its label."""

    def __init__(self, row: dict[str, str]) -> None:
        url = f"https://{row['id']}.test/"
        self.id, self.label = row["id"], row["label"]
        self.article = Article(
            url, url, row["title"], row["text"],
            published_at=parse_time(row["published_at"]), language=row["language"],
            outlet=row.get("outlet"),
        )  # fmt: skip
        self.is_wanted = self.label in ("seed", "follow_up")

    def seed(self) -> Seed:
        article = self.article
        return Seed(article.text, title=article.title, language=article.language)


def rows_of(tongue: str) -> list[Row]:
    lines = (HERE / f"{tongue}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Row(json.loads(line)) for line in lines]


def seeds_and_stream(tongue: str, seeds: int) -> tuple[list[Seed], list[Row]]:
    rows = rows_of(tongue)
    first = [row for row in rows if row.label == "seed"][:seeds]
    return [row.seed() for row in first], [row for row in rows if row not in first]


def taken_by(profile: Profile, stream: list[Row]) -> list[bool]:
    matcher = Matcher([Incident("story", "story", profile)])
    return [matcher.judge(row.article)[0].verdict is Verdict.FOLLOW_UP for row in stream]


def f1(taken: list[bool], stream: list[Row]) -> float:
    hits = sum(one and row.is_wanted for one, row in zip(taken, stream, strict=True))
    return 2 * hits / (sum(taken) + sum(row.is_wanted for row in stream))


def siblings(taken: list[bool], stream: list[Row]) -> int:
    return sum(one and row.label == "sibling" for one, row in zip(taken, stream, strict=True))


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_stream_holds_a_story_its_sibling_and_other_news(tongue: str) -> None:
    rows = rows_of(tongue)
    counts = Counter(row.label for row in rows)
    assert counts["seed"] == 2
    assert counts["follow_up"] >= 10
    assert counts["sibling"] >= 8
    assert counts["other"] >= 12
    assert len({row.id for row in rows}) == len(rows)


@pytest.mark.parametrize(("tongue", "seeds"), FLOORS_ALONG_THE_STREAM)
def test_floor_along_a_stream(tongue: str, seeds: int) -> None:
    given, stream = seeds_and_stream(tongue, seeds)
    scored = follow(given, [(row.id, row.article) for row in stream])
    taken = [answer.verdict is Verdict.FOLLOW_UP for answer in scored]
    assert f1(taken, stream) >= FLOORS_ALONG_THE_STREAM[tongue, seeds]
    # Japanese writes common nouns (貯水池, reservoir) as it writes names.
    assert siblings(taken, stream) <= {("ja", 1): 2, ("ja", 2): 3}.get((tongue, seeds), 1)


@pytest.mark.parametrize(("tongue", "seeds"), FLOORS_OF_SEEDS_ALONE)
def test_floor_of_the_seeds_alone(tongue: str, seeds: int) -> None:
    given, stream = seeds_and_stream(tongue, seeds)
    taken = taken_by(derive(given), stream)
    assert f1(taken, stream) >= FLOORS_OF_SEEDS_ALONE[tongue, seeds]
    if seeds == 2:
        assert siblings(taken, stream) <= 1


@pytest.mark.parametrize(
    ("tongue", "names"),
    [
        ("zh", {"索尔维航运", "望澜港", "黑潮"}),
        ("ja", {"霧ヶ沢貯水池", "トルネス化学", "防腐剤"}),
        ("ko", {"해솔대교", "도람건설"}),
        ("ar", {"الأفق البحري", "نجمة الدانة", "الشرواني"}),
    ],
)
def test_a_profile_shows_names_whole(tongue: str, names: set[str]) -> None:
    given, _ = seeds_and_stream(tongue, 2)
    shown = {term.text for term in derive(given).terms if term.kind == "name"}
    assert names <= shown


def test_reasons_name_what_a_reader_knows() -> None:
    given, stream = seeds_and_stream("zh", 1)
    matcher = Matcher([Incident("story", "story", derive(given))])
    answer = matcher.judge(next(row.article for row in stream if "泰恒" in row.article.text))[0]
    assert answer.reasons[0].term == "索尔维航运"
    assert answer.reasons[0].kind == "name"


def test_aliases_of_the_stream_find_what_latin_names_do_not() -> None:
    given, stream = seeds_and_stream("mixed", 1)
    profile = derive(given)
    aliases = proposed(profile, [(row.id, row.article) for row in stream], given)
    assert {"维尔科交易所", "벨코르 거래소", "ベルコア取引所"} <= {alias.text for alias in aliases}
    heavier = max(term.weight for term in profile.terms)
    added = tuple(Term(alias.text, "alias", heavier) for alias in aliases)
    with_aliases = replace(profile, terms=(*added, *profile.terms))
    before, after = taken_by(profile, stream), taken_by(with_aliases, stream)
    assert f1(after, stream) >= f1(before, stream) + 0.05
    assert siblings(after, stream) <= 1


def test_a_stream_in_traditional_characters_is_followed_as_well() -> None:
    traditional = {ord(plain): chr(point) for point, plain in sorted(simplified().items())[::-1]}
    rows = rows_of("zh")
    for row in rows:
        row.article = replace(
            row.article,
            title=(row.article.title or "").translate(traditional),
            text=row.article.text.translate(traditional),
        )
    profile = derive([row.seed() for row in rows if row.label == "seed"])
    stream = [row for row in rows if row.label != "seed"]
    taken = taken_by(profile, stream)
    assert f1(taken, stream) >= 0.80
    assert siblings(taken, stream) == 0
