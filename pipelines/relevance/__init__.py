"""Is this about my incident, and why: profiles from seeds, scores with their reasons.

features.py reads a text, background.py knows what is rare, profile.py derives what to look for,
matching.py judges, following.py learns along a stream, marks.py shows where, record.py keeps
profiles; numbers.py holds what was measured.
"""

from pipelines.relevance.following import Scored, follow
from pipelines.relevance.marks import marks
from pipelines.relevance.matching import Matcher
from pipelines.relevance.profile import derive
from pipelines.relevance.record import from_record, to_record

__all__ = ["Matcher", "Scored", "derive", "follow", "from_record", "marks", "to_record"]
