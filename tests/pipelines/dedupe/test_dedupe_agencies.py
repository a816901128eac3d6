"""Whose text an article says it is. All lines are invented; a floor of 0 mistakes is pinned."""

import pytest

from pipelines.dedupe import Credit, FoundIn, credit_of
from pipelines.items import Article

BODY = "The harbour office closed its doors at noon. Nobody was hurt, a spokeswoman said."


def article(
    text: str = BODY,
    *,
    authors: tuple[str, ...] = (),
    url: str = "https://www.harbour-post.example/news/closed-doors",
    outlet: str | None = "Harbour Post",
    language: str | None = "en",
) -> Article:
    return Article(
        url, url, "Doors closed", text, authors=authors, outlet=outlet, language=language
    )


#: Language, the beginning of a text, the agency of its dateline.
DATELINES = [
    ("en", "WASHINGTON (AP) — The harbour office closed its doors.", "AP"),
    ("en", "WASHINGTON, Dec 19 (Reuters) - The harbour office closed.", "Reuters"),
    ("en", "(Reuters) - The harbour office closed its doors.", "Reuters"),
    ("en", "PARIS (AFP) - The harbour office closed.", "AFP"),
    ("en", "SEOUL, Dec. 19 (Yonhap) -- The harbour office closed.", "Yonhap"),
    ("en", "BEIJING, Dec. 22 (Xinhua) The harbour office closed.", "Xinhua"),
    ("en", "PYONGYANG, December 20 (KCNA) -- The harbour office closed.", "KCNA"),
    ("en", "TOKYO, Dec. 19 (Kyodo) - The harbour office closed.", "Kyodo"),
    ("en", "MOSCOW, December 22. /TASS/. The harbour office closed.", "TASS"),
    ("en", "New Delhi, Dec 19 (PTI) The harbour office closed.", "PTI"),
    ("en", "Washington DC [US], December 19 (ANI): The harbour office closed.", "ANI"),
    ("en", "KUALA LUMPUR, Dec 19 (Bernama) -- The harbour office closed.", "Bernama"),
    ("en", "ANKARA (AA) - The harbour office closed.", "Anadolu"),
    ("en", "CANBERRA, AAP - The harbour office closed.", "AAP"),
    ("en", "Tehran, Dec 19, IRNA – The harbour office closed.", "IRNA"),
    ("en", "CAIRO, Dec 19 (MENA) - The harbour office closed.", "MENA"),
    ("en", "NEW YORK, Dec. 19, 2014 /PRNewswire/ -- The harbour office closed.", "PR Newswire"),
    ("en", "WASHINGTON (UPI) -- The harbour office closed.", "UPI"),
    ("de", "Berlin (dpa) - Das Hafenamt hat geschlossen.", "dpa"),
    ("de", "Kiel (dpa/lno) – Das Hafenamt hat geschlossen.", "dpa"),
    ("de", "Wien (APA) - Das Hafenamt hat geschlossen.", "APA"),
    ("de", "Bern (sda) Das Hafenamt hat geschlossen.", None),
    ("de", "Bern, 19. Dezember (sda) - Das Hafenamt hat geschlossen.", "Keystone-SDA"),
    ("fr", "Washington, 19 décembre (AFP) - Le bureau du port a fermé.", "AFP"),
    ("es", "Madrid, 19 dic (EFE).- La oficina del puerto cerró.", "EFE"),
    ("it", "(ANSA) - ROMA, 19 DIC - L'ufficio del porto ha chiuso.", "ANSA"),
    ("pt", "Lisboa, 19 dez 2014 (Lusa) – A capitania fechou.", "Lusa"),
    ("nl", "DEN HAAG (ANP) - Het havenkantoor is dicht.", "ANP"),
    ("sv", "STOCKHOLM (TT) – Hamnkontoret har stängt.", "TT"),
    ("pl", "Warszawa (PAP) - Kapitanat portu zamknięto.", "PAP"),
    ("ru", "МОСКВА, 22 декабря. /ТАСС/. Портовое управление закрылось.", "TASS"),
    ("ru", "МОСКВА, 22 дек — РИА Новости. Портовое управление закрылось.", "RIA Novosti"),
    ("ru", "Москва. 22 декабря. ИНТЕРФАКС.RU - Портовое управление закрылось.", "Interfax"),
    ("ar", "الرياض 19 ديسمبر (رويترز) - أغلق مكتب الميناء أبوابه.", "Reuters"),
    ("ar", "موسكو (أ ف ب) - أغلق مكتب الميناء أبوابه.", "AFP"),
    ("tr", "ANKARA (AA) - Liman ofisi kapandı.", "Anadolu"),
    ("zh", "新华社北京12月22日电 港口办公室中午关门。", "Xinhua"),
    ("zh", "中新社北京12月19日电 (记者 李明)港口办公室中午关门。", "China News Service"),
    ("zh", "（中央社記者林小華盛頓19日電）港口辦公室中午關門。", "CNA"),
    ("zh", "据新华社首尔12月22日电，港口办公室中午关门。", "Xinhua"),
    ("ja", "【ワシントン共同】港湾事務所が閉まった。", "Kyodo"),
    ("ja", "［ワシントン　１９日　ロイター］ - 港湾事務所が閉まった。", "Reuters"),
    ("ja", "【12月19日 AFP】港湾事務所が閉まった。", "AFP"),
    ("ja", "【ワシントン時事】港湾事務所が閉まった。", "Jiji"),
    ("ko", "(서울=연합뉴스) 김하나 기자 = 항만 사무소가 문을 닫았다.", "Yonhap"),
    ("ko", "[서울=뉴시스] 김하나 기자 = 항만 사무소가 문을 닫았다.", "Newsis"),
    ("ko", "서울, 12월 19일 (연합뉴스) -- 항만 사무소가 문을 닫았다.", "Yonhap"),
]

#: Language, authors as the cleaner gives them, the agency.
BYLINES = [
    ("en", ("Associated Press",), "AP"),
    ("en", ("Reuters Staff",), "Reuters"),
    ("en", ("AFP",), "AFP"),
    ("en", ("Ada Quill, Associated Press",), "AP"),
    ("en", ("Ada Quill", "The Associated Press"), "AP"),
    ("en", ("By ADA QUILL, AP National Security Writer",), "AP"),
    ("en", ("Ada Quill | Reuters",), "Reuters"),
    ("en", ("Ada Quill of The Associated Press",), "AP"),
    ("en", ("Xinhua News Agency",), "Xinhua"),
    ("en", ("Meridian Press Agency",), "Meridian Press Agency"),
    ("en", ("Ada Quill, The Quay Times",), "The Quay Times"),
    ("en", ("PA Media",), "PA"),
    ("en", ("PA",), "PA"),
    ("de", ("dpa",), "dpa"),
    ("de", ("Von Ada Quill, dpa",), "dpa"),
    ("de", ("dpa/AFP",), "dpa"),
    ("fr", ("Agence France-Presse",), "AFP"),
    ("es", ("Agencia EFE",), "EFE"),
    ("it", ("Redazione ANSA",), "ANSA"),
    ("ca", ("La Presse canadienne",), "Canadian Press"),
    ("sv", ("TT",), "TT"),
    ("pt", ("Agência Lusa",), "Lusa"),
    ("zh", ("新华社",), "Xinhua"),
    ("ja", ("共同通信",), "Kyodo"),
    ("ko", ("연합뉴스",), "Yonhap"),
    ("ru", ("ТАСС",), "TASS"),
    ("ar", ("رويترز",), "Reuters"),
    ("hi", ("पीटीआई",), "PTI"),
]

#: Language, the end of a text, the agency.
CREDIT_LINES = [
    ("en", "© 2014 Reuters", "Reuters"),
    ("en", "Copyright 2014 The Associated Press. All rights reserved.", "AP"),
    ("en", "Source: Xinhua", "Xinhua"),
    ("en", "(Reporting by Ada Quill in Kiel; Editing by Bo Tarn and Cy Moor)", "Reuters"),
    ("en", "— Bernama", "Bernama"),
    ("de", "Das Amt bleibt zu. (dpa)", "dpa"),
    ("de", "Quelle: dpa", "dpa"),
    ("de", "© dpa-infocom, dpa:141219-99-12345/2", "dpa"),
    ("fr", "Source : AFP", "AFP"),
    ("es", "Fuente: EFE", "EFE"),
    ("it", "(ANSA).", "ANSA"),
    ("da", "/ritzau/", "Ritzau"),
    ("nb", "(©NTB)", "NTB"),
    ("pl", "Źródło: PAP", "PAP"),
    ("cs", "Zdroj: ČTK", "ČTK"),
    ("hu", "Forrás: MTI", "MTI"),
    ("ro", "Sursa: Agerpres", "Agerpres"),
    ("ru", "Источник: Интерфакс", "Interfax"),
    ("tr", "Kaynak: AA", "Anadolu"),
    ("id", "Sumber: Antara News", "Antara"),
    ("vi", "Theo TTXVN", "VNA"),
    ("zh", "来源：新华社", "Xinhua"),
    ("ar", "المصدر: رويترز", "Reuters"),
]

#: Language, authors, text: its outlet's own, whatever agencies are named in it.
OWN = [
    ("en", (), "According to Reuters, the harbour office closed its doors."),
    ("en", (), "The office told the AP (Associated Press) that it had closed."),
    ("en", (), f"{BODY}\n\nThe Associated Press contributed to this report."),
    ("en", (), f"{BODY}\n\nAdditional reporting by Reuters."),
    ("en", (), f"{BODY}\n\nWith files from The Canadian Press"),
    ("en", (), f"{BODY}\n\n(With inputs from PTI)"),
    ("en", (), f"{BODY}\n\nPhoto: AP"),
    ("en", (), f"{BODY}\n\nThe harbour. (AP Photo/Ada Quill)"),
    ("en", (), "The Psychological Association (PA) — a body of doctors — met at noon."),
    ("en", (), "The American Psychological Association (APA) — which met at noon — agreed."),
    ("en", (), "TT racing on the Isle of Man (TT) — a week of it — began."),
    ("en", (), "A spa (SPA) opened beside the harbour."),
    ("en", (), f"{BODY} He was born in Erie, Pennsylvania (PA)"),
    ("en", (), "The Associated Press (AP) — an agency of 1846 — has a new chief."),
    ("en", (), "Reuters reported on Friday that the office had closed - twice."),
    ("en", (), f"{BODY}\n\n© 2014 Harbour Post"),
    ("en", (), f"{BODY}\n\nSource: Harbour Post"),
    ("en", ("AP Dhillon",), BODY),
    ("en", ("Ani Petrov", "Efe Yilmaz", "Pa Modou"), BODY),
    ("en", ("Ada Quill and Associated Press",), BODY),
    ("en", ("Harbour Post Staff", "AP"), BODY),
    ("en", ("Ada Quill, Harbour Post",), BODY),
    ("en", ("Ada Quill, Reuters Institute",), BODY),
    ("en", ("Photo by AP",), BODY),
    ("fr", ("Harbour Post avec AFP",), BODY),
    ("fr", ("Ada Quill (avec AFP)",), BODY),
    ("de", ("Ada Quill mit dpa",), BODY),
    ("de", ("Redaktion/dpa",), BODY),
    ("de", ("Ada Quill und dpa/AFP",), BODY),
    ("en", ("Ada Quill with AP, Reuters",), BODY),
    ("en", (), f"{BODY}\n\nPhoto: Bo Tarn at the harbour. (AP)"),
    ("en", (), f"{BODY}\n\nNobody was hurt. (with AFP)"),
    ("de", (), f"{BODY}\n\nMit Material von dpa"),
    ("es", ("Ada Quill con información de EFE",), BODY),
    ("es", ("TT",), BODY),
    ("id", (), "Hubungan (antara) dua kantor itu rumit."),
    ("ja", (), "共同で港湾事務所を閉めた。ロイター通信によると、正午だった。"),
    ("zh", (), "据新华社报道，港口办公室中午关门。"),
    ("zh", (), "（综合新华社、中新社报道）港口办公室中午关门。"),
    ("ru", (), "Как сообщает ТАСС, портовое управление закрылось."),
    ("ko", (), "연합뉴스에 따르면 항만 사무소가 문을 닫았다."),
    ("ar", (), "وقالت رويترز إن مكتب الميناء أغلق أبوابه."),
]

FIRST = [
    ("This article was originally published by Quay Weekly.", "Quay Weekly"),
    ("(This story first appeared on The Quay Times on 19 December 2014.)", "The Quay Times"),
    ("This piece is republished from Quay Weekly under a Creative Commons licence.", "Quay Weekly"),
    ("Dieser Artikel erschien zuerst im Hafenblatt.", "Hafenblatt"),
    ("Dieser Text ist zuerst bei hafenblatt.example erschienen.", "hafenblatt.example"),
    ("Cet article a été initialement publié dans Le Courrier du Port.", "Le Courrier du Port"),
    ("Este artículo fue publicado originalmente en El Faro.", "El Faro"),
    ("Este texto foi publicado originalmente no Jornal do Porto.", "Jornal do Porto"),
    ("Questo articolo è stato pubblicato originariamente su Il Molo.", "Il Molo"),
    ("Dit artikel verscheen eerder in De Havenkrant.", "De Havenkrant"),
    ("Artikeln publicerades först i Hamnbladet.", "Hamnbladet"),
    ("Впервые опубликовано в газете «Портовый вестник».", "Портовый вестник"),
    ("Bu haber ilk olarak Liman Gazetesi'nde yayımlandı.", "Liman Gazetesi"),
    ("原文刊登于《海港日报》。", "海港日报"),
    ("この記事は港新聞に掲載されたものです。", "港新聞"),
    ("이 기사는 항구일보에 처음 실렸다.", "항구일보"),
    ("نُشر هذا المقال أولاً في الميناء اليوم.", "الميناء اليوم"),
]

NOT_FIRST = [
    "First published on 19 December 2014",
    "This article was first published in the December issue.",
    "Originally published on this site.",
    "First published on Facebook.",
    "The novel was first published in London in 1850.",
    "The allegations were first published by Quay Weekly on Sunday.",
    "The office, first published by nobody, closed.",
    "This article was originally published by Harbour Post.",
    "Die Vorwürfe wurden zuerst von der Hafenpost veröffentlicht.",
]


@pytest.mark.parametrize(("language", "text", "agency"), DATELINES)
def test_dateline_names_the_agency(language: str, text: str, agency: str | None) -> None:
    found = credit_of(article(f"{text}\n\n{BODY}", language=language))
    assert found == (agency and Credit(agency, FoundIn.DATELINE))


@pytest.mark.parametrize(("language", "authors", "agency"), BYLINES)
def test_byline_names_the_agency(language: str, authors: tuple[str, ...], agency: str) -> None:
    found = credit_of(article(authors=authors, language=language))
    assert found == Credit(agency, FoundIn.BYLINE)


@pytest.mark.parametrize(("language", "line", "agency"), CREDIT_LINES)
def test_line_below_the_text_names_the_agency(language: str, line: str, agency: str) -> None:
    found = credit_of(article(f"{BODY}\n\n{BODY}\n\n{line}", language=language))
    assert found == Credit(agency, FoundIn.CREDIT_LINE)


@pytest.mark.parametrize(("language", "authors", "text"), OWN)
def test_named_agency_is_no_credit(language: str, authors: tuple[str, ...], text: str) -> None:
    assert credit_of(article(text, authors=authors, language=language)) is None


@pytest.mark.parametrize(("line", "outlet"), FIRST)
def test_line_names_the_first_publisher(line: str, outlet: str) -> None:
    for text in (f"{line}\n\n{BODY}", f"{BODY}\n\n{BODY}\n\n{line}"):
        assert credit_of(article(text)) == Credit(outlet, FoundIn.FIRST)


@pytest.mark.parametrize("line", NOT_FIRST)
def test_line_that_names_no_first_publisher(line: str) -> None:
    assert credit_of(article(f"{BODY}\n\n{line}")) is None


def test_byline_line_left_above_the_text_counts() -> None:
    found = credit_of(article(f"By ADA QUILL, Associated Press\n\n{BODY}"))
    assert found == Credit("AP", FoundIn.BYLINE)


def test_page_at_the_agencys_own_site_is_its_own() -> None:
    own = article(url="https://www.reuters.com/world/closed-doors", outlet="Reuters")
    assert credit_of(own) == Credit("Reuters", FoundIn.SITE)


def test_agency_that_first_published_is_credited_by_its_canonical_name() -> None:
    line = "This article is republished from The Conversation under a Creative Commons licence."
    assert credit_of(article(f"{BODY}\n\n{line}")) == Credit(
        "The Conversation", FoundIn.CREDIT_LINE
    )


def test_outlets_own_name_is_no_credit_whatever_it_says() -> None:
    line = "This story was originally published by the Harbour Post."
    assert credit_of(article(f"{BODY}\n\n{line}")) is None
    assert credit_of(article(f"{BODY}\n\n{line}", outlet="Quay Weekly", url="https://q.example/1"))
