"""An invented incident, its follow-ups, its sibling and other news of those weeks, all made up.

The incident: the Harwick dam in the Orle valley breaks on 3 March 2031. The sibling: another dam,
Tolmin Gorge, in another country, a fortnight later.
"""

SEEDS = [
    (
        "Harwick dam bursts, villages in Orle valley under water",
        "The Harwick dam above the Orle valley gave way early on Monday after four days of rain, "
        "and a wall of water destroyed much of the village of Lower Senning. At least nineteen "
        "people are dead and more than a hundred missing, the fire service of Orle county "
        "said.\n\n"
        "The embankment, built in 1958 and owned by the utility Norvia Water, had been under "
        "repair "
        "since the autumn. Norvia said that its sensors gave no warning. County commissioner "
        "Maren "
        "Aldous called for everyone below the bridge at Quist to leave their homes.",
    ),
    (
        "Engineers warned Norvia of cracks in Harwick dam",
        "Two engineers told Norvia Water in October that cracks in the spillway of the "
        "Harwick dam "
        "were growing, according to letters that the Orle Courier has seen. One of them, Piet "
        "Lanfear, asked for the reservoir to be lowered by six metres.\n\nNorvia's chairman, "
        "Edda "
        "Rosholt, said that the letters were being examined by the public prosecutor in Senning, "
        "who opened an inquiry into negligent killing on Thursday. The number of dead from the "
        "burst rose to forty-one.",
    ),
    (
        "Parliament sets up commission on the Harwick disaster",
        "A commission of seven members is to find out why the Harwick dam broke and why the "
        "sirens "
        "in the Orle valley stayed silent. Judge Ysolde Marchetti will lead it, parliament "
        "decided "
        "on Wednesday. Survivors from Lower Senning had asked for an inquiry free of the "
        "ministry, "
        "which had approved the repairs by Norvia Water. Commissioner Maren Aldous said that the "
        "county would open all its files.",
    ),
]

FOLLOW_UPS = [
    (
        "Search for missing in Lower Senning ends",
        "Rescue workers have ended the search for the missing of Lower Senning. Sixty-two bodies "
        "were found since the Harwick dam broke, the county said, and eleven people are still "
        "unaccounted for. Maren Aldous thanked the volunteers who had come to the Orle valley.",
    ),
    (
        "Norvia chairman steps down",
        "Edda Rosholt is leaving the top of Norvia Water. She took responsibility, she said, for "
        "the way in which the company dealt with the warnings before the burst. Shares of the "
        "utility have lost half of their value since March.",
    ),
    (
        "Sirens were switched off for repairs, commission hears",
        "The sirens that should have warned the Orle valley had been disconnected for "
        "maintenance "
        "two days before the flood, a technician told the commission led by Judge Marchetti. "
        "Nobody at Norvia asked for them to be put back, he said.",
    ),
    (
        "Families of dam victims sue utility",
        "Relatives of forty victims of the Harwick dam have filed a suit against Norvia Water. "
        "Their lawyer says that the letters of the engineer Piet Lanfear prove that the utility "
        "knew about the cracks in the spillway.",
    ),
    (
        "A year after: silence at the bridge of Quist",
        "At half past four in the morning the bells rang in Quist and in what is left of Lower "
        "Senning, for those who died when the dam broke. The prime minister laid a wreath. "
        "Commissioner Aldous read out the names.",
    ),
    (
        "Prosecutor charges three over Harwick",
        "Three managers of Norvia Water are charged with negligent killing, the public "
        "prosecutor "
        "in Senning announced. They are said to have put off the lowering of the reservoir "
        "to save "
        "the cost of bought-in power.",
    ),
    (
        "Charity concert raises 2m for Orle valley",
        "A concert in the capital has brought in two million for the people of the Orle "
        "valley who "
        "lost their homes in the Harwick flood. The money is to rebuild the school of Lower "
        "Senning.",
    ),
    (
        "Marchetti report: burst could have been avoided",
        "The collapse of the Harwick dam could have been avoided, says the report that Judge "
        "Ysolde Marchetti handed to parliament. It blames Norvia, the ministry and a lack of "
        "inspections. The commission makes thirty proposals.",
    ),
]

SIBLINGS = [
    (
        "Dam breaks in Tolmin Gorge, dozens missing",
        "A dam in the Tolmin Gorge burst on Sunday after heavy rain, flooding three villages. "
        "Twelve people died and dozens are missing, the fire service of Karst province said. The "
        "embankment belongs to the state company Hidrokor. Residents of Podlas were told to "
        "leave "
        "their homes.",
    ),
    (
        "Hidrokor ignored cracks at Tolmin, engineer says",
        "An engineer warned the company Hidrokor of cracks in the spillway months before the dam "
        "in the Tolmin Gorge gave way, a newspaper in Podlas reports. The public prosecutor of "
        "Karst province has opened an inquiry. The number of dead rose to thirty.",
    ),
    (
        "Province of Karst wants inquiry into Tolmin flood",
        "The assembly of Karst province voted for a commission to find out why the reservoir "
        "above "
        "Podlas was not lowered in time. Survivors had blamed Hidrokor and the minister, Jurij "
        "Zalar.",
    ),
]

OTHERS = [
    (
        "Norvia to raise water prices in the north",
        "Customers in the northern districts will pay nine per cent more for their water from "
        "July. The supplier says that energy has become dearer and pipes need to be replaced.",
    ),
    (
        "Rain keeps falling: harvest in danger",
        "Farmers in the south fear for their wheat after a month with twice the usual rain. "
        "Meteorologists expect no change before the weekend.",
    ),
    (
        "Rovers beat Quist United in extra time",
        "A late header by Tomasz Brill decided the cup tie on Saturday. Quist United had led "
        "until "
        "the eightieth minute and ended the match with ten men.",
    ),
    (
        "New bridge for the capital's ring road",
        "Parliament has approved four hundred million for a second bridge on the ring road. Work "
        "is to begin in autumn, and a commission will watch over the costs.",
    ),
    (
        "Chipmaker opens plant",
        "The chipmaker Ostra opened its second plant on Tuesday. It will employ nine hundred "
        "people and make sensors for cars.",
    ),
    (
        "Election: six parties, one issue",
        "Three weeks before the vote the parties argue about rents. A survey sees the governing "
        "coalition three points ahead, with a fifth of the voters undecided.",
    ),
]

#: By language: seeds, follow-ups and other articles of scripts that part no words or have no
#: capitals. The incident is the attack on Sony Pictures.
SCRIPTS = {
    "zh": (
        [
            "索尼影业公司的电脑网络周一遭到黑客攻击，员工屏幕上出现骷髅图像，自称和平卫士的组"
            "织威胁公布内部数据。"
            "索尼影业位于卡尔弗城的办公室被迫关闭电子邮件系统。",
            "美国联邦调查局表示，朝鲜政府应对索尼影业遭黑客攻击事件负责。奥巴马说美国将作出相"
            "应的回应，"
            "并认为索尼取消影片采访的上映是一个错误。朝鲜否认参与攻击。",
        ],
        [
            "朝鲜提议与美国联合调查索尼影业遭黑客攻击一案，并警告若遭拒绝将有严重后果。白宫拒"
            "绝了朝鲜的提议。",
            "索尼影业宣布影片采访将在部分影院上映。此前和平卫士威胁袭击影院，索尼取消了上映计划。",
        ],
        [
            "国家统计局公布，上月居民消费价格同比上涨百分之二，食品价格涨幅较大，专家预计明年"
            "物价保持稳定。",
            "北京国安队周六在主场以二比一战胜上海队，继续排名联赛第三。教练赞扬了年轻球员的表现。",
        ],
    ),
    "ja": (
        [
            "ソニー・ピクチャーズの社内ネットワークが月曜日にハッカー攻撃を受け、社員の画面に"
            "骸骨の画像が表示された。"
            "平和の守護者を名乗る集団が内部データを公開すると脅している。",
            "米連邦捜査局は、ソニー・ピクチャーズへのサイバー攻撃に北朝鮮政府が関与したと発表"
            "した。オバマ大統領は"
            "相応の対応を取ると述べ、映画ザ・インタビューの公開中止は誤りだったと語った。",
        ],
        [
            "北朝鮮は、ソニー・ピクチャーズへのハッカー攻撃について米国に共同調査を提案した。"
            "米政府は提案を拒否した。",
            "ソニー・ピクチャーズは映画ザ・インタビューを一部の映画館で公開すると発表した。サ"
            "イバー攻撃の後に公開を中止していた。",
        ],
        [
            "気象庁によると、北海道では週末にかけて大雪となる見込みで、交通への影響に注意する"
            "よう呼びかけている。",
            "プロ野球の選手会は来季の日程について球団側と話し合い、休養日を増やすよう求めた。",
        ],
    ),
    "ko": (
        [
            "소니 픽처스의 전산망이 월요일 해커의 공격을 받아 직원들의 화면에 해골 그림이 "
            "나타났다. 평화의 수호자라고 "
            "밝힌 단체는 내부 자료를 공개하겠다고 위협했다.",
            "미국 연방수사국은 소니 픽처스 해킹의 배후가 북한 정부라고 발표했다. 오바마 "
            "대통령은 비례적으로 대응하겠다며 "
            "영화 인터뷰의 개봉을 취소한 것은 실수라고 말했다.",
        ],
        [
            "북한은 소니 픽처스 해킹 사건을 미국과 공동으로 조사하자고 제안했다. 백악관은 "
            "북한의 제안을 거부했다.",
            "소니 픽처스가 영화 인터뷰를 일부 극장에서 개봉하기로 했다. 해커의 위협으로 "
            "개봉을 취소한 지 닷새 만이다.",
        ],
        [
            "기상청은 주말에 서울과 경기 지역에 많은 눈이 내릴 것으로 내다보고 교통 안전에 "
            "유의해 달라고 당부했다.",
            "한국은행은 기준금리를 현재 수준에서 동결했다. 물가 상승률은 목표치보다 낮은 "
            "것으로 나타났다.",
        ],
    ),
    "ar": (
        [
            "تعرضت شبكة شركة سوني بيكتشرز لهجوم إلكتروني يوم الاثنين وظهرت صورة جمجمة على "
            "شاشات الموظفين وهددت "
            "مجموعة تسمي نفسها حراس السلام بنشر بيانات الشركة الداخلية.",
            "قال مكتب التحقيقات الاتحادي إن حكومة كوريا الشمالية مسؤولة عن اختراق سوني "
            "بيكتشرز وقال أوباما إن الولايات "
            "المتحدة سترد بشكل متناسب وإن سوني أخطأت عندما ألغت عرض فيلم المقابلة.",
        ],
        [
            "عرضت كوريا الشمالية على الولايات المتحدة إجراء تحقيق مشترك في اختراق شركة سوني "
            "بيكتشرز ورفض البيت الأبيض العرض.",
            "أعلنت سوني بيكتشرز أن فيلم المقابلة سيعرض في عدد من دور السينما بعد أن ألغت "
            "عرضه بسبب تهديد حراس السلام.",
        ],
        [
            "ارتفعت أسعار القمح في الأسواق العالمية هذا الأسبوع بسبب الجفاف في مناطق الزراعة "
            "الرئيسية.",
            "فاز الفريق الضيف بهدفين في مباراة الأمس وتصدر جدول الدوري قبل جولتين من النهاية.",
        ],
    ),
}
