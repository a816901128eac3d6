"""What pages say in place of an article, a row a language: errors, consent, log-in, pay.

The phrases are parts of a line, parted by "|" and looked for after `phrases.fold` (no case, no
accents, so these may be left out here); "^" and "$" stand for the beginning and the end of the line
or of a title's part. A page is held against all rows, for what it says of its own language is often
wrong. The row "und" is what stands on pages of any language.
"""

from pipelines.clean.latin_tongues import LATIN
from pipelines.clean.other_tongues import OTHER
from pipelines.clean.tongue import Tongue

TONGUES: dict[str, Tongue] = {**LATIN, **OTHER}
