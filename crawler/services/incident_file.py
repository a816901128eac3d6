"""An incident as a TOML file that people edit.

What is wrong is refused with its line, key, value and remedy, and nothing is saved.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from pipelines.dates import iso, parse_day, to_utc
from pipelines.errors import BadInput
from pipelines.incident import Follows, Incident, Profile, Term, Window
from pipelines.relevance.editing import alias_weight, still_learned
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.record import is_recordable

_KINDS = {"alias": "aliases", "name": "names", "term": "terms", "number": "numbers"}
_HEAD = """\
# Incident {slug}. Save to keep, leave empty to change nothing.
# An article whose score reaches `threshold` is a follow-up; from `candidate_threshold` it is kept
# apart for review. Both follow what is learned, unless `fixed` is true, as it is when you change
# them. `since` and `until` bound when an article was published; leave out to leave open.
"""
_NOTES = {
    "learns": """\
# What is taken and what people decide teaches further terms, unless `learns` is false. Words and
# names that must not be learned stand in `refused`, e.g. ["Christmas"].""",
    "terms": "# Words, by their first letters as written here = weight.",
    "names": "# Names of people, organisations, places and works = weight.",
    "numbers": "# Numbers with the word beside them = weight.",
    "aliases": """\
# Other names of the same, which the seeds don't have = weight; most often those in other scripts,
# by which reports in other languages are found, e.g. "{example}" = {weight:.3g}.
# With that weight an article that has it in its headline is at least a candidate.""",
    "follows": "# Empty lists: all sources. Else those with one of these ids, tags, ...",
}
_EXAMPLE = "소니 픽처스"
#: Learned terms that are shown of each kind; the lighter ones hardly matter.
_SHOWN_LEARNED = 24


def write_incident(incident: Incident) -> str:
    """The file for an incident."""
    profile, window = incident.profile, incident.window
    lines = [_HEAD.format(slug=incident.slug)]
    lines += _pair("title", incident.title)
    lines += _pair("brief", incident.brief or "")
    lines += [f"since = {iso(window.since)}"] if window.since else []
    lines += [f"until = {iso(window.until)}"] if window.until else []
    lines += [f"threshold = {profile.threshold:.4f}"]
    lines += [f"candidate_threshold = {profile.candidate_threshold:.4f}"]
    lines += [f"fixed = {str(profile.fixed).lower()}"]
    lines += _pair("languages", list(profile.languages))
    lines += ["", _NOTES["learns"], f"learns = {str(profile.learns).lower()}"]
    lines += _pair("refused", list(profile.refused))
    lines += _learned(profile)
    lines += ["", _NOTES["follows"], "[follows]"]
    for key in ("ids", "tags", "languages", "countries"):
        lines += _pair(key, list(getattr(incident.follows, key)))
    for kind, section in _KINDS.items():
        lines += ["", _note(section, profile), f"[{section}]"]
        for term in profile.terms:
            if term.kind == kind:
                lines.append(f"{_quoted(term.text)} = {term.weight:.4f}")
    return "\n".join(lines) + "\n"


def _note(section: str, profile: Profile) -> str:
    weight = alias_weight(profile, _EXAMPLE)
    return _NOTES[section].format(example=_EXAMPLE, weight=weight)


def _learned(profile: Profile) -> list[str]:
    """What was learned, as comments: it is made of the articles, not by hand."""
    if profile.learned is None:
        return []
    learned = profile.learned
    threshold, candidate = thresholds_of(profile)
    return [
        "",
        f"# Learned from {learned.accepted} accepted articles, {learned.share:.0%} of the profile.",
        "# It stays when you save; put into `refused` what you don't want.",
        f"# By now a follow-up has {threshold:.3f} or more, a candidate {candidate:.3f}.",
        *_learned_terms("for", learned.terms),
        *_learned_terms("against", learned.against),
    ]


def _learned_terms(side: str, terms: Sequence[Term]) -> list[str]:
    lines = []
    for term in terms[:_SHOWN_LEARNED]:
        since = f", since {term.since.date()}" if term.since else ""
        articles = f", articles {', '.join(term.articles)}" if term.articles else ""
        lines.append(f"#   {side} {_quoted(term.text)} {term.weight:.4f}{since}{articles}")
    more = len(terms) - _SHOWN_LEARNED
    return [*lines, f"#   {side} {more} more"] if more > 0 else lines


def _pair(key: str, value: Any) -> list[str]:
    if isinstance(value, list):
        shown = ", ".join(_quoted(v) if isinstance(v, str) else str(v) for v in value)
        return [f"{key} = [{shown}]"]
    return [f"{key} = {_quoted(value)}"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m.group()):04x}", escaped)
    return f'"{escaped}"'


def read_incident(text: str, incident: Incident) -> Incident:
    """The incident as the edited file says. Raises BadInput that names line, key and remedy."""
    if _ENDLESS_KEY.search(_TEXTS.sub('""', text)):
        raise _no_incident("a key in it has too many parts")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(text, error) from error
    except ValueError as error:
        raise _no_incident("a number in it is too long") from error
    except RecursionError as error:
        raise _no_incident("its lists lie too deep in each other") from error
    return _Reader(text, data).apply(incident)


#: Comments and texts of TOML (1.0, "String"); one that is not closed goes to its end.
_TEXTS = re.compile(
    r'''\#[^\n]*+
    | """(?:[^"\\]|\\.|"(?!""))*+(?:"""|\\?\Z) | "(?:[^"\\\n]|\\[^\n])*+"?
    | '{3}(?:[^']|'(?!''))*+(?:'{3}|\Z) | '[^'\n]*+'?''',
    re.VERBOSE | re.DOTALL,
)
#: Keys that tomllib takes hours to read: its time grows with the cube of their parts. No key of
#: an incident has more than one.
_ENDLESS_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"")[ \t]*+\.[ \t]*+){8}""", re.ASCII)


def _no_incident(why: str) -> BadInput:
    return BadInput(
        f"This is no file of an incident: {why}.",
        remedy="Begin again from what 'followup incident edit' or the desk shows.",
    )


def _shown(value: Any) -> str:
    """A value as it may have been written."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else repr(value)


_PLACE = re.compile(r"^(.*) \(at line (\d+), column \d+\)$", re.DOTALL)


def _not_toml(text: str, error: tomllib.TOMLDecodeError) -> BadInput:
    """Where a file is no TOML, with the line itself; its end where something was left open."""
    remedy = "Write key = value, texts in double quotes, or leave the line out."
    lines = text.splitlines()
    place = _PLACE.match(str(error))
    said = place.group(1) if place else str(error).partition(" (")[0]
    number = int(place.group(2)) if place else len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return BadInput(f"Line {number}, {_cut(line)!r}, is not valid TOML: {said}.", remedy=remedy)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


class _Reader:
    """Takes an edited file apart; every refusal says where."""

    def __init__(self, text: str, data: dict[str, Any]) -> None:
        self._text, self._data = text, data

    def apply(self, incident: Incident) -> Incident:
        known = {
            "title",
            "brief",
            "since",
            "until",
            "threshold",
            "candidate_threshold",
            "fixed",
            "languages",
            "learns",
            "refused",
            "follows",
            *_KINDS.values(),
        }
        self._only(self._data, known, None)
        profile = self._profile(incident.profile)
        window = Window(self._moment("since", end=False), self._moment("until", end=True))
        if window.since and window.until and window.until < window.since:
            self._refuse("until", self._data["until"], "Let it lie after since.")
        return replace(
            incident,
            title=self._string("title") or incident.title,
            brief=self._string("brief") or None,
            window=window,
            profile=profile,
            follows=self._follows(),
        )

    def _profile(self, old: Profile) -> Profile:
        known = {(term.kind, term.text): term for term in old.terms}
        terms = [
            self._term(Term(text, kind, self._weight(section, text, weight)), known)
            for kind, section in _KINDS.items()
            for text, weight in self._table(section).items()
        ]
        if not terms:
            raise BadInput(
                "Without terms and names nothing can be recognised.",
                remedy="Leave at least one term, name or alias with a weight.",
            )
        threshold = self._share("threshold", old.threshold)
        candidate = self._share("candidate_threshold", old.candidate_threshold)
        is_moved = (threshold, candidate) != (old.threshold, old.candidate_threshold)
        if candidate > threshold:
            self._refuse("candidate_threshold", candidate, "Let it not be above threshold.")
        places = {kind_and_text: place for place, kind_and_text in enumerate(known)}
        ordered = sorted(
            terms,
            key=lambda term: (-term.weight, places.get((term.kind, term.text), len(places))),
        )
        profile = Profile(
            tuple(ordered),
            self._strings("languages", None),
            threshold,
            candidate,
            refused=self._refused(),
            learns=self._truth("learns", old.learns),
            fixed=self._truth("fixed", old.fixed) or is_moved,
        )
        return replace(profile, learned=still_learned(old.learned, profile))

    def _term(self, term: Term, known: Mapping[tuple[str, str], Term]) -> Term:
        """As it is known, where it is: with all digits, and with the articles that taught it."""
        if not is_recordable(term.text):
            remedy = "Write a word or a few, with letters or digits."
            self._refuse(term.text, term.weight, remedy)
        old = known.get((term.kind, term.text))
        if old is None:
            return term
        return (
            old if f"{old.weight:.4f}" == f"{term.weight:.4f}" else replace(old, weight=term.weight)
        )

    def _refused(self) -> tuple[str, ...]:
        refused = self._strings("refused", None)
        for text in refused:
            if not is_recordable(text):
                self._refuse("refused", [text], 'Give words or names, e.g. ["Christmas"].')
        return tuple(dict.fromkeys(refused))

    def _truth(self, key: str, default: bool) -> bool:
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            self._refuse(key, value, "Write true or false, without quotes.")
        return bool(value)

    def _follows(self) -> Follows:
        table = self._table("follows")
        self._only(table, {"ids", "tags", "languages", "countries"}, "follows")
        ids = table.get("ids", [])
        if not isinstance(ids, list) or not all(type(number) is int for number in ids):
            self._refuse("ids", ids, "Give numbers from 'followup source list', e.g. [1, 4].")
        return Follows(
            tuple(ids),
            self._strings("tags", "follows"),
            self._strings("languages", "follows"),
            self._strings("countries", "follows"),
        )

    def _only(self, table: dict[str, Any], known: set[str], section: str | None) -> None:
        for key, value in table.items():
            if key not in known:
                place = f" in [{section}]" if section else ""
                self._refuse(key, value, f"The keys{place} are {', '.join(sorted(known))}.")

    def _table(self, key: str) -> dict[str, Any]:
        table = self._data.get(key, {})
        if not isinstance(table, dict):
            self._refuse(key, table, f"Write it as a section [{key}].")
        return dict(table)

    def _string(self, key: str) -> str:
        value = self._data.get(key, "")
        if not isinstance(value, str):
            self._refuse(key, value, 'Give text in quotes, e.g. "The Sony hack".')
        return str(value).strip()

    def _strings(self, key: str, section: str | None) -> tuple[str, ...]:
        value = (self._data if section is None else self._table(section)).get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self._refuse(key, value, 'Give a list of texts, e.g. ["en", "ko"].')
        return tuple(value)

    def _share(self, key: str, default: float) -> float:
        value = self._data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            self._refuse(key, value, "Give a number above 0 and up to 1.")
        return default if f"{value:.4f}" == f"{default:.4f}" else float(value)

    def _weight(self, section: str, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
            self._refuse(key, value, f"In [{section}] each entry is a text = a weight from 0.")
        return float(value)

    def _moment(self, key: str, *, end: bool) -> datetime | None:
        value = self._data.get(key)
        if value is None:
            return None
        if isinstance(value, date) and not 1900 <= value.year <= 2200:
            self._refuse(key, value, "Give a day on which there can be news.")
        if isinstance(value, datetime):
            return to_utc(value if value.tzinfo else value.replace(tzinfo=UTC))
        if isinstance(value, date):
            last = time(23, 59, 59) if end else time()
            return datetime.combine(value, last, tzinfo=UTC)
        try:
            return parse_day(str(value), end=end)
        except BadInput:
            self._refuse(key, value, "Write it as 2014-11-24 or 2014-11-24T18:00:00Z.")
        return None

    def _refuse(self, key: str, value: Any, remedy: str) -> None:
        line = self._line(key)
        where = f"Line {line}: " if line else ""
        shown = "" if isinstance(value, dict) else f" with the value {_cut(_shown(value))}"
        raise BadInput(f"{where}the key {key!r}{shown} is wrong.", remedy=remedy)

    def _line(self, key: str) -> int | None:
        """Where a key stands; tomllib keeps no lines, so the text is searched."""
        spelled = {key, _quoted(key), f"'{key}'"}
        for number, line in enumerate(self._text.splitlines(), 1):
            name = line.partition("=")[0].strip()
            if name in spelled or line.strip() in {f"[{s}]" for s in spelled}:
                return number
        return None
