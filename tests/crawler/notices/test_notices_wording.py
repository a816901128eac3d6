"""Hostile headlines in messages, and addresses as they may be shown."""

import base64
import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from crawler.notices import addresses
from crawler.notices.cleaning import address, defused, line
from crawler.notices.wording import Message
from pipelines.errors import BadInput
from pipelines.store.notices import Event
from pipelines.store.tellings import Item

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
HOSTILE = (
    "Hi\r\nBcc: all@example.org\x00\x1b[31m @everyone <!channel> <@U1> [free](http://evil.test)"
    " `code` **bold** ||spoiler|| <b>bold</b> \u202etxt.exe\u2028next &amp;"
)


def item(number: int = 1, **changes: object) -> Item:
    values = dict.fromkeys(Item.__dataclass_fields__, None)
    values |= {"notice_id": number, "event": Event.NEW_FOLLOW_UP, "at": NOW, "slug": "sony-hack"}
    values |= {"incident": "Sony", "title": f"Headline {number}", "url": "https://lantern.test/1"}
    return Item(**{**values, **changes})  # type: ignore[arg-type]


def message(*items: Item, total: int | None = None) -> Message:
    return Message("key", NOW, items, len(items) if total is None else total)


@pytest.mark.parametrize("field", ["title", "outlet", "incident", "old_title", "reason"])
@pytest.mark.parametrize("event", list(Event))
def test_a_hostile_text_mentions_links_and_breaks_nothing(field: str, event: Event) -> None:
    made = message(item(event=event, number=2, **{field: HOSTILE, "outlet": HOSTILE}))
    for said in (made.title, made.text(10_000).replace("https://lantern.test/1", "")):
        assert not set(said) & set("@<>[]`|*\x00\x1b\r\u202e\u2028\\")
        assert "http://" not in said
    assert "\n" not in made.title
    assert len(made.text(10_000).splitlines()) <= 3
    assert "\\r" not in made.json().decode()


def test_data_for_programs_keeps_the_headline() -> None:
    assert line(' "Fire" <b> at @sony\n\x00 ') == '"Fire" <b> at @sony'
    assert line("x" * 1000) == "x" * 299 + "…"
    assert line("\x00\u200b") is None
    assert line(None) is None


def test_what_people_read_looks_alike() -> None:
    assert defused("Sony's e-mail: #1 of 3 (50%)") == "Sony's e-mail: ＃1 of 3 (50%)"
    said = "The U.S. says $3.5m, at 9 a.m. on 12.20. Mr. Obama: no. .NET is down..."
    assert defused(said) == said


@pytest.mark.parametrize(
    "domain",
    [
        "evil.test",
        "a.b.evil.test",
        "EVIL.COM/login",
        "now.read",
        "💩.la",
        "10.0.0.1:8080/x",
        "пример.рф",
        "例子.中国",
        "उदाहरण.भारत",
        "xn--e1.xn--p1ai",
        "http://1.2.3.4",
    ],
)
def test_a_bare_domain_is_no_link(domain: str) -> None:
    said = defused(f"See {domain} and win")
    assert said is not None
    linked = r"\w\.[^\W\d]\w|\d+(\.\d+){3}|\S\.(la|भारत)"
    assert re.search(linked, f"See {domain} and win")
    assert not re.search(linked, said)
    assert said.replace("\u2024", ".").replace("：//", "://") == f"See {domain} and win"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://lantern.test/a?b=c#d", "https://lantern.test/a?b=c#d"),
        ("https://user:word@lantern.test/@everyone", "https://lantern.test/%40everyone"),
        ("https://lantern.test/<!here>|x", "https://lantern.test/%3C!here%3E%7Cx"),
        ("https://lantern.test/新闻/1 2", "https://lantern.test/%E6%96%B0%E9%97%BB/1%202"),
        ("https://lantern.test/%E6%96%B0", "https://lantern.test/%E6%96%B0"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("http://[bad", None),
        ("https://lantern.test/" + "x" * 3000, None),
        (None, None),
    ],
)
def test_addresses_in_messages_are_plain(url: str | None, shown: str | None) -> None:
    assert address(url) == shown


def test_as_many_are_named_as_fit() -> None:
    made = message(*(item(number) for number in range(1, 31)), total=42)
    text = made.text(10_000)
    assert text.count("- Headline") == 20
    assert text.endswith("and 22 more")
    short = made.text(300)
    assert len(short) <= 300
    named = short.count("- Headline")
    assert 0 < named < 20
    assert short.endswith(f"and {42 - named} more")
    assert made.title == "Followup: 42 new follow-ups · Sony"


def test_several_events_stand_apart() -> None:
    made = message(
        item(1),
        item(2, event=Event.REVISION, old_title="Before", title="After"),
        item(3, slug="other", incident="Other"),
    )
    assert (made.event, made.incident) == ("several", None)
    text = made.text(10_000)
    assert text.index("New follow-ups · Sony") < text.index("Revisions · Sony")
    assert 'After: its headline was "Before"' in text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://hooks.example.org/services/T0/B0/geheim", "https://hooks.example.org/…"),
        ("https://geheim:geheim@example.org:8443/", "https://…@example.org:8443"),
        ("http://[::1]:8080/x", "http://[::1]:8080/…"),
        ("mailto://me:geheim@example.org?to=geheim@example.net", "mailto://…@example.org/…"),
        ("slack://geheimA/geheimB/geheimC/#general", "slack://…"),
        ("tgram://123:geheim/chat", "tgram://…"),
        ("geheim", "…"),
        ("gehe im://x", "…"),
        ("json://host:99999/geheim", "json://…"),
    ],
)
def test_an_address_is_shown_without_its_secrets(given: str, shown: str) -> None:
    assert addresses.masked(given) == shown


@pytest.mark.parametrize(
    "given",
    [
        "geheim",
        "https://",
        "https://host:99999/geheim",
        "https://a/geheim\nX: y",
        "nosuch://geheim",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(BadInput) as refused:
        addresses.check(given)
    assert "geheim" not in str(refused.value)
    assert refused.value.remedy


def test_reasons_lose_what_stands_in_the_address() -> None:
    said = "POST https://hooks.example.org/services/T0/geheim%21 failed for geheim! at hooks"
    given = "https://hooks.example.org/services/T0/geheim%21"
    assert "geheim" not in addresses.without(given, said)


def test_reasons_lose_credentials_however_they_are_written() -> None:
    given = "https://admin:g%2Fh+w%C3%B6rd@example.org/hook?token=ge%20heim%2Fword"
    password = "g/h+wörd"
    plain = f"admin:{password}"
    said = [
        f"401 for {plain}, {password}, {quote(password)}, {quote(password, safe='').lower()}",
        f"Authorization: Basic {base64.b64encode(plain.encode()).decode()}",
        f"Authorization: Basic {base64.b64encode(plain.encode('latin-1')).decode()}",
        f"or {base64.urlsafe_b64encode(plain.encode()).decode()} and",
        "ge+heim%2fword, ge heim/word",
    ]
    left = addresses.without(given, "\n".join(said))
    words = re.findall(r"\w+", left)
    assert words == ["401", "for", *["Authorization", "Basic"] * 2, "or", "and"]


@pytest.mark.parametrize("password", ["a", "12", "p+w", "é"])
def test_reasons_lose_a_short_password_where_it_stands_alone(password: str) -> None:
    given = f"mailtos://me:{password}@example.org"
    said = f"login as me:{password} failed ({password}); password='{quote(password)}' at 127 memes"
    left = addresses.without(given, said)
    assert left == "login as … failed (…); password='…' at 127 memes"


def test_reasons_without_secrets_stay_as_they_are() -> None:
    said = "no answer: [Errno 111] Connection refused by example.org:8443 to /"
    assert addresses.without("https://example.org:8443/", said) == said
