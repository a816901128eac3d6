"""The outlet that an article itself names as its first publisher: "originally published by X".

Phrases are a table, a row a language. What stands where the name should be is believed only where
it can be an outlet's name: no date, no platform, no "this site".
"""

import re
import unicodedata

from pipelines.text import squeeze, words

#: Such lines stand above the text or below it; so many paragraphs of either end are looked at.
ENDS = 3
#: A longer paragraph is no such line, and is looked at by its beginning.
LINE_CHARS = 400


#: Language -> what stands before the name. What stands around it in others is `_AROUND`.
PHRASES: dict[str, str] = {
    "en": r"(?:first|originally|initially|previously) (?:published|appeared|ran) "
    r"(?:in|by|on|at|with|over at) "
    r"|(?:republished|reprinted) (?:here )?(?:with (?:the )?permission )?(?:from|of|by) ",
    "de": r"(?:zuerst|zunächst|ursprünglich|erstmals) (?:(?:erschienen|veröffentlicht) )?"
    r"(?:in der|in dem|in|im|bei|auf|von) ",
    "fr": r"(?:initialement|d['’]abord|à l['’]origine|pour la première fois|originellement) "
    r"(?:publiée?|parue?) (?:dans|par|sur|en|chez) "
    r"|(?:publiée?|parue?) (?:initialement|à l['’]origine|pour la première fois|d['’]abord) "
    r"(?:dans|par|sur|en|chez) ",
    "es": r"(?:publicad[oa]|aparecid[oa]|apareció|publicó) "
    r"(?:originalmente|originariamente|por primera vez|primero|inicialmente) (?:en|por) ",
    "pt": r"(?:publicad[oa]|apareceu) "
    r"(?:originalmente|originariamente|pela primeira vez|primeiro|inicialmente) "
    r"(?:em|no|na|por|pelo|pela) ",
    "it": r"(?:pubblicat[oa]|apparso|apparsa|uscit[oa]) "
    r"(?:originariamente|originalmente|per la prima volta|inizialmente|per primo) "
    r"(?:su|sul|sulla|da|dal|dalla|in|nel) ",
    "nl": r"(?:eerder|oorspronkelijk|eerst) (?:(?:verschenen|gepubliceerd) )?(?:in|op|bij|door) ",
    "sv": r"(?:publicerades|publicerats) (?:först|ursprungligen) (?:i|av|på|hos) ",
    "da": r"(?:først|oprindeligt|opprinnelig) (?:bragt|udgivet|publisert|publiceret) "
    r"(?:i|af|av|på|hos) ",
    "pl": r"(?:pierwotnie|po raz pierwszy|najpierw) (?:w|na|przez) ",
    "ru": r"(?:впервые|первоначально|изначально) (?:был[ао]? )?опубликован[аоы]? (?:в|на) "
    r"(?:(?:издании|газете|журнале|сайте) )?",
    "zh": r"(?:最初|最早|首先)?(?:首发于|首發於|原载于|原載於|原刊于|原刊於|刊登于|刊登於)"
    r" ?|(?:发表于|發表於|转载自|轉載自) ?|(?:原载|原載|首发|首發|转自|轉自) ?: ?",
    "ja": r"(?:初出|転載元) ?: ?",
    "ar": r"(?:أولاً?|لأول مرة|في الأصل) (?:في|على) ",
}
#: What may stand before the phrase in its sentence: words for this text itself, or nothing.
_THIS = re.compile(
    r"(?:this|an? (?:earlier |longer )?version of this)\b|dies(?:er|e|es)\b|ce(?:t|tte)?\b"
    r"|est[ea]\b|quest[oa]\b|dit\b|(?:ten )?(?:artykuł|tekst|wywiad)\b"
    r"|(?:статья|материал|текст|интервью)\b"
    r"|artikeln|texten|artiklen|artikkelen|saken|本文|原文|文章|نُ?شر(?:ت)? هذ|o (?:artigo|texto)\b"
    r"|(?:der|das) (?:artikel|text|beitrag|interview)\b|l['’]arti(?:cle|colo)\b|el artículo\b",
    re.IGNORECASE,
)
#: Between the one and the other no more than a verb and a few words.
_THIS_CHARS = 60
_SENTENCE = re.compile(r"(?:^|[.!?。:：)）\]—–*|]\s*)[^.!?。:：)）\]—–*|]*$")
_MARKS = "\"“”'‘’([{（【*_~-–—.:!?。：)|] "

#: One of these stands in every phrase, in small letters; most lines need no closer look.
_TELLING = (
    *("first ", "originally ", "initially ", "previously ", "republished ", "reprinted "),
    *("zuerst ", "zunächst ", "ursprünglich ", "erstmals ", "publié", "paru", "publicad"),
    *("apareci", "apareceu", "publicó ", "pubblicat", "appars", "uscit", "eerder ", "eerst "),
    *("oorspronkelijk ", "publicer", "først ", "oprindelig", "opprinnelig ", "pierwotnie "),
    *("pierwszy ", "najpierw ", "опубликован", "首发", "首發", "原载", "原載", "原刊", "刊登"),
    *("发表于", "發表於", "转载", "轉載", "转自", "轉自", "初出", "転載", "掲載", "이 기사는 "),
    *("bu haber ", "bu yazı ", "bu makale ", "أول", "في الأصل "),
)
_BEFORE = re.compile("|".join(f"(?:{phrase})" for phrase in PHRASES.values()), re.IGNORECASE)
_AROUND = re.compile(
    r"^\W*bu (?:haber|yazı|makale) ilk (?:olarak|kez) (?P<tr>[^.,]{2,60}?)['’]n?[dt][ea]\b"
    r"|^\W*(?:この記事は|本記事は)(?P<ja>[^。、]{2,40}?)(?:に(?:最初に)?掲載された|から(?:の)?転載)"
    r"|^\W*이 기사는 (?P<ko>[^.,]{2,40}?)에 (?:처음|먼저|최초로)",
    re.IGNORECASE,
)
_QUOTES = "\"“”„«»‹›'‘’《》「」『』〈〉*_ "
_NAME = re.compile(
    r"(?:the |die |der |das )?"
    r"(?:[《「『“\"«„][^》」』”\"»“]{2,60}|[^\s,;:()|。、][^,;:()|\n。、]{1,79})",
    re.IGNORECASE,
)
#: What ends a name: a new sentence, a date, how and under which terms.
_END = re.compile(
    r"\.(?:\s|$)|\s(?:on|under|in (?:its|the|a)|as|and (?:is|was|has|appears|republished)|with"
    r"|where|by|at|am|vom|le|el|erschienen|veröffentlicht)(?=[\s.]|$)|\s[-–—]\s|\s\d|[!?]",
    re.IGNORECASE,
)
#: Where a text first stood there without having been an outlet's.
_PLATFORMS = frozenset(
    words(
        "facebook twitter x linkedin instagram youtube telegram substack reddit tiktok wechat weibo"
        " whatsapp threads bluesky mastodon 微信 微博 here hier ici us uns this"
    )
)
_MONTH = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|märz|mai|okt|dez|issue|edition|ausgabe|"
    r"print|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\w*\.?\b",
    re.IGNORECASE,
)


def first_publisher(text: str) -> str | None:
    """The outlet that a line at either end of a text names as the first publisher; None where
    there is no such line. Text: paragraphs parted by blank lines."""
    parts = text.split("\n\n")
    ends = parts if len(parts) <= 2 * ENDS else [*parts[:ENDS], *parts[-ENDS:]]
    return next(filter(None, map(_named_in, ends)), None)


def _named_in(paragraph: str) -> str | None:
    line = squeeze(unicodedata.normalize("NFKC", paragraph[:LINE_CHARS]))
    small = line.lower()
    if not any(word in small for word in _TELLING):
        return None
    if match := _AROUND.search(line):
        return _name(next(filter(None, match.groups())))
    match = _BEFORE.search(line)
    return _name(line[match.end() :]) if match and _is_of_this(line[: match.start()]) else None


def _is_of_this(before: str) -> bool:
    """True where a sentence that begins so is about the text it stands in."""
    sentence = _SENTENCE.search(before)
    subject = (sentence.group() if sentence else before).strip(_MARKS)
    return not subject or (len(subject) <= _THIS_CHARS and _THIS.match(subject) is not None)


def _name(rest: str) -> str | None:
    """The name at the beginning of what follows the phrase; None where it cannot be an outlet's."""
    match = _NAME.match(rest)
    if match is None:
        return None
    name = match.group()
    if end := _END.search(name):
        name = name[: end.start()]
    name = name.strip(_QUOTES + ".").removeprefix("the ").strip(_QUOTES)
    return name if _can_be_outlet(name) else None


def _can_be_outlet(name: str) -> bool:
    first = name[:1]
    if not first.isalnum() or first.isdigit() or name.casefold() in _PLATFORMS:
        return False
    if first.islower() and "." not in name:  # "our blog", "this site"; but heise.de
        return False
    return len(name) > 1 and len(name.split()) <= 7 and _MONTH.search(name) is None
