"""``/api/v1/incidents``: drafted and tried, made, shown, edited, taught, closed, deleted."""

from datetime import UTC, datetime, time
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import PREFIX, Slug, doors, next_page
from crawler.desk.room import InRoom, Room
from crawler.services import incidents, learning, listing
from crawler.services.incident_file import read_incident, write_incident
from crawler.services.seeds import MOST_SEEDS
from pipelines.errors import BadInput
from pipelines.incident import Incident

router = doors("/incidents", "incidents")

_Seed = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
_Toml = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]
_Terms = Annotated[list[shapes.Word], Field(default_factory=list, max_length=100)]


class DraftTaken(shapes.Taken):
    """What an incident is derived from."""

    slug: shapes.Word = Field(description="Small letters, digits and hyphens.")
    seeds: list[_Seed] = Field(
        min_length=1, max_length=MOST_SEEDS, description="Addresses of articles, or their texts."
    )
    title: shapes.Word | None = None
    since: shapes.Day | None = Field(None, description="Articles of this day and later.")
    until: shapes.Day | None = Field(None, description="Articles of this day and earlier.")


class NewTaken(DraftTaken):
    """A new incident; `profile` as `/draft` gave it, with what was changed in it."""

    profile: _Toml | None = Field(None, description="TOML.")


class EditTaken(shapes.Taken):
    """An edited incident."""

    profile: _Toml = Field(description="TOML, as `GET .../profile` gives it.")


class StateTaken(shapes.Taken):
    """Closed: nothing new is matched with it."""

    open: bool


class LearningTaken(shapes.Taken):
    """What is accepted and refused of what was learned; `apply`: articles are judged anew."""

    accept: _Terms
    refuse: _Terms
    learns: bool | None = None
    apply: bool = False


class IncidentsAsked(shapes.Asked):
    """Which incidents."""

    limit: int = Field(200, ge=1, le=1_000)
    after: int = Field(0, ge=0, le=shapes.MOST_ID, description="Only those with a higher id.")


class DeleteAsked(shapes.Asked):
    """So that nothing is deleted by a slip."""

    name: shapes.Word = Field(description="The slug once more.")


class TermShown(shapes.Given):
    """What an article is recognised by."""

    term: str
    kind: str
    weight: float


class IncidentShown(shapes.Given):
    """One incident with what it is recognised by, and what it has learned."""

    slug: str
    title: str
    brief: str | None
    state: str = Field(description="open or closed")
    since: str | None
    until: str | None
    threshold: float
    candidate_threshold: float
    languages: list[str]
    terms: list[TermShown]
    follows: dict[str, list[Any]]
    seeds: list[dict[str, Any]]
    created_at: str | None
    learns: bool
    learned: dict[str, Any]
    refused: list[str]
    now: dict[str, float]
    precision: dict[str, float] | None


class BackTestShown(shapes.Given):
    """What an incident makes of the stored articles."""

    judged: int
    taken: int
    candidates: int
    left: int
    out_of_window: int
    by_hand: int
    enters: int
    leaves: int
    stored: int
    nearest_above: list[dict[str, Any]]
    nearest_below: list[dict[str, Any]]
    overlaps: list[dict[str, Any]]


class DraftShown(shapes.Given):
    """A draft; nothing is stored."""

    profile: str = Field(description="TOML, to be edited.")
    tested: BackTestShown | None = Field(description="Null: nothing is stored, or would change.")
    proposals: list[dict[str, Any]] = Field(description="Sources worth following.")


class ProfileShown(shapes.Given):
    """The incident as TOML that people edit."""

    profile: str


class TriedShown(shapes.Given):
    """What an edited incident would change."""

    tested: BackTestShown | None = Field(description="Null: nothing would change.")


class LearningShown(shapes.Given):
    """What was learned, how sure it is, and what judging anew changes."""

    slug: str
    learns: bool
    learned: dict[str, Any]
    refused: list[str]
    now: dict[str, float]
    aliases: list[dict[str, Any]]
    precision: dict[str, float] | None
    ask: list[dict[str, Any]] = Field(description="Articles whose decision teaches much.")
    changes: list[dict[str, Any]]
    applied: bool


@router.get("", response_model=list[shapes.Incident])
def list_incidents(
    request: Request, room: InRoom, asked: Annotated[IncidentsAsked, Query()]
) -> Response:
    """Incidents by id. The header Link names the next page, where there is one."""
    rows = sorted(listing.incidents(room.home), key=lambda row: row.id)
    rows = [row for row in rows if row.id > asked.after]
    told = [
        {"id": row.id, "slug": row.slug, "title": row.title, "open": row.is_open}
        for row in rows[: asked.limit]
    ]
    headers = next_page(request, after=rows[asked.limit - 1].id) if len(rows) > len(told) else {}
    return JSONResponse(told, headers=headers)


@router.post("/draft", response_model=DraftShown)
def draft(room: InRoom, taken: DraftTaken) -> Response:
    """Derive an incident and try it on what is stored. Addresses are fetched, which takes a few
    seconds; nothing is kept."""
    made = _drafted(room, taken)
    told = {
        "profile": write_incident(made),
        "tested": _tested(room, made),
        "proposals": [one.record() for one in incidents.propose(made)],
    }
    return JSONResponse(told)


@router.post("", status_code=201, response_model=IncidentShown)
def create(room: InRoom, taken: NewTaken) -> Response:
    """Make an incident, and let in what it takes of the stored articles."""
    made = _drafted(room, taken)
    if taken.profile is not None:
        made = read_incident(taken.profile, made)
    with room.writing():
        saved = incidents.add(room.home, made).incident
    room.pulse.wake()
    headers = {"Location": f"{PREFIX}/incidents/{saved.slug}"}
    return JSONResponse(_record(room, saved), 201, headers=headers)


@router.get("/{slug}", response_model=IncidentShown)
def show(room: InRoom, slug: Slug) -> Response:
    """One incident."""
    return JSONResponse(_record(room, incidents.get(room.home, slug)))


@router.get("/{slug}/profile", response_model=ProfileShown)
def profile(room: InRoom, slug: Slug) -> Response:
    """The incident as TOML, to be edited."""
    return JSONResponse({"profile": write_incident(incidents.get(room.home, slug))})


@router.post("/{slug}/profile/test", response_model=TriedShown)
def try_profile(room: InRoom, slug: Slug, taken: EditTaken) -> Response:
    """Try an edited incident on what is stored; nothing is kept."""
    edited = read_incident(taken.profile, incidents.get(room.home, slug))
    return JSONResponse({"tested": _tested(room, edited)})


@router.put("/{slug}/profile", response_model=IncidentShown)
def edit(room: InRoom, slug: Slug, taken: EditTaken) -> Response:
    """Keep an edited incident, and judge the stored articles by it."""
    edited = read_incident(taken.profile, incidents.get(room.home, slug))
    with room.writing():
        saved = incidents.save(room.home, edited).incident
    room.pulse.wake()
    return JSONResponse(_record(room, saved))


@router.put("/{slug}/state", response_model=IncidentShown)
def set_state(room: InRoom, slug: Slug, taken: StateTaken) -> Response:
    """Close it, or open it again."""
    with room.writing():
        saved = incidents.set_open(room.home, slug, taken.open)
    room.pulse.wake()
    return JSONResponse(_record(room, saved))


@router.delete("/{slug}", status_code=204)
def delete(room: InRoom, slug: Slug, asked: Annotated[DeleteAsked, Query()]) -> Response:
    """Delete it for good, with its verdicts and decisions. Articles stay as long as unused ones."""
    incidents.get(room.home, slug)
    if asked.name != slug:
        raise BadInput("The name is another one.", remedy=f"Give name={slug} to delete it.")
    with room.writing():
        incidents.delete(room.home, slug)
    return Response(status_code=204)


@router.get("/{slug}/learning", response_model=LearningShown)
def learned(room: InRoom, slug: Slug) -> Response:
    """What it has learned, and what judging anew would change. Takes as long as judging."""
    return JSONResponse(learning.learn(room.home, slug, seen=incidents.silent).record())


@router.post("/{slug}/learning", response_model=LearningShown)
def teach(room: InRoom, slug: Slug, taken: LearningTaken) -> Response:
    """Accept or refuse terms, switch learning, judge the stored articles anew."""
    with room.writing():
        report = learning.learn(
            room.home,
            slug,
            refuse=taken.refuse,
            accept=taken.accept,
            learns=taken.learns,
            apply=taken.apply,
            seen=incidents.silent,
        )
    if taken.apply:
        room.afterthoughts.forget(slug)
    return JSONResponse(report.record())


def _drafted(room: Room, taken: DraftTaken) -> Incident:
    since, until = taken.since, taken.until
    return incidents.draft_of(
        room.home,
        taken.slug,
        taken.seeds,
        title=taken.title,
        since=None if since is None else datetime.combine(since, time(), UTC),
        until=None if until is None else datetime.combine(until, time(23, 59, 59), UTC),
    )


def _tested(room: Room, incident: Incident) -> dict[str, Any] | None:
    tested = incidents.back_test(room.home, incident)
    return None if tested is None else tested.record()


def _record(room: Room, incident: Incident) -> dict[str, Any]:
    return incidents.record(incident) | learning.told(room.home, incident)
