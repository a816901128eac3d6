"""How well stories are followed from their first articles, beside simpler ways.

    python tests/bench/following.py [--sets ecbplus,timeline17,mlcrisis_es] [--seeds 1,3]
    python -m tests.bench.following --review
    python tests/bench/following.py --cpu

For every story with at least 8 articles in a set of ../shared/follow: its k earliest articles are
the seeds, the rest of the set is the stream, in order of time. Means over the stories of MAP
(average precision), cost (least detection cost over all thresholds, normed; Cmiss 1, Cfa .1,
Ptarget .02), F1 at the way's own verdict, F1 at one threshold for all stories that was chosen on
the other half of them, and CPU time per article, the seeds' included. BM25 and TF-IDF know the
document frequencies of the whole stream beforehand, which no crawler does.

`--cpu` measures what an article costs with one incident, with a hundred, along the stream and in
the simpler ways, in ms of CPU time: medians of five rounds, in which all take turns so that a busy
machine hits them alike; and what a hundred profiles take of memory. The hundred come of the seeds
of all stories of all sets, siblings and other seeds of the same stories among them.
"""

import argparse
import json
import math
import re
import resource
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import process_time
from unittest import mock

from pipelines.dates import parse_time
from pipelines.incident import Incident, Seed
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import Matcher, derive, follow
from pipelines.relevance.background import RAREST, Background, background_for
from pipelines.relevance.numbers import PREFIX_LETTERS
from pipelines.text import words

SHARED = Path(__file__).resolve().parents[3] / "shared"
SETS = ("ecbplus", "timeline17", "mlcrisis_es")
LEAST_ARTICLES = 8
CFA_SHARE = 0.1 * (1 - 0.02) / (1.0 * 0.02)


@dataclass(frozen=True)
class Answer:
    """One score per article of the stream, and whether it was taken, where the way decides."""

    scores: list[float]
    taken: list[bool] | None = None


Way = Callable[[Sequence[Article], Sequence[Article]], Answer]


def five_keywords(seeds: Sequence[Article], stream: Sequence[Article]) -> Answer:
    """Share of the seeds' five heaviest words that the article has."""
    counts = Counter(word for seed in seeds for word in _words(seed))
    background = background_for(seeds[0].language, seeds[0].text)
    weights = {
        word: count * background.rarity(word[:PREFIX_LETTERS]) for word, count in counts.items()
    }
    keywords = sorted(weights, key=lambda word: (-weights[word], word))[:5]
    bags = [set(_words(article)) for article in stream]
    return Answer([sum(word in bag for word in keywords) / 5 for bag in bags])


def bm25(seeds: Sequence[Article], stream: Sequence[Article]) -> Answer:
    """The seeds' words as a query."""
    bags = [Counter(_words(article)) for article in stream]
    idf = _idf(bags)
    query = Counter(word for seed in seeds for word in _words(seed))
    mean_length = _mean([sum(bag.values()) for bag in bags])
    scores = []
    for bag in bags:
        length = 1.2 * (0.25 + 0.75 * sum(bag.values()) / mean_length)
        parts = [
            idf[word] * math.log1p(query[word]) * count * 2.2 / (count + length)
            for word, count in bag.items()
            if word in query
        ]
        scores.append(math.fsum(parts))
    return Answer(scores)


def tfidf(seeds: Sequence[Article], stream: Sequence[Article]) -> Answer:
    """Cosine of whole words."""
    bags = [Counter(_words(article)) for article in stream]
    idf = _idf(bags)
    query = _weighed(Counter(word for seed in seeds for word in _words(seed)), idf)
    return Answer([_cosine(query, _weighed(bag, idf)) for bag in bags])


def _idf(bags: Sequence[Counter[str]]) -> defaultdict[str, float]:
    counts = Counter(word for bag in bags for word in bag)
    unknown = math.log((len(bags) + 1) / 0.5)
    known = {word: math.log((len(bags) + 1) / count) for word, count in counts.items()}
    return defaultdict(lambda: unknown, known)


def _weighed(bag: Counter[str], idf: Mapping[str, float]) -> dict[str, float]:
    return {word: (1 + math.log(count)) * idf[word] for word, count in bag.items()}


def own(seeds: Sequence[Article], stream: Sequence[Article]) -> Answer:
    """The product without learning."""
    matcher = Matcher([Incident("story", "story", derive([_seed(seed) for seed in seeds]))])
    judged = [matcher.judge(article)[0] for article in stream]
    return Answer(
        [relevance.score for relevance in judged],
        [relevance.verdict is Verdict.FOLLOW_UP for relevance in judged],
    )


def own_learning(seeds: Sequence[Article], stream: Sequence[Article]) -> Answer:
    """The product as `followup score` runs it."""
    given = [("", article) for article in stream]
    scored = list(follow([_seed(seed) for seed in seeds], given))
    return Answer(
        [article.score for article in scored],
        [article.verdict is Verdict.FOLLOW_UP for article in scored],
    )


def own_on_real_articles(seeds: Sequence[Article], stream: Sequence[Article]) -> Answer:
    """The product with document frequencies of real (mostly English) articles for wordfreq's."""
    with mock.patch("pipelines.relevance.features.background_for", return_value=_real_articles()):
        return own(seeds, stream)


WAYS: dict[str, Way] = {
    "five keywords": five_keywords,
    "BM25": bm25,
    "TF-IDF": tfidf,
    "own, background of real articles": own_on_real_articles,
    "own": own,
    "own, learning": own_learning,
}


class _RealArticles(Background):
    """Rarity by the share of real articles that hold a feature."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__({})
        counts = Counter(
            key for text in texts for key in {word[:PREFIX_LETTERS] for word in words(text)}
        )
        self._rarity = {
            key: min(RAREST, math.log((len(texts) + 1) / count)) for key, count in counts.items()
        }


_LOADED: dict[str, Background] = {}


def _real_articles() -> Background:
    if "real" not in _LOADED:
        rows = [
            json.loads(line)
            for path in sorted((SHARED / "pages").glob("*/truth.jsonl"))
            for line in path.read_text().splitlines()
        ]
        _LOADED["real"] = _RealArticles([row["body"] for row in rows if row.get("body")])
    return _LOADED["real"]


def _words(article: Article) -> list[str]:
    return words(f"{article.title or ''}\n{article.text}")


def _seed(article: Article) -> Seed:
    return Seed(article.text, title=article.title, language=article.language)


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    shared = math.fsum(weight * other[word] for word, weight in one.items() if word in other)
    return shared / ((math.hypot(*one.values()) * math.hypot(*other.values())) or 1.0)


def average_precision(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Mean of the precision at each article of the story, in falling order of score."""
    ranked = sorted(range(len(scores)), key=lambda place: -scores[place])
    found, total = 0, 0.0
    for rank, place in enumerate(ranked, 1):
        if right[place]:
            found += 1
            total += found / rank
    return total / found


def least_cost(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Missed share + 4.9 * falsely taken share at the best threshold; 1 for taking nothing."""
    ranked = sorted(range(len(scores)), key=lambda place: -scores[place])
    story, others = sum(right), len(right) - sum(right)
    best, found, wrong = 1.0, 0, 0
    for place in ranked:
        found += right[place]
        wrong += not right[place]
        best = min(best, (story - found) / story + CFA_SHARE * wrong / others)
    return best


def f1(taken: Sequence[bool], right: Sequence[bool]) -> float:
    """Harmonic mean of precision and recall."""
    hits = sum(one and other for one, other in zip(taken, right, strict=True))
    return 2 * hits / ((sum(taken) + sum(right)) or 1)


def f1_at(threshold: float, stories: Sequence[tuple[list[float], list[bool]]]) -> float:
    """Mean F1 over stories at one threshold."""
    return _mean([f1([score >= threshold for score in scores], right) for scores, right in stories])


def f1_of_halves(stories: Sequence[tuple[list[float], list[bool]]]) -> float:
    """F1 at the threshold that is best for the other half of the stories."""
    halves = [stories[0::2], stories[1::2]]
    every = sorted(score for scores, _ in stories for score in scores if score > 0)
    thresholds = every[:: max(1, len(every) // 200)]
    figures = []
    for half, other in (halves, halves[::-1]):
        best = max(thresholds, key=lambda threshold: f1_at(threshold, other))
        figures += [f1_at(best, half)] * len(half)
    return _mean(figures)


def _mean(figures: Sequence[float]) -> float:
    return math.fsum(figures) / len(figures)


def load(name: str) -> list[tuple[str, Article]]:
    """Articles of a set with their story, in order of time."""
    rows = [
        json.loads(line) for line in (SHARED / "follow" / f"{name}.jsonl").read_text().splitlines()
    ]
    rows.sort(key=lambda row: row["published_at"])
    return [(row["story"], _article(row)) for row in rows]


def _article(row: dict[str, str]) -> Article:
    url = re.sub(r"\s", "", row["id"])
    return Article(
        url, url, row["title"], row["text"],
        published_at=parse_time(row["published_at"]), language=row["language"],
    )  # fmt: skip


def measure(way: Way, articles: Sequence[tuple[str, Article]], seeds: int) -> str:
    """One line of the table."""
    figures: defaultdict[str, list[float]] = defaultdict(list)
    stories: list[tuple[list[float], list[bool]]] = []
    judged, spent = 0, 0.0
    for story, count in Counter(story for story, _ in articles).items():
        if count < LEAST_ARTICLES:
            continue
        first = [place for place, (name, _) in enumerate(articles) if name == story][:seeds]
        rest = [place for place in range(len(articles)) if place not in first]
        start = process_time()
        answer = way(
            [articles[place][1] for place in first], [articles[place][1] for place in rest]
        )
        spent += process_time() - start
        judged += len(rest)
        right = [articles[place][0] == story for place in rest]
        stories.append((answer.scores, right))
        figures["MAP"].append(average_precision(answer.scores, right))
        figures["cost"].append(least_cost(answer.scores, right))
        if answer.taken is not None:
            figures["own"].append(f1(answer.taken, right))
    verdict = f"{_mean(figures['own']):.3f}" if figures["own"] else "    -"
    return (
        f"{_mean(figures['MAP']):.3f}  {_mean(figures['cost']):.3f}  {verdict}  "
        f"{f1_of_halves(stories):.3f}  {1000 * spent / judged:7.2f}"
    )


def review(sets: Sequence[str], seeds: Sequence[int]) -> None:
    """F1 before and after ten decisions (reviewing.py); the mean number that were yes; stories."""
    from tests.bench import reviewing

    print(f"{'set':12} k  {'asked':12} before after  gain    yes  stories")
    for name in sets:
        # The store takes no headline without a text.
        articles = [each for each in load(name) if each[1].text.strip()]
        stories = _stories(articles)
        with reviewing.holding(articles) as (home, ids):
            for k in seeds:
                for label, one_by_one in (("all at once", False), ("one by one", True)):
                    figures = reviewing.line(home, ids, articles, stories, k, one_by_one=one_by_one)
                    print(f"{name:12} {k}  {label:12} {figures}", flush=True)


def cpu(sets: Sequence[str]) -> None:
    """What an article costs, a line for each set; and the memory of a hundred profiles."""
    tracemalloc.start()
    incidents = hundred()
    matcher = Matcher(incidents)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{'set':12} {'way':22} ms/article  to one incident")
    for name in sets:
        costs = rounds(load(name), incidents[0], matcher)
        for label, cost in costs.items():
            print(f"{name:12} {label:22} {cost:10.2f} {cost / costs['one incident']:8.2f}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(incidents)} profiles with their index: {taken / 2**20:.1f} MB of {most:.0f} MB")


def hundred() -> list[Incident]:
    """A hundred incidents: of each story's first article, its first three, its second, its third
    and so on, until there are enough."""
    own_articles = [
        [article for other, article in articles if other == story]
        for articles in map(load, SETS)
        for story in _stories(articles)
    ]
    chosen = [slice(0, 1), slice(0, 3), *(slice(place, place + 1) for place in range(1, 8))]
    seeds = [articles[part] for part in chosen for articles in own_articles][:100]
    return [
        Incident(str(id), str(id), derive([_seed(article) for article in articles]), id=id)
        for id, articles in enumerate(seeds, 1)
    ]


def rounds(
    articles: Sequence[tuple[str, Article]], incident: Incident, matcher: Matcher, times: int = 5
) -> dict[str, float]:
    """The median CPU time of an article in each way, in ms."""
    story = _stories(articles)[0]
    first = next(place for place, (other, _) in enumerate(articles) if other == story)
    seeds = [articles[first][1]]
    stream = [article for place, (_, article) in enumerate(articles) if place != first]
    alone = Matcher([replace(incident, profile=derive([_seed(seeds[0])]))])
    ways: dict[str, Callable[[], object]] = {
        "one incident": lambda: [alone.judge(article) for article in stream],
        "a hundred": lambda: [matcher.judge(article) for article in stream],
        "along the stream": lambda: own_learning(seeds, stream),
        "five keywords": lambda: five_keywords(seeds, stream),
        "BM25": lambda: bm25(seeds, stream),
        "TF-IDF": lambda: tfidf(seeds, stream),
    }
    spent: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(times):
        for label, way in ways.items():
            start = process_time()
            way()
            spent[label].append(1000 * (process_time() - start) / len(stream))
    return {label: median(figures) for label, figures in spent.items()}


def _stories(articles: Sequence[tuple[str, Article]]) -> list[str]:
    counts = Counter(story for story, _ in articles)
    return [story for story, count in counts.items() if count >= LEAST_ARTICLES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seeds", default="1,3")
    parser.add_argument("--review", action="store_true", help="what ten decisions are worth")
    parser.add_argument("--cpu", action="store_true", help="what an article costs, nothing else")
    arguments = parser.parse_args()
    if arguments.review:
        return review(arguments.sets.split(","), [int(k) for k in arguments.seeds.split(",")])
    # What is loaded once is not charged to the first story.
    for name in SETS:
        own([load(name)[0][1]], [])
    if arguments.cpu:
        return cpu(arguments.sets.split(","))
    _real_articles()
    print(f"{'set':12} k  {'way':33} MAP    cost   F1own  F1half  ms/article")
    for name in arguments.sets.split(","):
        articles = load(name)
        for seeds in map(int, arguments.seeds.split(",")):
            for label, way in WAYS.items():
                print(f"{name:12} {seeds}  {label:33} {measure(way, articles, seeds)}", flush=True)


if __name__ == "__main__":
    main()
