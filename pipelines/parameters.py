"""Query parameters that don't tell articles apart: a table with reasons, and how it is read.

Known mistake: a site that names its articles by one of these alone has them all folded into one.
The way out is `hosts` or `values` in the row, or taking the name out of it.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Parameter:
    """Query parameters that don't tell articles apart.

    Attributes:
        names: in lower case, parted by blanks; a trailing * stands for any ending.
        reason: who sets them.
        values: only where the whole value matches; None for any value.
        hosts: only at these registrable domains; empty for all.
        view: they choose how the article is shown; an address loses its meaning without them.
    """

    names: str
    reason: str
    values: re.Pattern[str] | None = None
    hosts: tuple[str, ...] = ()
    view: bool = False


_CHANNEL = re.compile(
    r"rss2?|feeds?|atom|twitter|tw|facebook|fb|linkedin|whatsapp|telegram|reddit|flipboard|social"
    r"|share|sharing|newsletter|nl|e?mail|app|push|home-?page|google-?news|timeline|wechat|weibo"
    r"|singlemessage|groupmessage",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"custom-\d+|jetpack-[\w-]+|google-?plus(?:-1)?|pinterest|tumblr|pocket|skype|print|x|mastodon"
    r"|threads|bluesky|xing|line|vk|digg|stumbleupon|nextdoor",
    re.IGNORECASE,
)
_AMP = re.compile(r"(?:|1|true|yes|amp)", re.IGNORECASE)
_AMP_NAME = re.compile(r"amp(?:html|-type)?")
_PHONE = re.compile(r"mobile|desktop|feature_phone")
_PRINT = re.compile(r"print(?:er)?")
_ON = re.compile(r"(?:|1|true|yes|on|y)", re.IGNORECASE)
#: Letters and digits mixed, no hyphens: those part the words of a headline in an address.
_SESSION = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{22,128}")

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("utm_* utm", "Urchin and Google Analytics campaigns"),
    Parameter("at_* xtor xtref xtcr", "AT Internet campaigns (BBC, Le Monde)"),
    Parameter("pk_* piwik_* mtm_* matomo_*", "Matomo campaigns"),
    Parameter("ns_mchannel ns_source ns_campaign ns_linkname ns_fee", "comScore campaigns"),
    Parameter("wt_mc wt_zmc wt_ref wt.*", "Webtrends and Webtrekk campaigns"),
    Parameter("cm_sp cm_re cm_ite cm_mmc cm_mmc_* cmpid", "Coremetrics campaigns"),
    Parameter("s_cid s_kwcid ef_id icid intcid intcmp itm_* ncid", "Adobe and in-house campaigns"),
    Parameter("hsctatracking _hsenc _hsmi __hs* hss_channel", "HubSpot mails"),
    Parameter("elqtrack elqtrackid elqaid elqat elqcampaignid elq", "Eloqua mails"),
    Parameter("spmailingid spuserid spjobid spreportid sfmc_*", "Silverpop, Salesforce mails"),
    Parameter("mc_cid mc_eid mkt_tok vero_id oly_* ck_subscriber_id", "newsletters by mail"),
    Parameter("gclid gclsrc dclid gbraid wbraid gad_* _ga _gl srsltid usqp", "Google's clicks"),
    Parameter("amp_js_v amp_gsa amp_r amp_ct", "added by the viewer of AMP pages"),
    Parameter(
        "fbclid fb_action_ids fb_action_types fb_source fb_ref fb_comment_id __tn__",
        "Facebook's clicks",
    ),
    Parameter(
        "msclkid yclid ysclid twclid ttclid li_fat_id epik dicbo obref rdt_cid sccid tblci",
        "others' clicks",
    ),
    Parameter("igshid igsh __twitter_impression ref_src ref_url", "Instagram and Twitter"),
    Parameter("_branch_match_id _openstat cvid", "Branch, Russian counters, MSN"),
    Parameter("cx_*", "Piano's recommendations"),
    Parameter("tpcc", "in-house campaigns (Funke, Stuttgarter Zeitung)"),
    Parameter("chash", "TYPO3's checksum over the other parameters"),
    Parameter("soc_src soc_trk tsrc .tsrc guccounter guce_*", "Yahoo and its consent detour"),
    Parameter("ref referer referrer refsrc sref reflink", "where the reader came from"),
    Parameter("smid smtyp ftag ito ocid taid oref __source", "which share button or feed it was"),
    Parameter("feedtype feedname rpc", "Reuters' feeds, until about 2019"),
    Parameter("source", "where the reader came from (Medium, Welt, Business Insider)"),
    Parameter("partner emc", "New York Times feeds and mails", hosts=("nytimes.com",)),
    Parameter("mod", "which box was clicked", hosts=("wsj.com", "marketwatch.com", "barrons.com")),
    Parameter("cmp", "share buttons", hosts=("theguardian.com", "cbc.ca")),
    Parameter("maca", "feed", hosts=("dw.com",)),
    Parameter("srnd sref", "which front page", hosts=("bloomberg.com",)),
    Parameter("origin bfsource", "which box was clicked", hosts=("buzzfeed.com",)),
    Parameter(
        "ico", "which box was clicked", hosts=("metro.co.uk", "dailymail.co.uk", "inews.co.uk")
    ),
    Parameter("iid hpt", "which box was clicked", hosts=("cnn.com",)),
    Parameter("iref", "which box was clicked", hosts=("asahi.com",)),
    Parameter("n_cid", "which box was clicked", hosts=("nikkei.com",)),
    Parameter("wpisrc itid", "boxes and mails", hosts=("washingtonpost.com", "theroot.com")),
    Parameter("ir", "which vertical", hosts=("huffingtonpost.com", "huffpost.com")),
    Parameter("dm_source dm_medium dm_campaign", "campaigns", hosts=("dailymaverick.co.za",)),
    Parameter("from", "which box was clicked", hosts=("kommersant.ru", "bleacherreport.com")),
    Parameter("sh", "share buttons", hosts=("forbes.com",)),
    Parameter("mbid cndid", "mails", hosts=("newyorker.com", "wired.com", "vanityfair.com")),
    Parameter(
        "action module pgtype region version contentcollection rref clicksource wt.nav hp",
        "which box was clicked",
        hosts=("nytimes.com",),
    ),
    Parameter("spm scm", "Alibaba and Sohu, which box was clicked"),
    Parameter("isappinstalled nsukey", "added by WeChat"),
    Parameter("f from r s src via cmp cid mod medium channel share", "channel", _CHANNEL),
    Parameter("share", "share buttons of WordPress", _SHARE),
    Parameter("rss", "the link stood in a feed", _ON),
    Parameter("jsessionid phpsessid aspsessionid* asp.net_sessionid", "session of a server"),
    Parameter("cfid cftoken oscsid zenid sessionid session_id sessid", "session of a server"),
    # PHP-Nuke and Slash name articles by a short sid; a session's is long.
    Parameter("sid s", "session of a server", _SESSION),
    Parameter("_ cachebuster nocache", "against caches", re.compile(r"\d{0,20}")),
    Parameter("amp _amp __amp isamp", "AMP twin", _AMP, view=True),
    Parameter("noamp", "no AMP twin, please", view=True),
    Parameter("output outputtype format view mode display", "AMP twin", _AMP_NAME, view=True),
    Parameter("m mobile", "twin for phones (Blogger: m=1)", _ON, view=True),
    Parameter("nomobile desktop", "no twin for phones, please", _ON, view=True),
    Parameter("view mode device display", "twin for phones", _PHONE, view=True),
    Parameter("print printable printer printview printpagedarticle", "to print", _ON, view=True),
    Parameter(
        "print view mode output format layout template service", "to print", _PRINT, view=True
    ),
    Parameter("tmpl", "without the page around it (Joomla)", re.compile("component"), view=True),
    Parameter("page pagewanted seite", "all on one page", re.compile("all|print"), view=True),
    Parameter("singlepage single_page fullpage", "all on one page", _ON, view=True),
    Parameter(
        "showcomments comments replytocom showcomment like_comment _wpnonce",
        "opens the comments",
        view=True,
    ),
)


def is_idle(pair: str, domain: str, *, view: bool) -> bool:
    """True for a "name=value" of a query at the registrable `domain` that tells no articles apart.

    With `view` also those that choose how the article is shown.
    """
    name, _, value = unescaped(pair).partition("=")
    name, value = unquote(name).lower(), unquote(value)
    return not name or any(
        (view or not row.view)
        and (not row.hosts or domain in row.hosts)
        and (row.values is None or row.values.fullmatch(value) is not None)
        for row in _rows_of(name)
    )


def unescaped(pair: str) -> str:
    """Without the "amp;" that an address keeps when its page escaped it twice."""
    while pair.startswith("amp;"):
        pair = pair[4:]
    return pair


def _rows_of(name: str) -> list[Parameter]:
    rows = _BY_NAME.get(name, [])
    return rows + [row for prefix, row in _BY_PREFIX if name.startswith(prefix)]


def _by_name() -> tuple[dict[str, list[Parameter]], list[tuple[str, Parameter]]]:
    exact: dict[str, list[Parameter]] = {}
    prefixes: list[tuple[str, Parameter]] = []
    for row in PARAMETERS:
        for name in row.names.split():
            if name.endswith("*"):
                prefixes.append((name[:-1], row))
            else:
                exact.setdefault(name, []).append(row)
    return exact, prefixes


_BY_NAME, _BY_PREFIX = _by_name()
