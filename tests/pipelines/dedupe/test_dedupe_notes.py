"""What outlets say about their own texts, told from times and from news."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedupe.notes import Note, NoteKind, note_in

TEXT = (
    "The ferry Halcyon struck a pier in Port Aldous on Tuesday evening.\n\n"
    "The minister asked for a correction of the timetable and an update by Friday."
)

NOTES = (
    ("correction", "Correction: The ferry belongs to Aldous Lines, not to Brenholm Lines."),
    ("correction", "Correction, Dec. 9: A wrong figure was given for the passengers hurt."),
    ("correction", "CORRECTION (4:35 p.m.) — The captain's name is Tom Hale."),
    ("correction", "(Corrects the spelling of the captain's name in the second paragraph.)"),
    ("correction", "An earlier version of this article misstated the number of passengers."),
    ("correction", "A previous version of this story gave the wrong day. It was Tuesday."),
    ("correction", "This article was amended on 9 December 2014 to give the right name."),
    ("clarification", "Clarification: The strike was called by the crew, not by the union."),
    ("clarification", "This story has been updated to clarify the role of the harbour master."),
    ("update", "Update, Dec. 23: The ferry sails again."),
    ("update", "UPDATE 4:35 p.m.: The captain has been released."),
    ("update", "This article was updated to add a statement of the company."),
    ("editors_note", "Editor's note: The author once worked for Aldous Lines."),
    ("retraction", "Retraction: This report cannot be upheld."),
    ("retraction", "This article has been retracted because its source was made up."),
    ("correction", "Korrektur: In einer früheren Fassung hieß es, 44 Menschen seien verletzt."),
    (
        "correction",
        "Anders als zuerst gemeldet: In einer früheren Version dieses Artikels stand 44.",
    ),
    ("editors_note", "Anmerkung der Redaktion: Die Autorin war bei der Reederei angestellt."),
    ("update", "Nachtrag vom 9. Dezember: Die Fähre fährt wieder."),
    ("correction", "Rectificatif : le ferry appartient à la compagnie Aldous."),
    ("correction", "Une version précédente de cet article indiquait un nombre erroné."),
    ("update", "Mise à jour, 9 décembre : le ferry navigue à nouveau."),
    ("correction", "Corrección: el ferry pertenece a Líneas Aldous."),
    ("correction", "Fe de errores: una versión anterior de este artículo daba otra cifra."),
    ("clarification", "Aclaración: la huelga fue convocada por la tripulación."),
    ("correction", "Errata corrige: il traghetto appartiene alla compagnia Aldous."),
    ("correction", "Erramos: o ferry pertence à companhia Aldous."),
    ("correction", "Uma versão anterior deste texto dava outro número de feridos."),
    ("correction", "Rectificatie: de veerboot is van rederij Aldous."),
    ("correction", "Sprostowanie: prom należy do armatora z Aldowa."),
    ("correction", "Исправление: паром принадлежит компании «Алдус»."),
    ("correction", "В предыдущей версии этой статьи было указано другое число."),
    ("clarification", "Уточнение: забастовку объявила команда."),
    ("correction", "Düzeltme: feribot Aldus şirketine aittir."),
    ("correction", "تصحيح: العبارة تملكها شركة ألدوس وليس برينهولم."),
    ("correction", "ورد في نسخة سابقة من هذا المقال رقم خاطئ."),
    ("correction", "更正：渡轮属于阿尔杜斯公司，而非布伦霍尔姆公司。"),
    ("correction", "本文早前版本误报了受伤人数。"),
    ("editors_note", "编者按：本文作者曾在该公司任职。"),
    ("retraction", "本文已撤回，因为消息来源不实。"),
    ("correction", "訂正：フェリーを所有するのはアルダス社でした。"),
    ("correction", "【訂正】当初の記事で負傷者の数に誤りがありました。おわびして訂正します。"),
    ("update", "追記：フェリーは運航を再開した。"),
    ("correction", "정정보도: 여객선은 알더스사 소유입니다."),
    ("correction", "바로잡습니다. 부상자는 44명이 아니라 40명입니다."),
    ("editors_note", "편집자주: 필자는 이 회사에서 일한 적이 있다."),
)

NO_NOTES = (
    "Updated: Dec. 2, 2014 4:35 p.m. ET",
    "Updated 3 hours ago",
    "UPDATE",
    "Update, 4:35 p.m.",
    "Aktualisiert am 5. Dezember 2014 um 18:04 Uhr",
    "Mis à jour le 5 décembre 2014 à 18h04",
    "更新时间：2014年12月5日 18:04",
    "Обновлено: 5 декабря 2014 г.",
    "2014年12月5日 18時04分 更新",
    "Corrections officers struck on Tuesday at the prison of Brenholm.",
    "Corrections officers struck.",
    "Correction fluid was found: the log of the ship is void.",
    "Update (the ship's cat) is alive and well.",
    "Retraction was not an option.",
    "Update your software, the company told its passengers.",
    "Correction fluid was found on the log of the ship.",
    "The paper published a correction of its report on Wednesday.",
    "She said that the earlier version of the contract had been signed.",
    "Precision instruments were lost.",
    "更正错误需要三天，该公司说。",
    "訂正の方法は3つある。",
)


@pytest.mark.parametrize(("kind", "line"), NOTES)
def test_note_is_recognised_at_the_top_and_at_the_end(kind: str, line: str) -> None:
    for text in (f"{TEXT}\n\n{line}", f"{line}\n\n{TEXT}"):
        found = note_in(text)
        assert found is not None, line
        assert found.kind == kind
        assert found.text in line
    assert note_in(f"{TEXT}\n\n{line}", TEXT) == note_in(f"{TEXT}\n\n{line}")
    assert note_in(f"{TEXT}\n\n{line}", f"{line}\n\n{TEXT}") is None


@pytest.mark.parametrize("line", NO_NOTES)
def test_a_time_or_news_is_no_note(line: str) -> None:
    assert note_in(f"{TEXT}\n\n{line}") is None


def test_only_the_sentence_that_speaks_of_the_article_is_the_note() -> None:
    said = "An earlier version of this article misstated the day."
    text = f"{TEXT} The ship sank. {said} It was Tuesday.\n\nEnd."
    assert note_in(text) == Note(NoteKind.CORRECTION, said)


def test_a_second_note_is_told_from_the_first_and_the_gravest_kind_counts() -> None:
    first, second = "Update, Dec. 9: The ferry sails again.", "Correction: It was Dec. 8, not 9."
    assert note_in(f"{TEXT}\n\n{first}\n\n{second}", f"{TEXT}\n\n{first}") == Note(
        NoteKind.CORRECTION, second
    )
    both = note_in(f"{TEXT}\n\n{first}\n\n{second}")
    assert both == Note(NoteKind.CORRECTION, f"{first}\n\n{second}")


@given(st.text(), st.one_of(st.none(), st.text()))
def test_any_text_can_be_read_for_notes(text: str, before: str | None) -> None:
    found = note_in(text, before)
    assert found is None or found.text


@pytest.mark.parametrize(
    "seed", ["correction ", "update, ", "更正", "a. B ", "(", "update\n", "x" * 99]
)
def test_hostile_texts_take_bounded_time(seed: str) -> None:
    started = time.process_time()
    found = note_in(seed * (1_000_000 // len(seed)))
    assert time.process_time() - started < 10
    assert found is None or len(found.text) <= 2_000
