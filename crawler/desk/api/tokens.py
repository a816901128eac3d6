"""``/api/v1/tokens``: who may come in by a key."""

from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import PREFIX, Id, doors
from crawler.desk.room import InRoom
from crawler.services import access
from crawler.services.access import Scope

router = doors("/tokens", "tokens")


class TokenTaken(shapes.Taken):
    """A token to make."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    scopes: list[Annotated[Scope, Field(strict=False)]] = Field(
        min_length=1, max_length=len(Scope), description="decide and crawl hold read; admin all."
    )


class Token(shapes.Given):
    """A token without its key."""

    id: int
    name: str
    scopes: list[Scope]
    created_at: str
    used_at: str | None
    revoked_at: str | None


class NewToken(Token):
    """A token with its key, which is shown this once."""

    key: str


@router.get("", response_model=list[Token])
def list_tokens(room: InRoom) -> Response:
    """All tokens, the newest first."""
    return JSONResponse(access.tokens(room.home))


@router.post("", status_code=201, response_model=NewToken)
def new_token(room: InRoom, taken: TokenTaken) -> Response:
    """Make a token. Its key is not kept, only its hash: note it down."""
    with room.writing():
        made = access.new_token(room.home, taken.name, taken.scopes)
    headers = {"Location": f"{PREFIX}/tokens/{made['id']}", "Cache-Control": "no-store"}
    return JSONResponse(made, 201, headers=headers)


@router.delete("/{id}", status_code=204)
def revoke_token(room: InRoom, id: Id) -> Response:
    """Its key opens nothing any more."""
    with room.writing():
        access.revoke(room.home, id)
    return Response(status_code=204)
