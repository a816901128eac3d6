"""Settings are read once, and what is wrong is refused with file, key, value and remedy."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.clock import Clock
from crawler.config import read_config
from pipelines.errors import BadInput, ContactMissing, HomeNotWritable


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('contact = "a@example.org"\nmin_gap_seconds = 2.5\n')
    config = read_config({"FOLLOWUP_HOME": str(tmp_path), "FOLLOWUP_CONTACT": "b@example.org"})
    assert config.contact == "b@example.org"
    assert config.min_gap_seconds == 2.5
    assert config.user_agent.endswith("(+b@example.org)")
    assert config.database_url == f"sqlite:///{tmp_path}/followup.db"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("min_gap = 1", "there is no setting 'min_gap'"),
        ("min_gap_seconds = -1", "key min_gap_seconds: -1"),
        ("min_gap_seconds = 'soon'", "key min_gap_seconds: 'soon'"),
        ("contact = 5", "key contact: 5"),
        ("now = 'tomorrow'", "an ISO time"),
        ("speed = 0", "a number above 0"),
        ("contact = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "config.toml").write_text(line)
    with pytest.raises(BadInput) as refused:
        read_config({"FOLLOWUP_HOME": str(tmp_path)})
    assert said in str(refused.value)
    assert "config.toml" in str(refused.value)
    assert refused.value.remedy


def test_a_wrong_variable_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="FOLLOWUP_SPEED"):
        read_config({"FOLLOWUP_HOME": str(tmp_path), "FOLLOWUP_SPEED": "fast"})


def test_no_crawl_without_a_contact(tmp_path: Path) -> None:
    with pytest.raises(ContactMissing, match="FOLLOWUP_CONTACT"):
        read_config({"FOLLOWUP_HOME": str(tmp_path)}).require_contact()


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeNotWritable, match="FOLLOWUP_HOME"):
        read_config({"FOLLOWUP_HOME": str(tmp_path / "file" / "home")}).make_home()


def test_the_products_clock_can_be_set_and_a_child_goes_on_with_it() -> None:
    start = datetime(2014, 12, 20, 12, tzinfo=UTC)
    clock = Clock(start, speed=3600.0)
    assert start <= clock.now() < start + timedelta(hours=1)
    told = clock.environment()
    assert told["FOLLOWUP_NOW"].startswith("2014-12-20T12:")
    assert told["FOLLOWUP_SPEED"] == "3600.0"
    assert Clock().environment() == {}
