"""Pairs of readings of invented articles, each labelled real or cosmetic, in fourteen languages.

A text of its own in each language; a pair is that text and what became of it.
"""

from dataclasses import dataclass

TITLE = "Ferry Halcyon strikes a pier"

TEXTS = {
    "en": (
        "The ferry Halcyon struck a pier in Port Aldous on Tuesday evening and 40 passengers were"
        ' hurt, the harbour master Ines Calder said.\n\n"We did not see the light," the captain'
        " told the coast guard.\n\nThe company has not paid the 1,200 crew members for a month."
    ),
    "de": (
        "Die Fähre Halcyon hat am Dienstagabend in Aldhafen einen Pfeiler gerammt, 40 Fahrgäste"
        " wurden verletzt, sagte Hafenmeisterin Ines Kalder.\n\n„Wir haben das Licht nicht"
        " gesehen“, sagte der Kapitän.\n\nDie Reederei hat die Löhne seit einem Monat"
        " nicht bezahlt."
    ),
    "fr": (
        "Le ferry Halcyon a heurté un quai à Port-Aldous mardi soir et 40 passagers ont été"
        " blessés, a déclaré la capitaine du port Inès Caldère.\n\n« Nous n’avons pas vu le feu »,"
        " a dit le"
        " commandant.\n\nLa compagnie n’a pas payé les salaires depuis un mois."
    ),
    "es": (
        "El ferry Halcyon chocó contra un muelle en Puerto Aldoso el martes por la noche y 40"
        " pasajeros resultaron heridos, dijo la capitana del puerto Inés Caldera.\n\n«No vimos la"
        " luz», dijo el capitán.\n\nLa compañía no ha pagado los salarios desde hace un mes."
    ),
    "it": (
        "Il traghetto Halcyon ha urtato un molo a Porto Aldoso martedì sera e 40 passeggeri sono"
        " rimasti feriti, ha detto la comandante del porto Ines Caldera.\n\n«Non abbiamo visto la"
        " luce», ha detto il capitano.\n\nLa compagnia non paga gli stipendi da un mese."
    ),
    "pt": (
        "O ferry Halcyon bateu num cais em Porto Aldoso na noite de terça-feira e 40 passageiros"
        " ficaram feridos, disse a capitã do porto Inês Caldeira.\n\n“Não vimos a luz”, disse o"
        " comandante.\n\nA empresa não paga os salários há um mês."
    ),
    "nl": (
        "De veerboot Halcyon ramde dinsdagavond een pier in Aldoushaven en 40 passagiers raakten"
        " gewond, zei havenmeester Ines Kalder.\n\n‘We hebben het licht niet gezien’, zei de"
        " kapitein.\n\nDe rederij heeft de lonen al een maand niet betaald."
    ),
    "pl": (
        "Prom Halcyon uderzył we wtorek wieczorem w pirs w Aldowie i 40 pasażerów zostało rannych,"
        " powiedziała kapitan portu Inez Kalder.\n\n„Nie widzieliśmy światła”, powiedział"
        " kapitan.\n\nArmator nie wypłacił pensji od miesiąca."
    ),
    "ru": (
        "Паром «Альциона» во вторник вечером врезался в причал в Порт-Алдусе, ещё 40 пассажиров"
        " пострадали, сообщила капитан порта Инес Кальдер.\n\n«Мы не видели огня», — сказал"
        " капитан.\n\nКомпания не платила зарплату месяц."
    ),
    "tr": (
        "Halcyon feribotu salı akşamı Aldus limanında iskeleye çarptı ve 40 yolcu yaralandı, dedi"
        " liman başkanı İnes Kalder.\n\n“Işığı görmedik” dedi kaptan.\n\nŞirket bir aydır maaşları"
        " ödemedi."
    ),
    "ar": (
        "اصطدمت العبّارة هالسيون برصيف في ميناء ألدوس مساء الثلاثاء وأصيب 40 راكبا، حسبما قالت مديرة"
        " الميناء إيناس كالدر.\n\nوقال القبطان: «لم نر الضوء».\n\nولم تدفع الشركة الرواتب منذ شهر."
    ),
    "zh": (
        "周二晚间，“翠鸟号”渡轮在阿尔杜斯港撞上码头，造成40名乘客受伤，港务长卡尔德说。\n\n"
        "船长说：“我们没有看到灯光。”\n\n该公司已经一个月没有支付工资。"
    ),
    "ja": (
        "火曜日の夜、フェリー「ハルシオン」がアルダス港の桟橋に衝突し、乗客40人が負傷したと港長のカルダー氏が述べた。\n\n"
        "船長は「灯りは見えなかった」と語った。\n\n会社は1か月間、賃金を支払っていない。"
    ),
    "ko": (
        "화요일 저녁 여객선 할시온호가 알더스 항구의 부두에 충돌해 승객 40명이 다쳤다고 이네스"
        " 칼더 항만장이 말했다.\n\n"
        "선장은 “불빛을 보지 못했다”고 말했다.\n\n회사는 한 달째 임금을 지급하지 않고 있다."
    ),
}

#: Lines that pages change by themselves, by language.
LINES = {
    "en": (
        "Updated: Dec. 2, 2014 4:35 p.m. ET",
        "Last updated 3 hours ago",
        "By Ada Quill and Tom van Dale, Staff Writers",
        "By Ada Quill | 3 hours ago | 5 min read",
        "1,204 comments",
        "2.3k shares",
        "312 people are reading this now",
        "Read more: What the divers found",
        "Related: Ferries in pictures",
        "Story continues below advertisement",
        "Share on Facebook",
        "Sign up for our daily newsletter and get the most important stories in your inbox.",
        "Photo 3 of 12",
        "3/12",
        "EUR/USD 1.2345 +0.12%",
        "S&P 500 2,071.92 ▲0.3%",
        "Already a subscriber? Log in.",
    ),
    "de": (
        "Aktualisiert am 5. Dezember 2014 um 18:04 Uhr",
        "vor 3 Stunden",
        "Von Ada Kiel und Tom van Dale",
        "17 Kommentare",
        "Lesen Sie auch: Was die Taucher fanden",
        "Mehr zum Thema",
        "Anzeige",
        "Artikel teilen",
        "Jetzt abonnieren und keine Nachricht mehr verpassen.",
        "Bild 3 von 12",
        "Lesezeit: 3 Min.",
        "DAX 9.876,54 -0,5 %",
    ),
    "fr": (
        "Publié le 5 décembre 2014 à 18h04, mis à jour à 19h10",
        "il y a 3 heures",
        "Par Ada Quille",
        "17 commentaires",
        "Lire aussi : Ce que les plongeurs ont trouvé",
        "La suite après la publicité",
        "Partager sur Facebook",
        "Inscrivez-vous à notre newsletter pour ne rien manquer.",
        "Temps de lecture : 3 min",
        "Image 3 sur 12",
    ),
    "es": (
        "Actualizado el 5 de diciembre de 2014 a las 18:04",
        "hace 3 horas",
        "Por Ada Quintana",
        "17 comentarios",
        "Lea también: Lo que hallaron los buzos",
        "Publicidad",
        "Compartir en Facebook",
        "Suscríbete a nuestro boletín y recibe las noticias cada mañana.",
        "Foto 3 de 12",
    ),
    "it": (
        "Pubblicato il 5 dicembre 2014 alle 18:04",
        "3 ore fa",
        "Di Ada Quercia",
        "17 commenti",
        "Leggi anche: Che cosa hanno trovato i sommozzatori",
        "Continua dopo la pubblicità",
        "Condividi su Facebook",
        "Iscriviti alla nostra newsletter.",
    ),
    "pt": (
        "Atualizado em 5 de dezembro de 2014 às 18h04",
        "há 3 horas",
        "Por Ada Quinta",
        "17 comentários",
        "Leia também: O que os mergulhadores encontraram",
        "Continua após a publicidade",
        "Compartilhar",
        "Inscreva-se na nossa newsletter.",
    ),
    "nl": (
        "Bijgewerkt op 5 december 2014 om 18:04 uur",
        "3 uur geleden",
        "Door Ada Kwiek",
        "17 reacties",
        "Lees ook: Wat de duikers vonden",
        "Tekst gaat verder onder de advertentie",
        "Deel op Facebook",
        "Schrijf je in voor onze nieuwsbrief.",
    ),
    "pl": (
        "Aktualizacja: 5 grudnia 2014, godz. 18:04",
        "3 godziny temu",
        "Autor: Ada Kwiecień",
        "17 komentarzy",
        "Czytaj także: Co znaleźli nurkowie",
        "Reklama",
        "Udostępnij na Facebooku",
        "Zapisz się na nasz newsletter.",
    ),
    "ru": (
        "Обновлено: 5 декабря 2014 г. в 18:04 МСК",
        "3 часа назад",
        "Автор: Ада Квилл",
        "17 комментариев",
        "Читайте также: Что нашли водолазы",
        "Реклама",
        "Поделиться",
        "Подпишитесь на наш канал, чтобы ничего не пропустить.",
        "Курс USD 56,21 +1,2%",
    ),
    "tr": (
        "Güncelleme: 5 Aralık 2014, saat 18:04",
        "3 saat önce",
        "Yazan: Ada Kırlı",
        "17 yorum",
        "Ayrıca okuyun: Dalgıçlar ne buldu",
        "Reklam",
        "Facebook'ta paylaş",
        "Abone ol ve haberleri kaçırma.",
    ),
    "ar": (
        "آخر تحديث: 5 ديسمبر 2014 الساعة 18:04",
        "منذ 3 ساعات",
        "بقلم: آدا كويل",
        "17 تعليقا",
        "اقرأ أيضا: ماذا وجد الغواصون",
        "إعلان",
        "شارك هذا الخبر",
        "اشترك في نشرتنا البريدية.",
    ),
    "zh": (
        "更新时间：2014年12月5日 18:04",
        "3小时前",
        "本报记者 王海",
        "17条评论",
        "推荐阅读：潜水员发现了什么",
        "广告",
        "分享到微信",
        "关注我们的公众号获取更多新闻",
        "（责任编辑：王海）",
    ),
    "ja": (
        "2014年12月5日 18時04分 更新",
        "3時間前",
        "【山田太郎】",
        "コメント17件",
        "関連記事：潜水士が見つけたもの",
        "広告",
        "シェアする",
        "メールマガジンに登録する",
    ),
    "ko": (
        "입력 2014.12.05 18:04 | 수정 2014.12.05 19:10",
        "3시간 전",
        "김해나 기자 haena@harbour.example",
        "댓글 17",
        "관련기사: 잠수사들이 찾은 것",
        "광고",
        "기사 공유하기",
        "구독하기",
    ),
}

#: Real edits: (language, what stood there, what stands there now).
EDITS = (
    ("en", "40 passengers", "44 passengers"),
    ("en", "did not see", "did see"),
    ("en", "Ines Calder", "Irene Calder"),
    ("en", "the light", "the buoy"),
    ("en", "1,200 crew", "1,300 crew"),
    ("en", "Tuesday", "Monday"),
    ("en", "the captain told", "the mate told"),
    ("en", "for a month.", "for a month. Two of them have sued."),
    ("en", "paid the", '"paid" the'),
    (
        "en",
        "\n\nThe company has",
        "\n\nRead more than once, the letter was a threat.\n\nThe company has",
    ),
    ("en", "\n\nThe company has", "\n\nBy Monday, 3 ferries had been stopped.\n\nThe company has"),
    (
        "en",
        "\n\nThe company has",
        "\n\nTwo comments by the minister angered the crew.\n\nThe company has",
    ),
    ("en", "a month", "a month, or about $4 million"),
    ("de", "nicht gesehen", "gesehen"),
    ("de", "40 Fahrgäste", "41 Fahrgäste"),
    ("de", "Ines Kalder", "Ina Kalder"),
    ("fr", "40 passagers", "14 passagers"),
    ("fr", "n’a pas payé", "a payé"),
    ("es", "heridos", "muertos"),
    ("es", "no ha pagado", "ha pagado"),
    ("it", "martedì", "lunedì"),
    ("it", "feriti", "uccisi"),
    ("pt", "Inês Caldeira", "Inês Cardoso"),
    ("pt", "Não vimos", "Vimos"),
    ("nl", "40 passagiers", "4 passagiers"),
    ("nl", "niet betaald", "betaald"),
    ("pl", "rannych", "zabitych"),
    ("pl", "Inez Kalder", "Irena Kalder"),
    ("ru", "не видели", "видели"),
    ("ru", "40 пассажиров", "42 пассажира"),
    ("tr", "40 yolcu", "14 yolcu"),
    ("tr", "görmedik", "gördük"),
    ("ar", "أصيب 40", "أصيب 44"),
    ("ar", "لم نر", "رأينا"),
    ("zh", "40名", "44名"),
    ("zh", "没有看到", "看到"),
    ("zh", "受伤", "死亡"),
    ("ja", "40人", "44人"),
    ("ja", "見えなかった", "見えた"),
    ("ko", "40명", "44명"),
    ("ko", "보지 못했다", "보았다"),
)

#: Short paragraphs that look like a page's own lines and are news.
ADDED = (
    ("en", "Share prices of Aldous Lines fell 5% on Wednesday."),
    ("en", "Sign up to fight, the union told its members."),
    ("en", "Join our strike, the crew wrote."),
    ("en", "40 people have died."),
    ("en", "3 - 1"),
    ("en", "47,000"),
    ("en", "GDP +2.1%"),
    ("en", "By then 3 ships had been stopped."),
    ("en", "By order of the minister"),
    ("en", "Most read it as a threat."),
    ("en", "Related deaths: the count is at 12 and rising, the harbour master's office now says."),
    ("de", "Anzeige gegen den Kapitän"),
    ("de", "Von 40 Verletzten sind 3 gestorben."),
    ("de", "Teilen der Belegschaft wurde gekündigt."),
    ("fr", "Publicité mensongère, dit le syndicat."),
    ("fr", "Par miracle, personne n'est mort."),
    ("es", "Anuncio de huelga"),
    ("es", "Comparte la culpa el piloto, según el juez."),
    ("it", "Abbonati in fuga, dice la compagnia."),
    ("pt", "Há 3 feridos graves."),
    ("nl", "Delen van de romp zijn weg."),
    ("pl", "Reklama promu była kłamstwem."),
    ("ru", "Подписался под письмом и министр."),
    ("tr", "Takip ettiğimiz gemi battı."),
    ("tr", "Önce 3 gemi durdu."),
    ("ar", "اشترك في الهجوم عشرون رجلا."),
    ("ar", "منذ ذلك اليوم لم يبحر أحد."),
    ("zh", "订阅人数下降了30%。"),
    ("zh", "死者12人"),
    ("zh", "广告合同已被取消。"),
    ("ja", "共有する船が3隻ある。"),
    ("ja", "更新は12月に拒否された。"),
    ("ko", "공유 선박 3척이 멈췄다."),
    ("ko", "12월 5일 선장이 구속됐다."),
)

#: The same text set otherwise: (language, what stood there, what stands there now).
SETTINGS = (
    ("en", '"', "”"),
    ("en", " hurt", " hu\u00adrt"),
    ("en", "Halcyon", "Hal\u200bcyon"),
    ("en", "1,200", "1 200"),
    ("en", "The company", "The&nbsp;company"),
    ("en", "did not see the light,", "did not see the light, "),
    ("en", "harbour master", "harbour–master"),
    ("en", '"We did not see the light,"', "'We did not see the light',"),
    ("en", "\n\n", "\n"),
    ("de", "„Wir", "&quot;Wir"),
    ("de", "Kapitän", "Kapita\u0308n"),
    ("de", "Fähre", "FÃ¤hre"),
    ("fr", "’", "'"),
    ("fr", "n’avons", "nâ€™avons"),
    ("fr", "« Nous", "“Nous"),
    ("es", "«", "“"),
    ("it", "«Non abbiamo visto la luce»", '"Non abbiamo visto la luce"'),
    ("pl", "„", "“"),
    ("ru", "ещё", "еще"),
    ("ru", "—", "-"),
    ("tr", "İnes", "I\u0307nes"),
    ("ar", "الثلاثاء", "الثـــلاثاء"),
    ("ar", "40", "٤٠"),
    ("ar", "العبّارة", "العبارة"),
    ("zh", "40", "４０"),
    ("zh", "“", "「"),
    ("zh", "，", ", "),
    ("ja", "フェリー", "ﾌｪﾘｰ"),
    ("ja", "桟橋", "桟\u200b橋"),
    ("ko", "”", "\u0022"),
)


@dataclass(frozen=True)
class Pair:
    """Two readings, and whether the second is a revision of the first."""

    what: str
    old: str
    new: str
    real: bool


def pairs() -> list[Pair]:
    """All of them, cosmetic lines once added and once changed into the next of their language."""
    made = []
    for language, lines in LINES.items():
        text = TEXTS[language]
        lead, _, rest = text.partition("\n\n")
        for line, other in zip(lines, (*lines[1:], lines[0]), strict=True):
            made += [
                Pair(f"{language} + {line}", text, f"{lead}\n\n{line}\n\n{rest}", False),
                Pair(f"{language} > {line}", f"{line}\n\n{text}", f"{text}\n\n{other}", False),
            ]
        parts = text.split("\n\n")
        made.append(Pair(f"{language} order", text, "\n\n".join([*parts[1:], parts[0]]), False))
        dropped = "\n\n".join([parts[0], parts[2]])
        made.append(Pair(f"{language} paragraph", text, dropped, True))
    for language, line in ADDED:
        text = TEXTS[language]
        made.append(Pair(f"{language} added {line}", text, f"{text}\n\n{line}", True))
    for label, table, real in (("edit", EDITS, True), ("set", SETTINGS, False)):
        for language, old, new in table:
            text = TEXTS[language]
            assert old in text, (language, old)
            made.append(Pair(f"{language} {label} {new!r}", text, text.replace(old, new), real))
    return made
