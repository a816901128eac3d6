"""``/api/v1/health``."""

from starlette.responses import JSONResponse, Response

from crawler import __version__
from crawler.desk import shapes
from crawler.desk.api.contract import doors
from crawler.desk.room import InRoom
from crawler.services.health import Problem
from pipelines.dates import iso

router = doors("/health", "health")


@router.get("", response_model=shapes.Health)
def health(room: InRoom) -> Response:
    """How the server does, with status 503 where it does not do well."""
    problems = room.checkup.problems()
    told = {
        "status": "failing" if problems else "ok",
        "problems": [problem_record(problem) for problem in problems],
        "version": __version__,
        "now": iso(room.home.now()),
    }
    return JSONResponse(told, 503 if problems else 200, headers={"Cache-Control": "no-store"})


def problem_record(problem: Problem) -> dict[str, str | None]:
    """A problem of the server's health as JSON."""
    return {
        "part": problem.part,
        "said": problem.said,
        "detail": problem.detail,
        "remedy": problem.remedy,
    }
