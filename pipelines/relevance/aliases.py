"""Aliases that texts give themselves: a name in one script with its name in another in brackets.

"소니 픽처스(Sony Pictures)", "Sony Pictures (索尼影业)", «سوني بيكتشرز» (Sony Pictures): where one
side is a name of the profile, the other is proposed as its alias, and so is the part of it that is
left without a listed word ("索尼" for "Sony" of 索尼影业). A person takes a proposal or refuses it;
nothing here changes a profile. Where the other side begins is told by quotation marks, by the
number of words in brackets, or in scripts that part no words by what no list knows; where two
outlets begin it differently, what both end with is proposed.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from pipelines.incident import Profile, Seed
from pipelines.items import Article
from pipelines.relevance.background import Background, background_for, language_of_script
from pipelines.relevance.features import key_of
from pipelines.relevance.numbers import CASELESS_NAME_RARITY, MOST_CHARACTERS
from pipelines.relevance.unspaced import RUN, last_name, without_listed_ending

#: One outlet may be mistaken, or make up a spelling; a seed is believed.
LEAST_OUTLETS = 2
#: Proposals at most: people read them.
MOST_PROPOSED = 50

_LONGEST = 60
_MOST_WORDS = 4
#: Brackets of one text that are looked at.
_MOST_BRACKETS = 200
_BRACKETS = re.compile(rf"[(\[]([^()\[\]\n]{{2,{_LONGEST}}})[)\]]")
_OPEN_QUOTES = "\"'“”«»‹›「『《〈"
_CLOSE_QUOTES = "\"'“”«»‹›」』》〉"
#: Ends what belongs to a name in front of brackets.
_BREAK = re.compile(rf"[^\w\s·・‧.&'’-]|\n|[.](?=\s)|[{_OPEN_QUOTES}]")
#: Parts the words of a foreign name in Chinese and Japanese.
_DOTS = re.compile("[·・‧]")
#: Scripts by a character of theirs; all others are one.
_SCRIPTS = (
    ("latin", re.compile("[A-Za-z\u00c0-\u024f]")),
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("hebrew", re.compile("[\u0590-\u05ff]")),
    ("hangul", re.compile("[\uac00-\ud7af]")),
    ("han", re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")),
)


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of what a profile's name stands for.

    Attributes:
        text: the alias, as written.
        name: the name of the profile that it stands for.
        language: of the alias (BCP 47), of the text that it stands in or told by its script.
        articles: ids of the articles that say so, in the order given; of a seed its address or
            headline.
    """

    text: str
    name: str
    language: str
    articles: tuple[str, ...]


class _Said(NamedTuple):
    """What one text says: an alias and the name beside it."""

    text: str
    name: str
    language: str


class _Witness(NamedTuple):
    """A text that says so: its id, and its outlet; a seed has none."""

    id: str
    outlet: str | None


def proposed(
    profile: Profile, articles: Iterable[tuple[str, Article]], seeds: Sequence[Seed] = ()
) -> list[Alias]:
    """Aliases that a seed or articles of two outlets give for names of the profile, those that most
    articles give first; none that the profile has, or has refused. Of an article without an outlet
    its id stands for it."""
    names = _names_of(profile)
    said: defaultdict[_Said, dict[_Witness, None]] = defaultdict(dict)
    for seed in seeds:
        witness = _Witness(seed.url or seed.title or seed.text[:40], None)
        for alias in _read(seed.title, seed.text, seed.language, names):
            said[alias][witness] = None
    for id_, article in articles:
        witness = _Witness(id_, article.outlet or id_)
        for alias in _read(article.title, article.text, article.language, names):
            said[alias][witness] = None
    known = {key_of(term.text) for term in profile.terms}
    known.update(key_of(text) for text in profile.refused)
    found = [
        Alias(alias.text, alias.name, alias.language, tuple(dict.fromkeys(w.id for w in witnesses)))
        for alias, witnesses in _agreed(said).items()
        if _is_believed(witnesses)
        and key_of(alias.text) not in known
        and not _holds_a_name(alias.text, names)
    ]
    found.sort(key=lambda alias: (-len(alias.articles), -len(alias.text), alias.text, alias.name))
    return _first_of_each(found)[:MOST_PROPOSED]


def _holds_a_name(text: str, names: Iterable[str]) -> bool:
    """True for words with a name among them by which the profile finds a text already."""
    words = f" {_folded(text)} "
    return any(f" {name} " in words for name in names)


def _is_believed(witnesses: Iterable[_Witness]) -> bool:
    outlets = {witness.outlet for witness in witnesses}
    return None in outlets or len(outlets) >= LEAST_OUTLETS


def _agreed(said: dict[_Said, dict[_Witness, None]]) -> dict[_Said, dict[_Witness, None]]:
    """Whoever says a longer alias that ends the same says the shorter one as well."""
    agreed = {alias: dict(witnesses) for alias, witnesses in said.items()}
    for longer, witnesses in said.items():
        for start in range(1, len(longer.text)):
            shorter = longer._replace(text=longer.text[start:])
            if shorter in agreed:
                agreed[shorter].update(witnesses)
    return agreed


def _first_of_each(aliases: Iterable[Alias]) -> list[Alias]:
    """One of those with the same key."""
    kept: dict[str, Alias] = {}
    for alias in aliases:
        kept.setdefault(key_of(alias.text), alias)
    return list(kept.values())


def _names_of(profile: Profile) -> dict[str, str]:
    """Names of the profile by their folded form."""
    learned = profile.learned.terms if profile.learned is not None else ()
    return {
        _folded(term.text): term.text
        for term in (*profile.terms, *learned)
        if term.kind in ("name", "alias") and len(term.text) > 1
    }


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _read(
    title: str | None, text: str, language: str | None, names: dict[str, str]
) -> Iterator[_Said]:
    whole = unicodedata.normalize("NFKC", f"{title or ''}\n{text[:MOST_CHARACTERS]}")
    for match in islice(_BRACKETS.finditer(whole), _MOST_BRACKETS):
        inside = match.group(1).strip(_OPEN_QUOTES + _CLOSE_QUOTES + " ")
        before = whole[max(0, match.start() - _LONGEST) : match.start()].rstrip()
        if not inside or not before:
            continue
        if name := names.get(_folded(inside)) or _name_at_start(inside, names):
            alias = _name_in_front(before, inside, language)
        elif name := _name_at_end(before, names):
            alias = re.split(r"[,;:/、،؛]", inside)[0].strip()
        else:
            continue
        if alias and _is_other_script(alias, name):
            for part in (alias, *_parts(alias, language)):
                for_name = name if part == alias else _name_of_part(part, alias, name, names)
                if for_name and len(part) > 1:
                    yield _Said(part, for_name, _language(part, language))


def _language(text: str, language: str | None) -> str:
    """Of an alias: the text's own where that is written in its script."""
    told = language_of_script(text)
    own = (language or "").split("-")[0].casefold()
    same_script = {"zh", "ja"} if told in ("zh", "ja") else {told, "fa", "ur"}
    return own if own and (told == "en" or own in same_script) else told


def _name_at_start(inside: str, names: dict[str, str]) -> str | None:
    """The name of several words with which the brackets begin: "Sony Pictures" of "Sony Pictures
    Entertainment"."""
    words = _folded(inside).split(" ")
    for count in range(len(words) - 1, 1, -1):
        if name := names.get(" ".join(words[:count])):
            return name
    return None


def _name_at_end(before: str, names: dict[str, str]) -> str | None:
    """The longest name that stands right in front of the brackets."""
    folded = _folded(before).rstrip(_CLOSE_QUOTES)
    found = [name for name in names if folded.endswith(name)]
    for name in sorted(found, key=len, reverse=True):
        start = len(folded) - len(name)
        if start == 0 or not folded[start - 1].isalnum() or RUN.match(name):
            return names[name]
    return None


def _name_in_front(before: str, inside: str, language: str | None) -> str | None:
    """What stands in front of brackets that hold a name: all between quotation marks, the words in
    capitals, as many words as in brackets, or what a script without blanks has last as a name."""
    if before[-1] in _CLOSE_QUOTES:
        opening = max(before.rfind(quote, 0, len(before) - 1) for quote in _OPEN_QUOTES)
        return before[opening + 1 : -1].strip() or None if opening >= 0 else None
    # Without a break in reach the first word may be cut off.
    tail = _BREAK.split(before)[-1].strip()
    words = tail.split()
    if not words:
        return None
    script = _script(words[-1])
    if script == "han":
        return _last_unspaced(words[-1], len(inside.split()), language)
    if script == "latin":
        return _last_capitals(words)
    count = min(_MOST_WORDS, len(inside.split()) if _script(inside) != "han" else 1)
    return " ".join(words[-count:])


def _last_unspaced(tail: str, count: int, language: str | None) -> str | None:
    """The name at the end of a run: 维尔科交易所 of 数字货币平台维尔科交易所."""
    parts = _DOTS.split(tail)
    lexicon = background_for(_language(tail, language), tail).lexicon
    # A foreign first name is seldom shorter than two words that happen to be listed.
    first = last_name(parts[0], lexicon, count if len(parts) == 1 else 2)
    return tail[len(parts[0]) - len(first) :] if first else None


def _last_capitals(words: Sequence[str]) -> str | None:
    count = 0
    while count < min(_MOST_WORDS, len(words)) and words[-count - 1][:1].isupper():
        count += 1
    return " ".join(words[-count:]) if count else None


def _parts(alias: str, language: str | None) -> Iterator[str]:
    """The last name of a person, and a name without its listed ending ("航运", "거래소")."""
    background = background_for(_language(alias, language), alias)
    if _script(alias) == "han":
        parts = _DOTS.split(alias)
        if len(parts) > 1:
            yield parts[-1]
        elif shorter := without_listed_ending(alias, background.lexicon):
            yield shorter
        return
    words = alias.split()
    unlisted = [word for word in words if _is_unlisted(word, background)]
    if len(words) > 1 and unlisted:
        yield unlisted[-1]


def _name_of_part(part: str, alias: str, name: str, names: dict[str, str]) -> str | None:
    """The single name that a part of an alias stands for: the last unlisted word of a name of
    several."""
    words = name.split()
    if part == alias or len(words) < 2:
        return None
    words = [word for word in words if _folded(word) in names]
    rare = [word for word in words if _is_unlisted(word, background_for(None, name))]
    return rare[-1] if rare else None


def _is_unlisted(word: str, background: Background) -> bool:
    if background.lexicon:
        return word not in background.lexicon
    return background.rarity(key_of(word)) >= CASELESS_NAME_RARITY


def _is_other_script(alias: str, name: str) -> bool:
    return _script(alias) != _script(name) and any(character.isalpha() for character in alias)


def _script(text: str) -> str:
    """Of the first letter that tells one."""
    for character in text:
        if character.isalpha():
            return next((name for name, letters in _SCRIPTS if letters.match(character)), "other")
    return "other"
