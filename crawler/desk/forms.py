"""Forms that are sent here, by scrapyd's clients and by the desk's own pages."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from crawler.desk.problems import StaleForm
from crawler.desk.room import InRoom
from pipelines.errors import BadInput

#: Names the field with the token of the desk's own forms.
TOKEN = "token"
#: More fields than any form here has, ids and addresses named one by one among them.
_MOST_FIELDS = 2_000

Fields = Mapping[str, list[str]]


async def _fields(request: Request) -> Fields:
    """Fields of the address and of the body; how long these are is for the gate to bound."""
    raw = request.url.query.encode() + b"&" + await request.body()
    try:
        return parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadInput("the form cannot be read", remedy="Send it URL-encoded.") from error


async def _own_fields(room: InRoom, fields: Annotated[Fields, Depends(_fields)]) -> Fields:
    if not room.is_form_token(fields.get(TOKEN, [""])[0]):
        raise StaleForm(
            "The page was open since before the server was started, or it is not the desk's.",
            remedy="Go back, load the page again, and press the button once more.",
        )
    return fields


#: The fields of any form.
Form = Annotated[Fields, Depends(_fields)]
#: Those of a form on a page of the desk; any other raises StaleForm.
OwnForm = Annotated[Fields, Depends(_own_fields)]
