"""``/healthz``: for those who watch over the server, a token or none."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from crawler import __version__
from crawler.desk.api import problem_record
from crawler.desk.room import From, InRoom

router = APIRouter(include_in_schema=False)


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz(room: InRoom, caller: From) -> Response:
    """200 while the server does its work, else 503 with the reasons.

    A stranger is told what is wrong, but neither paths nor versions.
    """
    problems = await room.look_after()
    told: dict[str, Any] = {
        "status": "failing" if problems else "ok",
        "problems": [problem.said for problem in problems],
    }
    if caller.is_trusted:
        told["version"] = __version__
        told["details"] = [problem_record(problem) for problem in problems]
    return JSONResponse(told, 503 if problems else 200, headers={"Cache-Control": "no-store"})
