"""A database that is taken away from under a running server is told as a problem."""

from pathlib import Path

from crawler.config import read_config
from crawler.home import open_home
from crawler.services.health import Checkup


def test_a_removed_database_makes_a_server_unwell(tmp_path: Path) -> None:
    config = read_config({"FOLLOWUP_HOME": str(tmp_path), "FOLLOWUP_MIN_FREE_MEGABYTES": "1"})
    with open_home(config) as home:
        assert Checkup(home, lambda: None).problems() == ()
        (tmp_path / "followup.db").unlink()
        (problem,) = Checkup(home, lambda: None).problems()
    assert problem.part == "database"
    assert "removed or replaced" in (problem.detail or "")
    assert "Stop Followup" in (problem.remedy or "")
    assert not (tmp_path / "followup.db").exists()
