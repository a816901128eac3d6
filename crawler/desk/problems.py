"""What goes wrong, as a client reads it: problem details (RFC 9457), never a stack trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from pipelines.errors import (
    BadInput,
    ContactMissing,
    FollowupError,
    HomeNotWritable,
    StoreError,
    UnknownThing,
)

#: After so many seconds a store that was busy may be free.
RETRY_SECONDS = 5


class StaleForm(FollowupError):
    """A form without the token that the desk's pages give to their forms."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; `name` is its type for programs, the rest is for people."""

    status: int
    name: str
    title: str
    detail: str
    remedy: str | None = None
    errors: tuple[Mapping[str, str], ...] = ()

    def record(self) -> dict[str, Any]:
        """As a problem details object."""
        return {
            "type": f"urn:followup:problem:{self.name}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **({"remedy": self.remedy} if self.remedy else {}),
            **({"errors": list(self.errors)} if self.errors else {}),
        }

    def headers(self) -> dict[str, str]:
        """What the status wants to be said beside the body."""
        headers = {"Cache-Control": "no-store"}
        if self.status == 503:
            headers["Retry-After"] = str(RETRY_SECONDS)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Followup", charset="UTF-8"'
        return headers

    def response(self) -> JSONResponse:
        """As an answer of the API."""
        return JSONResponse(
            self.record(),
            self.status,
            headers=self.headers(),
            media_type="application/problem+json",
        )


#: The error, its status, its name for programs, its title. The first that fits counts.
_KINDS: tuple[tuple[type[FollowupError], int, str, str], ...] = (
    (UnknownThing, 404, "unknown-thing", "There is no such thing"),
    (BadInput, 422, "bad-input", "This cannot be used"),
    (ContactMissing, 409, "contact-missing", "No contact is set"),
    (StoreError, 503, "store-unavailable", "The store cannot be used just now"),
    (HomeNotWritable, 503, "home-not-writable", "The data folder cannot be written"),
    (StaleForm, 403, "stale-form", "This form is of an old page"),
    (FollowupError, 409, "conflict", "This cannot be done now"),
)


def of_error(error: FollowupError) -> Problem:
    """An error that a person is to read, as a problem."""
    for kind, status, name, title in _KINDS:
        if isinstance(error, kind):
            return Problem(status, name, title, error.message, error.remedy)
    raise error


def of_status(status: int, path: str) -> Problem:
    """What the router answers by itself."""
    if status == 404:
        remedy = "The API is described at /api/v1/openapi.json."
        return Problem(404, "not-found", "Nothing is here", f"There is no {path[:200]}.", remedy)
    if status == 405:
        return Problem(405, "method-not-allowed", "Not this way", "That method is not used here.")
    return Problem(status, "refused", "Refused", "The request cannot be answered.")


#: A body that does not say that it is JSON. Read all the same, it could be any site's form.
NOT_JSON = Problem(
    415,
    "not-json",
    "Not in this form",
    "The body does not say that it is JSON.",
    "Send it with the header 'Content-Type: application/json'.",
)


def of_failure() -> Problem:
    """A mistake of ours; its traceback is in the server's log."""
    detail = "The server made a mistake; its log has the details."
    return Problem(500, "mistake", "Something broke", detail)


def of_fields(errors: list[Any], known: tuple[str, ...]) -> Problem:
    """Fields that were refused: which, and why. `known` are those that could be given."""
    said = tuple(_field(error, known) for error in errors[:10])
    detail = " ".join(dict.fromkeys(one["said"] for one in said))
    return Problem(422, "bad-input", "This cannot be used", detail, errors=said)


def _field(error: Mapping[str, Any], known: tuple[str, ...]) -> Mapping[str, str]:
    place = [str(part)[:100] for part in error["loc"] if part not in ("body", "query", "path")]
    field = ".".join(place).encode("utf-8", "replace").decode()  # half a surrogate is no character
    kind = error["type"]
    if kind == "extra_forbidden":
        fields = f" The fields are {', '.join(known)}." if known else ""
        return {"field": field, "said": f"There is no field {field!r}.{fields}"}
    if kind == "json_invalid":
        return {"field": "", "said": "The body is no valid JSON."}
    if not field:
        return {"field": "", "said": f"The body must be a JSON object: {error['msg']}."}
    return {"field": field, "said": f"The field {field!r} cannot be used: {error['msg']}."}
