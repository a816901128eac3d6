"""From the bytes of a page to its article; the only room that knows BeautifulSoup.

`cleaner` is the way through it. In order: `sniff` and `decode` (bytes), `document` (tree), `head`
with `jsonld` (what the page says of itself), `metadata` with `titles`, `bylines`, `times`,
`addresses`, `language` and `robots` (its fields), `container` with `names` (where the story is),
`body` with `strip` (its text, by BeautifulSoup), `lookalikes` (what it is if no article).
"""

from pipelines.clean.cleaner import clean, clean_html
from pipelines.clean.decode import decode

__all__ = ["clean", "clean_html", "decode"]
