"""Which member of a copy group the others repeat.

Rules in the order of what they weigh: what a page says of its source, then times, then the text.
Pages round their times, keep them when they write an article anew and mistake their zone, so that a
few minutes say nothing against an agency's credit. Known mistake: where the true origin was never
read, the member that comes nearest to it stands for it; the reason says by what.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from pipelines.dates import to_utc
from pipelines.text import squeeze

#: A lead by less says nothing against a credit: agencies' stories are printed within minutes, and
#: their own page is stamped when it was last sent.
FEW_MINUTES = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Carrier:
    """One member of a copy group, as `origin_of` looks at it.

    Attributes:
        outlet: as stored.
        site: registrable domain of its address.
        published_at: as the page says; midnight sharp is a day without a time.
        credit: agency or outlet that it is credited to (`agencies.credit_of`), canonical name.
        is_agency: the site is the credited agency's own.
        says_first: outlet that a "first published by" line names.
        partial: a teaser, not the whole text.
        words: length of its text.
        key: its address, which decides between equals; "": the id does.
    """

    id: int
    outlet: str | None
    site: str
    title: str | None
    published_at: datetime | None
    first_seen_at: datetime
    credit: str | None
    is_agency: bool
    says_first: str | None
    partial: bool
    words: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The member that the others repeat, and why it is held to be that: a short phrase."""

    id: int
    reason: str


def origin_of(carriers: Sequence[Carrier]) -> Origin:
    """The member of one copy group that the others repeat; the same whatever their order.

    ValueError for a group without members.
    """
    if not carriers:
        raise ValueError("a group without members has no origin")
    ranked = sorted(carriers, key=_rank)
    found = next(filter(None, (rule(ranked) for rule in _RULES)), None)
    return found or _earliest(ranked)


def is_named(name: str, outlet: str | None, site: str) -> bool:
    """True where a name as people write it ("the Harbour Post") is that outlet's or its site's."""
    return not forms(name).isdisjoint(_own_forms(outlet, site))


def _agency_itself(ranked: Sequence[Carrier]) -> Origin | None:
    """The agency's own report: of several agencies' that which most others are credited to."""
    own = [one for one in ranked if one.is_agency]
    if not own:
        return None
    credits = Counter(one.credit for one in ranked if not one.is_agency)
    best = max(own, key=lambda one: credits[one.credit])
    silent = [one for one in ranked if one.credit is None]
    if not credits[best.credit] and any(_leads(one, best) for one in silent):
        return None
    return Origin(best.id, "the agency's own report")


def _named_as_first(ranked: Sequence[Carrier]) -> Origin | None:
    """The outlet that "first published by" lines name; one that names another member is none."""
    best = _most_named(ranked, lambda one: one.says_first)
    if best is None:
        return None
    one, others = best
    return Origin(one.id, f"named as the first publisher by {_counted(others)}")


def _credited(ranked: Sequence[Carrier]) -> Origin | None:
    """The outlet that others are credited to: a newspaper's story in other newspapers."""
    best = _most_named(ranked, lambda one: one.credit)
    if best is None:
        return None
    one, others = best
    return Origin(one.id, f"{_counted(others)} {_is(others)} credited to it")


def _own_work(ranked: Sequence[Carrier]) -> Origin | None:
    """Some name a source that is no member, others name none."""
    silent = [one for one in ranked if not _source(one)]
    naming = [one for one in ranked if _source(one)]
    if not silent or not naming:
        return None
    wired = [one for one in naming if one.credit is not None]
    if wired and not all(_leads(silent[0], one) for one in wired):
        return Origin(wired[0].id, f"the earliest that is credited to {wired[0].credit}")
    if len(silent) == 1:
        return Origin(silent[0].id, "the only one that is credited to nobody else")
    return Origin(silent[0].id, "the earliest that is credited to nobody else")


_RULES: tuple[Callable[[Sequence[Carrier]], Origin | None], ...] = (
    _agency_itself,
    _named_as_first,
    _credited,
    _own_work,
)


def _earliest(ranked: Sequence[Carrier]) -> Origin:
    first, *rest = ranked
    if not rest:
        return Origin(first.id, "the only one")
    if _published(first) != _published(rest[0]):
        return Origin(first.id, f"published first, {_shown(first)}")
    if first.first_seen_at != rest[0].first_seen_at:
        return Origin(first.id, f"seen first, {first.first_seen_at:%Y-%m-%d %H:%M} UTC")
    if (first.partial, first.words) != (rest[0].partial, rest[0].words):
        return Origin(first.id, "the fullest text of those seen first")
    return Origin(first.id, "nothing tells them apart; the first by address")


def _most_named(
    ranked: Sequence[Carrier], name: Callable[[Carrier], str | None]
) -> tuple[Carrier, int] | None:
    """The member that most members at other sites name, and how many do; None where none is."""
    called: dict[str, list[Carrier]] = defaultdict(list)
    for one in ranked:
        for form in _own_forms(one.outlet, one.site):
            called[form].append(one)
    votes: Counter[int] = Counter()
    naming: set[int] = set()
    for one in ranked:
        meant = {other.id: other for form in forms(name(one) or "") for other in called[form]}
        others = [id for id, other in meant.items() if other.site != one.site]
        votes.update(others)
        naming |= {one.id} if others else set()
    named = [one for one in ranked if votes[one.id]]
    first = [one for one in named if one.id not in naming] or named
    if not first:
        return None
    best = max(first, key=lambda one: votes[one.id])  # of equals the one that ranks first
    return best, votes[best.id]


def _source(one: Carrier) -> str | None:
    """Whom it says it has the text from; None where it names nobody, or itself."""
    said = [name for name in (one.says_first, one.credit) if name]
    others = (name for name in said if not is_named(name, one.outlet, one.site))
    return None if one.is_agency else next(others, None)


def _rank(one: Carrier) -> tuple[object, ...]:
    """Earlier first: by its own time, by when it was seen, the fuller text, the address."""
    return (*_published(one), one.first_seen_at, one.partial, -one.words, one.key, one.id)


def _published(one: Carrier) -> tuple[bool, datetime]:
    """Undated last; a day without a time is taken at its end."""
    if one.published_at is None:
        return True, datetime.max.replace(tzinfo=UTC)
    moment = to_utc(one.published_at)
    return False, moment + timedelta(days=1, seconds=-1) if _is_day(one.published_at) else moment


def _is_day(when: datetime) -> bool:
    return when.time() == time(0)


def _leads(one: Carrier, other: Carrier) -> bool:
    """True where it was published earlier by more than the few minutes that say nothing."""
    if one.published_at is None or other.published_at is None:
        return False
    return _published(one)[1] + FEW_MINUTES < to_utc(other.published_at)


def _shown(one: Carrier) -> str:
    if one.published_at is None:  # it ranks behind all that are dated
        return "at an unknown time"
    moment = to_utc(one.published_at)
    return f"{moment:%Y-%m-%d}" if _is_day(one.published_at) else f"{moment:%Y-%m-%d %H:%M} UTC"


def _counted(number: int) -> str:
    return "another one" if number == 1 else f"{number} others"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


_ARTICLE = re.compile(r"^(?:(?:the|der|die|das|le|la|les|el|los|il|de|o|os)\s+|l['’])")
_TAIL = re.compile(r"\.(?:com?|net|org|news|info|[a-z]{2})(?:\.[a-z]{2})?$")
#: A longer name of an outlet is looked at by its beginning.
_NAME_CHARS = 200


def _own_forms(outlet: str | None, site: str) -> set[str]:
    return forms(outlet or "") | forms(site) | forms(site.partition(".")[0])


def forms(name: str) -> set[str]:
    """What an outlet's name is known by: its letters and digits, without the end of a domain, with
    and without its article."""
    line = squeeze(unicodedata.normalize("NFKC", name[:_NAME_CHARS])).casefold()
    bare = _TAIL.sub("", line)
    known = ("".join(filter(str.isalnum, each)) for each in (bare, _ARTICLE.sub("", bare)))
    return {form for form in known if form}
