"""Invented reports about a stolen clock, of another theft, and of other things."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crawler.config import read_config
from crawler.home import open_home
from crawler.services import incidents, ingest

SEED = (
    "Thieves in Quarrelton stole the town clock on Friday night\n\n"
    "The clock of Quarrelton was taken from its tower on Friday night, the mayor, Ida Holm, said."
    " Police found a rope, a ladder and the tracks of a lorry. The clock, which weighs two tonnes,"
    " had told the town its time since 1871. A reward of a year's free beer is offered.\n"
)
_SEARCH = (
    "Police in Quarrelton searched three barns on Tuesday for the clock that was stolen from the"
    " town's tower. The mayor, Ida Holm, said that tracks of a lorry had been found beside a"
    " quarry. Nobody has asked for the reward of a year's free beer yet. The clockmaker Aldo Brenn"
    " said that a clock of two tonnes cannot be sold, only melted, and that he would weep for it."
    " The tower has been lit at night since, so that people can see that it is empty."
)
_FOUND = (
    "The town clock of Quarrelton has been found in a lorry at the bottom of a quarry, the mayor,"
    " Ida Holm, said on Monday. The thieves had left a ladder, a rope and a letter. Police are"
    " looking for two men who bought beer nearby. The clockmaker Aldo Brenn, who was lowered on a"
    " rope, said that the clock was still ticking and only four minutes late after ten days."
)
_NEAR = (
    "A festival of beer opened in the harbour of Lower Wenning on Friday night. The organisers"
    " expect ten thousand people from the region. Police closed two streets to every lorry until"
    " Sunday. A ladder competition for firemen is held on the market, with a reward for the"
    " fastest, and the church gives a concert in its tower. Trains run until midnight."
)
_BELLS = (
    "Thieves took two bells from the chapel of Harl on Wednesday night, the parish said. A rope"
    " and a ladder were found in the grass. The bells, which weigh a tonne each, were cast in 1871."
    " Police believe that a lorry came through the village at two in the morning."
)
_BUDGET = (
    "Parliament debated the budget for roads and schools until late. The minister of finance said"
    " that the deficit was smaller than feared, and the opposition called her numbers a fairy"
    " tale. The vote comes in March. Teachers marched through the capital for higher pay."
)
_FOOTBALL = (
    "United won three to nil at home and is second in the league. The goalkeeper was injured in"
    " the last minute and will miss the cup. The coach praised the young striker, who scored"
    " twice, and said that the season was long. Forty thousand watched."
)
_KOREAN = (
    "도시의 탑에서 사라진 시계를 찾기 위해 경찰이 화요일 헛간 세 곳을 수색했다."
    " 시장은 채석장 옆에서 트럭 자국이 발견되었다고 말했다."
    " 일 년 동안 마실 맥주가 현상금으로 걸려 있지만 아직 나선 사람은 없다."
    " 시계공은 이 톤이나 나가는 시계는 팔 수 없고 녹일 수밖에 없다고 말했다."
)
#: Name, day of December 2014, headline, text, outlet and language of each.
REPORTS = {
    "search": (2, "Barns searched for the clock of Quarrelton", _SEARCH, "Wenning Post", "en"),
    "copied": (3, "Barns searched for the clock of Quarrelton", _SEARCH, "Harl Echo", "en"),
    "found": (9, "Quarrelton's clock found in a quarry", _FOUND, "Wenning Post", "en"),
    "near": (5, "Beer and ladders in Lower Wenning", _NEAR, "Wenning Post", "en"),
    "bells": (4, "Bells stolen from a chapel", _BELLS, "Harl Echo", "en"),
    "budget": (4, "Minister defends her budget", _BUDGET, "Capital Sheet", "en"),
    "football": (6, "United second after a quiet evening", _FOOTBALL, "Capital Sheet", "en"),
    "korean": (3, "쿼럴턴 시계 도난 사건, 헛간 수색", _KOREAN, "남해일보", "ko"),
}
OTHER_SEED = (
    "Two thousand evacuated as the river Senn breaks its banks\n\n"
    "The river Senn broke its banks at Oberwald on Sunday and two thousand people left their"
    " houses. The governor, Marit Vass, called the army for help. Sandbags were flown in, and a"
    " bridge of 1902 was carried away. Meteorologists expect rain until Thursday.\n"
)


def url_of(name: str) -> str:
    """The address of a report."""
    outlet = REPORTS[name][3].casefold().replace(" ", "-")
    return f"https://{'namhae' if name == 'korean' else outlet}.example/2014/12/{name}"


def write(path: Path, names: Iterable[str] = REPORTS) -> Path:
    """The reports as JSON Lines."""
    rows: list[dict[str, Any]] = []
    for name in names:
        day, title, text, outlet, language = REPORTS[name]
        rows.append(
            {
                "url": url_of(name),
                "title": title,
                "text": text,
                "published_at": f"2014-12-{day:02}T10:00:00+00:00",
                "outlet": outlet,
                "language": language,
            }
        )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def home_of(folder: Path) -> dict[str, str]:
    return {"FOLLOWUP_NOW": "2014-12-15T00:00:00+00:00", "FOLLOWUP_HOME": str(folder)}


def followed(folder: Path, slug: str, seed: str) -> Path:
    """A home in the folder that follows what the seed tells, and has read all reports."""
    text = folder / f"{slug}.txt"
    text.write_text(seed, "utf-8")
    with open_home(read_config(home_of(folder / "home"))) as home:
        incidents.new(home, slug, [str(text)])
        ingest.run(home, slug, [write(folder / "reports.jsonl")], tell=lambda _: None)
    return folder / "home"
