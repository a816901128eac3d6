"""Settings are read once, and what is wrong is refused with file, key, value and remedy."""

import stat
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
        ("reread = '3h'", "key reread: '3h' cannot be used ('3h' is not AGE:WAIT)"),
        ("reread = 15", "AGE:WAIT steps"),
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


def test_re_reading_is_a_setting_and_can_be_off(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('reread = "2h:10m 2d:4h"\n')
    hours = timedelta(hours=1)
    steps = ((2 * hours, hours / 6), (48 * hours, 4 * hours))
    assert read_config({"FOLLOWUP_HOME": str(tmp_path)}).reread == steps
    off = {"FOLLOWUP_HOME": str(tmp_path), "FOLLOWUP_REREAD": "off"}
    assert read_config(off).reread == ()


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


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///store/f.db", "{home}/store/f.db"),
        ("sqlite:////srv/f.db", "/srv/f.db"),
        ("sqlite:///~/f.db", "{user}/f.db"),
        ("", "{home}/followup.db"),
    ],
)
def test_a_database_has_one_absolute_path_for_all_processes(
    tmp_path: Path, url: str, path: str
) -> None:
    config = read_config({"FOLLOWUP_HOME": str(tmp_path), "FOLLOWUP_DATABASE_URL": url})
    wanted = path.format(home=tmp_path, user=Path.home())
    assert str(config.database_path) == wanted
    assert config.database_url == f"sqlite:///{wanted}"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+pysqlite:////srv/f.db",
        "sqlite:////srv/f.db?mode=ro",
        "sqlite:///:memory:",
        "sqlite://",
        "mysql://u:hunter2@h/n",
        "postgresql:/u:hunter2@h/n",
    ],
)
def test_another_address_is_refused_and_never_repeated(tmp_path: Path, url: str) -> None:
    (tmp_path / "config.toml").write_text(f'database_url = "{url}"\n')
    for environment in ({}, {"FOLLOWUP_DATABASE_URL": url}):
        with pytest.raises(BadInput) as refused:
            read_config({"FOLLOWUP_HOME": str(tmp_path), **environment})
        assert "database_url" in str(refused.value).lower()
        assert "sqlite:///PATH" in (refused.value.remedy or "")
        assert repr(url) not in str(refused.value)
        assert "hunter2" not in str(refused.value)


def test_a_token_of_the_wrong_type_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("token = 4711471147114711\n")
    with pytest.raises(BadInput, match="key token cannot be used") as refused:
        read_config({"FOLLOWUP_HOME": str(tmp_path)})
    assert "4711" not in str(refused.value)


def test_a_data_folder_whose_name_would_cut_an_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="question mark"):
        read_config({"FOLLOWUP_HOME": str(tmp_path / "what?")})


def test_a_new_data_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    made, there = tmp_path / "made", tmp_path / "there"
    there.mkdir(mode=0o755)
    for home in (made, there):
        read_config({"FOLLOWUP_HOME": str(home)}).make_home()
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(there.stat().st_mode) == 0o755
