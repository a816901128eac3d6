"""Is this about my incident, and why: profiles from seeds, scores with their reasons.

features.py reads a text, background.py knows what is rare, profile.py derives what to look for,
matching.py judges, coverage.py knows what was judged before, continuing.py what that tells of an
article, siblings.py parts an incident from another of its kind, learning.py learns from what was
taken and left, following.py does both along a stream, reviewing.py weighs decisions by hand,
taught.py lets people accept and refuse, aliases.py finds names in other scripts, unspaced.py names
without capitals, marks.py shows where, record.py keeps profiles; numbers.py holds what was
measured.
"""

from pipelines.relevance.coverage import Coverage, Remembered
from pipelines.relevance.features import read_features
from pipelines.relevance.following import Scored, follow
from pipelines.relevance.learning import Example, is_near, learn, teaches
from pipelines.relevance.marks import marks
from pipelines.relevance.matching import Matcher, thresholds_of
from pipelines.relevance.numbers import LEAST_NEAR, MOST_EXAMPLES, STORED_COVERAGE
from pipelines.relevance.profile import derive
from pipelines.relevance.record import from_record, to_record
from pipelines.relevance.reviewing import Precision, calibrated, precision, to_ask

__all__ = [
    "LEAST_NEAR",
    "MOST_EXAMPLES",
    "STORED_COVERAGE",
    "Coverage",
    "Example",
    "Matcher",
    "Precision",
    "Remembered",
    "Scored",
    "calibrated",
    "derive",
    "follow",
    "from_record",
    "is_near",
    "learn",
    "marks",
    "precision",
    "read_features",
    "teaches",
    "thresholds_of",
    "to_ask",
    "to_record",
]
