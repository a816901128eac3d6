"""Names in other scripts that an incident's own articles give for its names.

They are proposed, never taken without a person's word: `learning.learn` accepts and refuses them.
"""

from crawler.home import Home
from pipelines.incident import Incident
from pipelines.outcomes import Verdict
from pipelines.relevance.aliases import Alias, proposed
from pipelines.store import examples, holdings

#: Articles that are looked through, the latest.
LOOKED_THROUGH = 200


def proposals(home: Home, incident: Incident) -> list[Alias]:
    """What the seeds, the follow-ups and the candidates propose, nothing that people dismissed."""
    with home.database.read() as conn:
        ids = [
            one.article_id
            for one in examples.standings(conn, incident.id or 0)
            if one.is_taken or (one.verdict is Verdict.CANDIDATE and not one.by_hand)
        ]
        held = holdings.read(conn, sorted(ids)[-LOOKED_THROUGH:])
    given = [(str(each.id), each.article) for each in held]
    return proposed(incident.profile, given, incident.seeds)
