"""Cleaning inside the container, with BeautifulSoup: what is cut out of a story, and why.

Two tables: what an element's name or tag says it is (`names.OTHER_THINGS`, `TAGS`), and what a
short block says (`LINES`). An element that holds a good share of the story's text is never cut out
by its name.
"""

import re
from functools import lru_cache

from bs4 import BeautifulSoup
from bs4.element import PageElement, Tag

from pipelines.clean.names import name_of, other_thing

#: Tags that are no part of the running text.
TAGS: dict[str, str] = {
    "figcaption": "caption",
    "aside": "related",
    "form": "newsletter",
    "label": "newsletter",
}
KEEP_SHARE = 0.35
_UNCUT = frozenset({"html", "body", "h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({"a", "span", "em", "strong", "b", "i", "u", "font", "mark", "abbr", "time"})

#: reason -> beginnings of lines that are no part of a story; tried on lines of few words.
LINES: dict[str, str] = {
    "read more": (
        r"(?:read|see|watch|listen|click|tap|view|lire|leia|lee|weiterlesen|más|"
        r"mehr)(?: (?:more|also|next|on|here|now|full|aussi|también|mehr|tamb[eé]m|"
        r"the full))?\s*[:>»→]|read (?:more|also|next|the full)\b|also read\b|"
        r"related\b[^.]{0,80}$|more (?:from|on|stories|news|in)\b|see also\b|"
        r"you (?:may|might) also\b|recommended\b|continue reading|keep reading|click here|"
        r"learn more|lire aussi|à lire|lea también|leia também|lesen sie|mehr zum thema|"
        r"see more\b|(?:don't|do not) miss\b|up next|further reading|find out more|"
        r"editors?.{0,2} picks?"
    ),
    "most read": (r"most (?:read|popular|viewed)|trending\b|latest (?:news|stories)|top stories"),
    "newsletter": (
        r"sign up\b|subscribe\b|get (?:our|the) (?:free )?(?:newsletter|app|latest|morning)|"
        r"newsletter|join our\b|enter your e-?mail|follow us\b|like us on|"
        r"download (?:the|our) app|abonnieren|abonnez|suscr[ií]bete|"
        r"follow .{1,60} on (?:twitter|facebook|instagram|x|telegram|google news|whatsapp|"
        r"linkedin)|support (?:our|quality|independent) journalism|"
        r"for (?:more|the latest) (?:news|stories|information|updates)"
    ),
    "share": (
        r"share (?:this|on|via|with|article|story)|share$|tweet$|print$|e-?mail$|facebook$|"
        r"twitter$|whatsapp$|linkedin$|pinterest$|reddit$|copy link|compartir|partager|"
        r"teilen$|save$|comments?$|\d+ comments?\b|leave a (?:comment|reply)|post a comment|"
        r"join the conversation|\d+ shares?\b|gift this article|bookmark"
    ),
    "tags": (
        r"tags?\s*:|topics?\s*:|filed under|posted in\b|tagged (?:with|in|as)?\b|"
        r"categor(?:y|ies)\s*:|keywords\s*:|labels\s*:|more on this|explore more|schlagw|"
        r"etiquetas|temas"
    ),
    "advertising": (
        r"advertis\w+\b.{0,30}$|ad$|sponsored\b|promoted\b|paid (?:post|content)|"
        r"story continues|article continues|werbung|anzeige|publicit[eé]|publicidad|"
        r"scroll (?:down )?to continue|skip (?:ad|past)|"
        r"this (?:article|post|story) (?:contains|may contain) affiliate"
    ),
    "caption": (
        r"(?:photo|image|picture|photograph|foto|bild|credit|source image|file photo|"
        r"photo credit|image (?:credit|source|caption)|image copyright|getty images|reuters|"
        r"ap photo|illustration|video|watch)\s*(?:by\b|courtesy|[:/|©])|getty images|©|"
        r"\(?c\) \d|view (?:gallery|image)|loading\b"
    ),
    "byline": (
        r"(?:written |reported |posted |published |by|updated|last updated|first published|"
        r"originally published|author|published|posted|edited by|reporting by|"
        r"additional reporting)\b\s*(?:by|on|at|:|\d|[A-ZÀ-Ý])"
    ),
    "copyright": (
        r"(?:copyright|©|\(c\)|all rights reserved|alle rechte|todos los derechos|tous droits)"
    ),
}
LINE_WORDS = 14
#: "Von Greta Lüders", "By Anna Field and R. Osei, 17 December": names after the word, no sentence.
_SIGNED = re.compile(
    r"(?i:by|von|par|por|di|da|door|av|af|text|foto|written by|posted by)\s*:?\s+"
    r"[A-ZÀ-ÞŠŽČ][\w.'’-]*(?:\s+(?:[A-ZÀ-ÞŠŽČ][\w.'’-]*|de|da|van|von|der|bin|al)){1,4}"
    r"(?:\s+(?:and|und|et|y|e|en|och|&)\s+[A-ZÀ-ÞŠŽČ][\w.'’ -]*)?\s*(?:$|[,|·•–—/(]|\d)"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: Beginnings of the words in a line that is but a date: months, days and what stands around them.
_DATE_WORDS = (
    *("jan", "feb", "fév", "mar", "mär", "apr", "avr", "may", "mai", "jun", "juin", "jul", "juil"),
    *("aug", "aoû", "sep", "oct", "okt", "nov", "dec", "dez", "déc", "ene", "abr", "ago", "dic"),
    *("gen", "mag", "giu", "lug", "set", "ott", "out", "maj", "mon", "tue", "wed", "thu", "fri"),
    *("sat", "sun", "die", "mit", "don", "fre", "sam", "son", "lun", "mer", "jeu", "ven", "dim"),
    *("mié", "jue", "vie", "sáb", "dom", "am", "pm", "at", "on", "um", "uhr", "gmt", "utc", "est"),
    *("edt", "et", "pst", "pdt", "cet", "cest", "bst", "publi", "updat", "upd", "post", "stand"),
    *("last", "le", "à", "de", "del", "h", "st", "nd", "rd", "th", "vom", "den", "t", "z", "ist"),
    *("aktual", "veröff", "creat", "first", "modif", "mis", "jour", "il", "alle", "ore", "a"),
)
#: What these say is a heading or a link; a sentence that begins like one is the story's.
_NEVER_SENTENCES = frozenset({"read more", "most read", "tags"})


def says_a_year(text: str) -> bool:
    """True for a text with a year of these two centuries."""
    return ("20" in text or "19" in text) and _YEAR.search(text) is not None


def _is_date(line: str) -> bool:
    """True for a line that holds a year and no word but those of a date."""
    if not says_a_year(line):
        return False
    return all(word.startswith(_DATE_WORDS) for word in _LETTERS.findall(line.lower()))


def cut_other_things(soup: BeautifulSoup) -> None:
    """Take out of the soup what names and tags say is no part of the story."""
    limit = KEEP_SHARE * len(soup.get_text())
    node: PageElement | None = soup.html
    while node is not None:
        if isinstance(node, Tag) and _reason(node) and len(node.get_text()) <= limit:
            following = _after(node)
            node.decompose()
            node = following
        else:
            node = node.next_element


def _after(element: PageElement) -> PageElement | None:
    """The next in document order that is not inside the element."""
    above: PageElement | None = element
    while above is not None and above.next_sibling is None:
        above = above.parent
    return above.next_sibling if above is not None else None


def _is_running_text(element: Tag) -> bool:
    return element.name in _INLINE and element.parent is not None and element.parent.name == "p"


def _reason(element: Tag) -> str | None:
    if element.name in _UNCUT or _is_running_text(element):
        return None
    return TAGS.get(element.name) or other_thing(name_of(element.attrs.items()))


@lru_cache(maxsize=1)
def beginnings() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    """The rows of `LINES` as one pattern, its groups g0, g1, ...; the same for lines in small
    letters, which takes a third of the time; and their reasons."""
    rows = LINES.values()
    whole = "|".join(f"(?P<g{number}>{row})" for number, row in enumerate(rows))
    small = "|".join(f"(?P<g{number}>{row.lower()})" for number, row in enumerate(rows))
    return re.compile(whole, re.IGNORECASE), re.compile(small), tuple(LINES)


def is_dateline(line: str) -> bool:
    """True for a short line with a year that ends no sentence: who wrote a story, and when."""
    is_short = line.count(" ") < LINE_WORDS
    return is_short and says_a_year(line) and not line.endswith((".", "!", "?", "。"))


def line_reason(line: str) -> str | None:
    """Why a line is no part of a story; None where it may be."""
    if line.count(" ") >= LINE_WORDS:
        return None
    if _SIGNED.match(line) or _is_date(line):
        return "byline"
    pattern, small, reasons = beginnings()
    match = small.match(line.lower()) if line.isascii() else pattern.match(line)
    reason = reasons[int((match.lastgroup or "g0")[1:])] if match else None
    return None if reason in _NEVER_SENTENCES and line.endswith((".", "。")) else reason
