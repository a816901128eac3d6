"""A dossier's pages: they open from a disk, run nothing, load nothing, and ask nobody.

All that was fetched stands here escaped; addresses are linked only where they are http(s). The one
style is in the page, and its sum in the page's policy, which forbids all else.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from crawler.export.quoting import is_web, writable

STYLE = """
:root { color-scheme: light dark; --aside: light-dark(#57606a, #a3acb6);
  --link: light-dark(#0a56b5, #8ab8ff); --line: light-dark(#d8dde3, #3a4048) }
body { font: 1rem/1.6 Georgia, "Times New Roman", serif; max-width: 44rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere }
h1 { line-height: 1.2 } h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem }
h3 { margin: 1.5rem 0 0; font-size: 1.1rem } a { color: var(--link) }
.aside, footer { color: var(--aside); font: .875rem/1.5 system-ui, sans-serif; margin: .2rem 0 }
table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0;
  vertical-align: top } footer { margin-top: 4rem }
"""
_SUM = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_SUM}'; base-uri 'none'; form-action 'none'"
_STATES = {"keep": "kept", "dismiss": "dismissed", "star": "starred"}


def begin(title: str, language: str = "en") -> str:
    """The head of a page, up to its heading."""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{said(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1 dir="auto">{said(title)}</h1>\n'
    )


def end(as_of: str) -> str:
    """What closes a page."""
    return f"</main>\n<footer>As of {said(as_of)}.</footer>\n</body>\n</html>\n"


def timeline_entry(row: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> str:
    """An article in the timeline, with what people said of it."""
    title = row["title"] or row["url"]
    return (
        f'<h3 dir="auto"><a href="articles/{row["id"]}.html">{said(title)}</a></h3>\n'
        f'<p class="aside">{" · ".join(_facts(row))}</p>\n'
        f'<p dir="auto">{said(row["quoted"])}</p>\n' + "".join(_done(done))
    )


def day_heading(day: str) -> str:
    """What stands above the articles of a day."""
    return f"<h2>{said(day)}</h2>\n"


def article_page(
    row: Mapping[str, Any], done: Sequence[Mapping[str, Any]], as_of: str
) -> Iterator[str]:
    """The page of one article."""
    yield begin(row["title"] or row["url"])
    yield '<p class="aside"><a href="../index.html">The timeline</a></p>\n'
    yield f'<p class="aside">{" · ".join(_facts(row))}</p>\n'
    yield f'<p class="aside">{_address(row["url"])}</p>\n'
    for paragraph in row["shown"].split("\n\n"):
        yield f'<p dir="auto">{said(paragraph)}</p>\n'
    yield from _done(done)
    yield "<h2>What is known of it</h2>\n<table>\n"
    for name, value in _known(row):
        yield f'<tr><th scope="row">{name}</th><td>{said(value)}</td></tr>\n'
    yield "</table>\n"
    yield end(as_of)


def _facts(row: Mapping[str, Any]) -> list[str]:
    facts = [row["outlet"] or "unknown outlet", row["published_at"] or "no date"]
    facts += [f"first seen {row['first_seen_at']}", f"{row['verdict']} {row['score']:.2f}"]
    if row["review"]:
        facts.append(_STATES.get(row["review"], row["review"]))
    if row["revisions"]:
        facts.append(f"edited {row['revisions']} times" if row["revisions"] > 1 else "edited once")
    if row["copy_of"] is not None:
        facts.append(f"a copy of article {row['copy_of']}")
    return [said(fact).replace("_", "-") for fact in facts]


def _known(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "Id", str(row["id"])
    yield "By", ", ".join(row["authors"]) or "nobody named"
    yield "Language", row["language"] or "unknown"
    yield "Last changed by its outlet", row["modified_at"] or "it does not say"
    yield "Other addresses", " ".join(row["aliases"]) or "none"
    reasons = (f"{one['term']} ({one['weight']:.3f})" for one in row["reasons"])
    yield "Why it is here", ", ".join(reasons) or "taken by hand"


def _done(done: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in done:
        yield f'<p class="aside" dir="auto">{said(words_of(one))}</p>\n'


def words_of(done: Mapping[str, Any]) -> str:
    """What a person did, in words."""
    what = _STATES.get(done["decision"] or "", "")
    if done["label"] is not None:
        what = f"label {done['label']} {'put on' if done['labelled'] else 'taken off'}"
    elif not what:
        what = "noted" if done["note"] else "taken back"
    note = f": {done['note']}" if done["note"] else ""
    return f"{what} by {done['by']}, {done['at']}{note}"


def _address(url: str) -> str:
    if not is_web(url):
        return said(url)
    return f'<a href="{said(url)}" rel="noopener noreferrer nofollow">{said(url)}</a>'


def said(text: str) -> str:
    """A stranger's text in a page."""
    return escape(writable(text))
