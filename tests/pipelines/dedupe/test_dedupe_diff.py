"""What changed, by word, on any texts in bounded time."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedupe import Op, Span, changed_words, diff, with_context
from pipelines.dedupe.diff import ONLY_NEW, ONLY_OLD, PARAGRAPH

paragraphs = st.lists(
    st.sampled_from(["a b c d e", "f g h i j k", "l m n o p", "索尼影业遭到攻击", "x y"]),
    max_size=8,
).map("\n\n".join)
few_words = st.lists(st.sampled_from(["a", "b", "c", "the", "x\n\ny", "索尼a影"]), max_size=40).map(
    " ".join
)


def rebuilt(spans: list[Span], without: frozenset[Op]) -> list[str]:
    return [word for span in spans if span.op not in without for word in span.words]


def plain(text: str) -> str:
    parts = text.replace("\r\n", "\n").split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts if part.split())


def read(spans: list[Span], without: frozenset[Op]) -> str:
    return Span(Op.SAME, tuple(rebuilt(spans, without))).text


def test_changed_words_are_shown_in_their_place() -> None:
    assert diff("about 47,000 files were taken", "about 48,000 files were taken away") == [
        Span(Op.SAME, ("about",)),
        Span(Op.DELETED, ("47,000",)),
        Span(Op.INSERTED, ("48,000",)),
        Span(Op.SAME, ("files", "were", "taken")),
        Span(Op.INSERTED, ("away",)),
    ]


def test_new_paragraph_is_told_from_its_words() -> None:
    assert diff("one\n\ntwo", "one\n\nnew\n\ntwo") == [
        Span(Op.SAME, ("one", PARAGRAPH)),
        Span(Op.INSERTED, ("new", PARAGRAPH)),
        Span(Op.SAME, ("two",)),
    ]


def test_small_edit_in_a_long_text_stays_small() -> None:
    chosen = random.Random(1)
    words = [f"w{chosen.randrange(400)}" for _ in range(5_000)]
    edited = list(words)
    for place in (100, 2_500, 4_900):
        edited[place] = "edited"
    changed = [s for s in diff(" ".join(words), " ".join(edited)) if s.op is not Op.SAME]
    assert [len(span.words) for span in changed] == [1] * 6


def test_text_without_spaces_is_compared_by_sign() -> None:
    spans = diff("索尼影业周一遭到攻击。", "索尼影业周二遭到攻击。")
    assert [(span.op, span.text) for span in spans] == [
        (Op.SAME, "索尼影业周"),
        (Op.DELETED, "一"),
        (Op.INSERTED, "二"),
        (Op.SAME, "遭到攻击。"),
    ]


def test_korean_is_compared_by_word_and_thai_with_its_marks() -> None:
    spans = diff("승객 40명이 다쳤다고 말했다.", "승객 44명이 다쳤다고 말했다.")
    assert [span.text for span in spans] == ["승객", "40명이", "44명이", "다쳤다고 말했다."]
    spans = diff("เรือที่จม", "เรือที่ลอย")
    assert all(span.text[0] not in "\u0e31\u0e34\u0e35\u0e48" for span in spans)


def test_names_in_another_script_stay_whole() -> None:
    spans = diff("索尼Sony周一遭到攻击。", "索尼Sonny周一遭到攻击。")
    assert [span.text for span in spans if span.op is not Op.SAME] == ["Sony", "Sonny"]


def test_a_paragraph_that_changed_its_place_is_no_rewrite() -> None:
    one, two, three = (
        "The ferry struck a pier.",
        "Divers looked at it all night.",
        "An inquiry was begun now.",
    )
    spans = diff(f"{one}\n\n{two}\n\n{three}", f"{three}\n\n{one}\n\n{two}")
    assert not [span for span in spans if span.op in (Op.DELETED, Op.INSERTED)]
    text = " ".join(f"w{n}" for n in range(3))
    assert changed_words(diff(f"{one}\n\n{text}", f"{text} new\n\n{one}")) == (4, 3)


def test_a_moved_paragraph_stands_in_both_places() -> None:
    a, b = "a b c d e", "f g h i j"
    assert diff(f"{a}\n\n{b}\n\nlast", f"{b}\n\n{a}\n\nlast") == [
        Span(Op.MOVED_AWAY, (*a.split(), PARAGRAPH)),
        Span(Op.SAME, tuple(b.split())),
        Span(Op.MOVED_HERE, (PARAGRAPH, *a.split())),
        Span(Op.SAME, (PARAGRAPH, "last")),
    ]


def test_words_that_came_and_went_are_counted() -> None:
    assert changed_words(diff("one two three", "one four")) == (1, 2)
    assert changed_words(diff("one", "one\n\ntwo three")) == (2, 0)
    assert changed_words(diff("索尼影业", "索尼影业遭到攻击")) == (2, 0)
    assert changed_words([]) == (0, 0)


def test_context_leaves_a_gap_for_what_stayed() -> None:
    words = " ".join(f"w{n}" for n in range(100))
    shown = with_context(diff(words, words.replace("w50", "new")), around=2)
    assert [(span.op, len(span.words)) for span in shown] == [
        (Op.GAP, 48),
        (Op.SAME, 2),
        (Op.DELETED, 1),
        (Op.INSERTED, 1),
        (Op.SAME, 2),
        (Op.GAP, 47),
    ]


texts = st.one_of(st.text(), few_words, paragraphs)


@given(texts, texts)
def test_both_texts_can_be_rebuilt(old: str, new: str) -> None:
    spans = diff(old, new)
    assert read(spans, ONLY_NEW) == plain(old)
    assert read(spans, ONLY_OLD) == plain(new)
    assert all(span.words for span in spans)
    assert all(a.op is not b.op for a, b in pairwise(spans))
    assert read(with_context(spans, around=1), ONLY_NEW) == plain(old)


@given(few_words)
def test_same_text_has_no_change(text: str) -> None:
    assert {span.op for span in diff(text, text)} <= {Op.SAME}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 40_000, "a " * 39_000 + "b"),
        ("a " * 50_000, "a " * 50_001),
        ("a\n\n" * 30_000, "a a\n\n" * 20_000),
        (
            "\n\n".join(f"a b c d {n}" for n in range(10_000)),
            "\n\n".join(f"a b c d {n}" for n in range(10_000, 0, -1)),
        ),
        ("moved_away moved 1 " * 9_000, "moved_here moved 1 ¶ " * 9_000),
        ("更" * 50_000, "更新" * 25_000),
        ("a b " * 20_000, "b a a " * 13_000),
        ("a b c d e f g " * 3_000, "g f e d c b a " * 3_000),
        (" ".join(map(str, range(40_000))), " ".join(map(str, range(40_000, 0, -1)))),
        (
            "".join(f"{n} {n % 7} " for n in range(9_000)),
            "".join(f"{n} {n % 5} " for n in range(9_000)),
        ),
        (
            "".join(f"{n} " + "x " * 199 for n in range(100)),
            "".join(f"{n} " + "y x " * 99 for n in range(100)),
        ),
    ],
)
def test_hostile_texts_take_bounded_time(old: str, new: str) -> None:
    started = time.process_time()
    spans = diff(old, new)
    assert time.process_time() - started < 5
    assert read(spans, ONLY_NEW) == plain(old)
