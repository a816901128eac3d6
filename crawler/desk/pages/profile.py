"""What an incident is recognised by: made from seeds, shown, edited, tried on what is stored; and
what it has learned.

The profile is edited as the text that `incident edit` gives too. Nothing is saved before what it
would change was shown.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from crawler.desk import shapes
from crawler.desk.forms import Fields, OwnForm
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.rendering import page
from crawler.desk.room import InRoom, Room
from crawler.services import backtest, incidents, learning, seeds
from crawler.services.incident_file import read_incident, write_incident
from pipelines.dates import iso, parse_day, parse_time
from pipelines.errors import BadInput, FollowupError
from pipelines.incident import Incident, Seed

router = APIRouter(include_in_schema=False)

#: Changes, terms and articles worth a decision that are shown one by one.
MOST_SHOWN = 50


class ProfileAsked(shapes.Asked):
    """`changes`: what judging anew would change is worked out and shown; `saved`: it just was."""

    changes: bool = False
    saved: bool = False


@router.get("/incidents/new")
def new_incident(room: InRoom) -> Response:
    """The form to begin with."""
    return _new(room, {})


@router.post("/incidents/new")
def draft_incident(room: InRoom, form: OwnForm) -> Response:
    """From seeds to a draft, from an edited draft to what it would take, and then it is saved."""
    try:
        draft = _draft(room, form)
    except FollowupError as error:
        return _new(room, form, said=_said(error))
    if "save" in form:
        return _save_new(room, draft, form)
    return page(
        room,
        "draft.html",
        place="incidents",
        incident=draft,
        text=write_incident(draft),
        seeds=[_packed(seed) for seed in draft.seeds],
        tested=_record(incidents.back_test(room.home, draft)),
        proposals=incidents.propose(draft),
        is_edited="file" in form,
        said=None,
    )


def _new(room: Room, form: Fields, said: str | None = None) -> Response:
    answer = page(
        room,
        "new_incident.html",
        place="incidents",
        said=said,
        given={name: values[0] for name, values in form.items()},
        texts=[*form.get("seed", []), "", "", ""][: seeds.MOST_SEEDS],
    )
    answer.status_code = 422 if said else 200
    return answer


def _draft(room: Room, form: Fields) -> Incident:
    slug, title = _one(form, "slug").strip(), _one(form, "title").strip() or None
    if "file" not in form:
        return incidents.draft_of(
            room.home,
            slug,
            form.get("seed", []),
            title=title,
            since=_day(form, "since"),
            until=_day(form, "until", end=True),
        )
    kept = [_unpacked(form, number) for number in range(len(form.get("seed_text", [])))]
    return read_incident(_one(form, "file"), incidents.drafted(slug, kept, title=title))


def _save_new(room: Room, draft: Incident, form: Fields) -> Response:
    with room.writing():
        saved = incidents.add(room.home, draft)
    wanted = set(form.get("source", []))
    for proposal in incidents.propose(draft):
        if proposal.url in wanted and proposal.kind:  # others would have to be looked at first
            incidents.add_proposal(room.home, proposal)
    room.pulse.wake()
    return RedirectResponse(f"/incidents/{saved.incident.slug}", 303)


def _packed(seed: Seed) -> dict[str, str]:
    """A seed as hidden fields of a form."""
    return {
        "text": seed.text,
        "title": seed.title or "",
        "url": seed.url or "",
        "published_at": iso(seed.published_at) or "",
        "language": seed.language or "",
    }


def _unpacked(form: Fields, number: int) -> Seed:
    def field(name: str) -> str:
        values = form.get(f"seed_{name}", [])
        return values[number] if number < len(values) else ""

    url = field("url")
    return Seed(
        field("text"),
        field("title") or None,
        url if url.startswith(("http://", "https://")) else None,
        parse_time(field("published_at")) if field("published_at") else None,
        field("language") or None,
    )


@router.get("/incidents/{slug}/profile")
def profile(room: InRoom, slug: Slug, asked: Annotated[ProfileAsked, Query()]) -> Response:
    """Terms, what was learned, what was decided, and the text to edit."""
    incident_of(room, slug)
    incident = incidents.get(room.home, slug)
    return _shown(room, incident, asked=asked, text=write_incident(incident))


@router.post("/incidents/{slug}/profile")
def edit_profile(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """Try an edited profile on what is stored; then save it."""
    incident = incidents.get(room.home, slug)
    text = _one(form, "file")
    try:
        edited = read_incident(text, incident)
    except BadInput as error:
        return _shown(room, incident, asked=ProfileAsked(), text=text, said=_said(error))
    if "save" not in form:
        tested = _record(incidents.back_test(room.home, edited))
        return _shown(room, incident, asked=ProfileAsked(), text=text, tested=tested, is_tried=True)
    with room.writing():
        incidents.save(room.home, edited)
    return RedirectResponse(f"/incidents/{slug}/profile?saved=1", 303)


@router.post("/incidents/{slug}/learning")
def learn(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """Accept or refuse a term, switch learning, or judge anew what is stored."""
    learns = {"on": True, "off": False}.get(_one(form, "learns"))
    with room.writing():
        learning.learn(
            room.home,
            slug,
            refuse=form.get("refuse", []),
            accept=form.get("accept", []),
            learns=learns,
            apply="apply" in form,
            seen=incidents.silent,
        )
    if "apply" in form:
        room.afterthoughts.forget(slug)
    return RedirectResponse(f"/incidents/{slug}/profile#learning", 303)


@router.post("/incidents/{slug}/delete")
def delete(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """For good, once its name was typed."""
    if _one(form, "name").strip() != slug:
        raise BadInput("The name is another one.", remedy=f"Type {slug} to delete it.")
    with room.writing():
        incidents.delete(room.home, slug)
    return RedirectResponse("/", 303)


def _shown(
    room: Room,
    incident: Incident,
    *,
    asked: ProfileAsked,
    text: str,
    tested: dict[str, Any] | None = None,
    is_tried: bool = False,
    said: str | None = None,
) -> Response:
    report = None
    if asked.changes:
        report = learning.learn(room.home, incident.slug, seen=incidents.silent).record()
    answer = page(
        room,
        "profile.html",
        place="incidents",
        tab="profile",
        incident=incident,
        told=learning.told(room.home, incident),
        report=report,
        text=text,
        tested=tested,
        is_tried=is_tried,
        said=said,
        is_saved=asked.saved,
        most=MOST_SHOWN,
    )
    if said:
        answer.status_code = 422
    return answer


def _record(tested: backtest.BackTest | None) -> dict[str, Any] | None:
    return None if tested is None else tested.record()


def _day(form: Fields, name: str, *, end: bool = False) -> datetime | None:
    raw = _one(form, name).strip()
    return parse_day(raw, end=end) if raw else None


def _one(form: Fields, name: str) -> str:
    return form.get(name, [""])[0]


def _said(error: FollowupError) -> str:
    return " ".join(filter(None, (error.message, error.remedy)))
