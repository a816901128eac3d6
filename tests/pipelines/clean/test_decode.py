import pytest

from pipelines.clean.decode import charset_of, codec_named, decode

ZH = "港务局星期二投票决定关闭平旋桥，货车将绕行北环路"
JA = "港湾局は火曜日に、つり橋を十一週間閉鎖することを決めた。"
KO = "항만청은 화요일에 다리를 십일 주 동안 닫기로 결정했다"
RU = "Портовая служба решила закрыть мост на одиннадцать недель"
DE = "Die Brücke bleibt für elf Wochen geschlossen, heißt es – „leider“"


def page(text: str, head: str = "") -> str:
    return f"<html lang=en><head>{head}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "codec", "claim"),
    [
        (ZH, "gb18030", "text/html; charset=utf-8"),
        (ZH, "utf-16", "text/html; charset=utf-8"),
        (ZH, "utf-16-le", "text/html; charset=utf-8"),
        (ZH, "utf-16-be", None),
        (ZH, "utf-8-sig", "text/html; charset=gb2312"),
        (JA, "cp932", "text/html; charset=latin1"),
        (JA, "euc_jp", None),
        (JA, "iso2022_jp", "text/html; charset=iso-2022-jp"),
        (KO, "cp949", "text/html; charset=iso-8859-1"),
        (RU, "cp1251", None),
        (RU, "koi8-r", None),
        (RU, "cp1251", "text/html; charset=x-no-such"),
        (DE, "cp1252", "text/html; charset=utf-8"),
        (DE, "utf-8", "text/html; charset=windows-1251"),
        (DE, "cp1252", 'text/html; charset="ISO-8859-1"'),
    ],
)
def test_text_is_right_whatever_the_label_claims(text: str, codec: str, claim: str | None) -> None:
    assert text in decode(page(text).encode(codec), claim)


def test_meta_charset_is_believed_over_a_guess() -> None:
    text = "η γέφυρα κλείνει για έντεκα εβδομάδες"
    assert text in decode(page(text, '<meta charset="iso-8859-7">').encode("iso8859-7"))


def test_meta_charset_after_seventy_kilobytes_is_found() -> None:
    head = f'<!--{" " * 70_000}--><meta charset="windows-1251">'
    assert RU in decode(page(RU, head).encode("cp1251"))


@pytest.mark.parametrize(
    "label", ["utf-7", "hex", "rot13", "unicode_escape", "none-such", "\x00", ""]
)
def test_unknown_and_dangerous_charsets_are_not_honoured(label: str) -> None:
    assert codec_named(label) is None
    body = b"<p>+ADw-script+AD4- plain</p>"
    assert decode(body, f"text/html; charset={label}") == body.decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"\xff\xfe\xff",
        b"\x00" * 50,
        bytes(range(256)),
        b"\xf4\x90\x80\x80",
        b"\x1b$B",
    ],
)
def test_any_bytes_give_text(body: bytes) -> None:
    assert isinstance(decode(body, "text/html; charset=utf-8"), str)


def test_byte_order_marks_and_nuls_are_gone() -> None:
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbf<p>be\x00fore</p>") == "<p>before</p>"


def test_a_few_broken_bytes_do_not_turn_utf8_into_latin1() -> None:
    body = page(DE).encode() + b"<p>\xf4\x90 cut off \xc3</p>"
    assert charset_of(body, "text/html; charset=utf-8") == "utf-8"
    assert DE in decode(body, "text/html; charset=utf-8")
