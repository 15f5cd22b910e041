"""Whether people can read the texts of a stamp master, and whether its picture can reach their phones."""

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aws.words import Words
from lambdas.rally.domain.members import LONGEST_NAME
from lambdas.rally.domain.spots import picture_of

Typed = Mapping[str, Any]
"""One value in DynamoDB JSON: ``{"S": "GPS"}``."""
Item = Mapping[str, Typed]
KNOWN = ("StampId", "Name", "Description", "Type", "Location", "ImageUrl", "ValidFrom", "ValidTo")
"""Attributes that the functions read."""
REPLACED = re.compile(
    r"\ufffd|^\s*[?？][?？\s]*$|[縺繧繝ƒ][^縺繧繝ƒぁ-やゆ-ん]{1,2}[縺繧繝ƒ]|(?:%[0-9a-f]{2}){3}|\\u[0-9a-f]{4}|\\[nrt](?![a-z])",
    re.IGNORECASE,
)
"""What remains of characters that a wrong encoding destroyed (Windows shows kana so, closer than 縺れに縺れる or 繧繝
has these letters, and loses some), or that are still written for a URL or a program."""
MISREAD_AS: Mapping[str, int] = {"cp1252": 0, "mac_roman": 1, "cp932": 2}
"""Encodings as which programs open UTF-8 -> the least kana and kanji that come out: kanji spell one by chance, and
the apostrophe of “l’église” with the letter behind it another one."""
LONE = re.compile(r"[\0-\x7f]*[\u0180-\u1fff][\0-\x7f]*")
"""One letter of an alphabet in which no word has only one: “CAFÉ®” spells one by chance."""
MARKUP = re.compile(
    r"</?[a-z][^>]*>|<[a-z]+\s[^<>]*=|&(?:lt|gt|amp|quot|nbsp|#x?[0-9a-f]+);", re.IGNORECASE
)
"""HTML tags, cut ones too, and character references: a page shows them literally, or executes them."""
DRAFTED = re.compile(
    r"\b(?:TODO|FIXME|TBD)\b|\blorem ipsum\b"
    r"|(?:写真|画像|文章|説明|名称)\w{0,3}後日差し?替え|この文章はダミー|(?:ダミー|サンプル)(?:テキスト|文章)"
    r"|ここに(?:説明|紹介|名前|名称|文章|テキスト)\w{0,4}入ります",
    re.IGNORECASE,
)
"""Notes to oneself within a text; in the address of a picture, such as todo-misaki.png, they may be a name."""
UNFINISHED = re.compile(
    r"\[object Object\]"
    r"|^(?:todo|fixme|tbd|test|dummy|sample|undefined|null|none|nan|hoge+|fuga|foo|asdf|テスト|ダミー|サンプル|ほげ|名称未設定|未定|仮|要確認|tba|n/?a|xxx+)\s*\d*$|^[-*#.…_]+$"
    r"|^=(?:[a-z]{1,3}\d|[a-z]+\((?!\d+\)$))|#(?:N/A|(?:REF|VALUE|DIV/0|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT)!|NAME\?)"
    r"|^テスト用|\(仮\)|\{\{.*\}\}|\$\{.*\}|<%.*%>|([〇○◯●])\1",
    re.IGNORECASE,
)
"""Placeholders for text that is not written yet, or that a template or a spreadsheet should have filled in."""
BREAKS = {"\n", "\r", "\t"}
JOINERS = {"\u200c", "\u200d"}
"""Invisible characters that emoji and some scripts need."""
FILLERS = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}
"""Letters and symbols that look like nothing: Hangul fillers, Braille without dots."""
HOME = re.compile(r"localhost|.*\.(local|localhost|internal|lan)", re.IGNORECASE)
"""Host names that only resolve inside one machine or network."""
HOST_MEANT = re.compile(
    r"https?(?:[:;]|//)|(?:[\w-]+\.)+(?:com|net|org|jp|io|dev|app)/", re.IGNORECASE
)
"""The start of what is meant for an address: with letters of full width, or without https://, it is a path instead."""
ENDS = frozenset({"X-Amz-Expires", "X-Goog-Expires", "Expires", "se"})
"""Query parameters that give the expiry of a signed URL."""


def words_flaw(item: Item) -> Words | None:
    """Return what is wrong with the texts and the picture of a master in DynamoDB JSON, or None."""
    for name, typed in item.items():
        if name not in KNOWN and (meant := _meant(name)):
            return Words(
                en=f"{name} is not read, {meant} is meant",
                ja=f"{name}はどの関数も読まない（正しくは{meant}）",
            )
        if name in {"StampId", "Name", "Description"} and (why := _unreadable(name, typed)):
            return Words(en=f"{name} {why.en}", ja=f"{name}{why.ja}")
    if item.get("ImageUrl", {"S": ""}).keys().isdisjoint({"S", "NULL"}):
        return Words(en="ImageUrl is not text", ja="ImageUrlが文字列でない")
    return _picture_flaw(text_of(item.get("ImageUrl")))


def _meant(name: str) -> str | None:
    plain = re.sub(r"[\W_]", "", name).casefold()
    return next((word for word in KNOWN if word.casefold() == plain), None)


def _unreadable(name: str, typed: Typed) -> Words | None:
    if "NULL" in typed:
        return None
    text = typed.get("S")
    if not isinstance(text, str):
        return Words(en="is not text", ja="が文字列でない")
    odd = sorted({f"U+{ord(character):04X}" for character in text if _is_odd(character, name)})
    if odd:
        listed = ", ".join(odd)
        return Words(
            en=f"holds what no person sees: {listed}", ja=f"に見えない文字がある（{listed}）"
        )
    return _unfit(name, unicodedata.normalize("NFKC", text.strip()), text)


def _unfit(name: str, plain: str, text: str) -> Words | None:
    """Return why a legible text does not belong on a page; ``plain`` is the text in normal width."""
    if REPLACED.search(text) or _misread(text):
        return Words(en="has lost its letters in an encoding", ja="が文字化けしている")
    if name == "StampId":
        padded = Words(en="begins or ends with a space", ja="の前後に空白がある")
        return padded if text != text.strip() else None
    if MARKUP.search(text):
        return Words(en="holds HTML", ja="にHTMLが含まれる")
    if _is_placeholder(name, plain) or DRAFTED.search(plain):
        return Words(en="is yet to be written", ja="が仮の文言のままである")
    if name == "Name" and len(text) > LONGEST_NAME:
        return Words(
            en=f"has {len(text)} characters, of which {LONGEST_NAME} are shown",
            ja=f"が{len(text)}文字あり、表示されるのは{LONGEST_NAME}文字まで",
        )
    return None


def _is_placeholder(name: str, plain: str) -> bool:
    """Whether a text is yet to come. A spot may be called なし, a pear; and a description tells visitors what to check (要確認)."""
    own = "(要確認)" in plain if name == "Name" else plain == "なし"
    return own or UNFINISHED.search(plain) is not None


def _is_odd(letter: str, name: str) -> bool:
    """Whether a character is invisible or has no agreed meaning; line breaks and joiners are odd in a StampId only."""
    if letter in BREAKS:
        return name == "StampId"
    odd = letter in FILLERS or unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"}
    return odd and (letter not in JOINERS or name == "StampId")


def _misread(text: str) -> bool:
    """Whether a text is UTF-8 that was decoded as something else: then the conversion can be reversed."""
    for encoding, least in MISREAD_AS.items():
        with suppress(UnicodeError):
            original = text.encode(encoding).decode("utf-8")
            japanese = sum(letter > "\u3040" for letter in original)
            if original != text and japanese >= least and not LONE.fullmatch(original):
                return True
    return False


def _picture_flaw(text: str) -> Words | None:
    """Return a flaw of a picture's URL, or None. One without a scheme is relative to the front end."""
    plain = unicodedata.normalize("NFKC", text.strip())
    if _is_placeholder("ImageUrl", plain):
        return Words(en="ImageUrl is yet to be written", ja="ImageUrlが仮の文言のままである")
    if why := _unloaded(text, plain):
        shown = re.sub(r"//[^/@]*@", "//…@", text.partition("?")[0])
        return Words(en=f"ImageUrl is {shown}, {why.en}", ja=f"ImageUrl（{shown}）{why.ja}")
    return None


def _unloaded(text: str, plain: str) -> Words | None:
    """Return why a phone does not load a picture's URL, or not for long; ``plain`` is the URL in normal width."""
    try:
        url = urlsplit(text.replace("\\", "/"))  # as a browser reads it
        host, query = url.hostname or "", parse_qs(url.query)
    except ValueError:
        return Words(en="which is no address", ja="は正しいURLではない")
    path = not url.scheme and HOST_MEANT.match(plain)
    cut = (text and not picture_of({"ImageUrl": text})) or (url.scheme and not host)
    if path or cut or "@" in url.netloc:
        return Words(
            en="which no phone loads: https:// and a host are needed, and no blank, user or password",
            ja="は表示されない。https://とホスト名で始め、空白、ユーザー名、パスワードを含めないこと",
        )
    if not is_public(host):
        return Words(en="which only one machine or network finds", ja="は外部から到達できない")
    if ENDS & query.keys():
        return Words(en="which ends by itself: it is signed", ja="は署名付きで、期限が来ると切れる")
    return None


def is_public(host: str) -> bool:
    """Whether a host is public: neither a name nor an address that is only valid in one machine or network."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return HOME.fullmatch(host) is None


def text_of(typed: Typed | None) -> str:
    """Read ``{"S": "GPS"}``; empty if it is not text."""
    value = (typed or {}).get("S")
    return value if isinstance(value, str) else ""
