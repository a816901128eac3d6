"""Words as they stand: what parts them, what opens a sentence, what is looked up a second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.relevance import tokens as module
from pipelines.relevance.features import read_features
from pipelines.relevance.tokens import is_joined, opens, read_tokens, read_word
from pipelines.text import TOKEN

SIGNS = st.text(alphabet="aBßé.'’ -\u2010\u00a0\n\t19٣索尼مر한カ・(\"!•_", max_size=60)


def names(text: str) -> list[str]:
    return [written for _, written in read_features(None, text, "en").spellings]


@given(SIGNS)
def test_no_word_is_lost_or_cut_at_a_blank(text: str) -> None:
    words = [read_word(token) for token in TOKEN.findall(text)]
    found = [token for token in read_tokens(text) if token.written]
    assert [(token.folded, token.written) for token in found] == [
        (word.folded, word.written) for word in words if word.written
    ]


@given(SIGNS)
def test_what_was_met_before_is_read_as_at_first(text: str) -> None:
    first = read_tokens(text)
    module._PIECES_MET.clear()
    assert read_tokens(text) == first


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Orle Courier", True),
        ("Orle-Courier", True),
        ("Orle\u00a0Courier", True),
        ("Orle  Courier", False),
        ("Orle, Courier", False),
        ("Orle (Courier", False),
        ("Orle\nCourier", False),
        ("Orle - Courier", False),
    ],
)
def test_a_single_blank_or_hyphen_joins(text: str, joined: bool) -> None:
    tokens = read_tokens(text)
    assert is_joined(tokens, len(tokens) - 1) is joined


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Norvia", True),
        ("( Norvia", True),
        ("by Norvia", False),
        ("late. Norvia", True),
        ("late .  - Norvia", True),
        ("late\n\nNorvia", True),
        ("late, “Norvia", False),
        ("late …Norvia", True),
        ("late? “Norvia", True),
    ],
)
def test_a_word_opens_a_sentence(text: str, opening: bool) -> None:
    tokens = read_tokens(text)
    assert opens(tokens, len(tokens) - 1) is opening


def test_names_go_on_over_small_words_and_end_at_signs() -> None:
    assert names("the Guild of Millers, Aldous said") == [
        *("Guild", "Millers", "Guild of Millers", "Aldous"),
    ]


def test_memory_of_pieces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Pieces, "MOST", 10)
    read_tokens(" ".join(f"w{number}" for number in range(100)))
    assert len(module._PIECES_MET) <= 10
    read_tokens("x" * 1_000)
    assert "x" * 1_000 not in module._PIECES_MET
