"""The front end: what is served is a page that runs, and calls production's API."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

from aws.section import NotTestable, every
from plan.compute import LINE_API
from plan.master_words import text_of
from signoff.environment.value_types import origin_of
from signoff.judge.checklist import expectation
from smoke.client import NO_ANSWER, PHONE, answered, connections_to
from smoke.manual import ManualOnly
from smoke.row_calls import AT_ONCE, RowCalls, configured, listed, require

TIMEOUT_S = (5, 15)
_COMMENTS = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
"""Block comments and whole-line comments; // elsewhere may be part of a URL."""
_NAMES = {
    "API_BASE_URL": re.compile(r"""\bAPI_BASE_URL["']?\s*[:=]\s*["'`]([^"'`]*)["'`]"""),
    "LIFF_ID": re.compile(r"""(?<!\.)\bLIFF_ID["']?\s*[:=][^"'`\n]*["'`]([^"'`]*)["'`]"""),
}
CSP = "Content-Security-Policy"
OF_SCRIPTS = "script-src-elem|script-src"
_SINGLE = re.compile(r"'(nonce-|sha\d|strict-dynamic)")
"""Sources by which a policy trusts single scripts, wherever they come from."""
_HASHES = re.compile(r"(sha256|sha384|sha512)-([\w+/=-]+)", re.IGNORECASE)
INERT = {"template", "noscript"}
"""Elements whose content browsers do not run, except for a shadow root's."""
_URL_SAFE = str.maketrans("+/", "-_")
LONG_S = 3_600
"""A configuration that browsers keep for longer is still in use when people look at what they switched."""
_BLANK = b" \t\r\n\xef\xbb\xbf"
"""White space, and the mark of byte order."""
_TEXT = r'"(?:\\.|[^"\\\n])*"'
_STARTS = "async|await|class|const|delete|do|export|for|function|import|let|new|throw|typeof|using|var|void"
_NO_SCRIPT = re.compile(
    rf"""\s*(<|\{{\s*"[^"]*"\s*:|(?!"use strict"){_TEXT}\s*$|\[({_TEXT}|[^"'`(=])*\]\s*$"""
    rf"""|(?!({_STARTS})\b)\w+([ \t]+(?!(in|instanceof)\b)\w|[.!。]?\s*$))"""
)
"""A page, JSON, or a sentence: in a script, a word only follows these words on its line."""
_SCRIPT = re.compile(r"module|(text|application)/(x-)?(java|ecma|j|live)script[\d.]*")


class Page(HTMLParser):
    """What browsers read of a page, which may be a folder's without its last slash: its policies, scripts (address -> attributes) and their text."""

    def __init__(self, served: requests.Response) -> None:
        super().__init__()
        self.url, last = served.url, served.url.rpartition("/")[2]
        self.base = self.url if "." in last else f"{self.url.rstrip('/')}/"
        self.policies = served.headers.get(CSP, "").split(",")
        self.scripts, self.text = dict[str, dict[str, str]](), ""
        self.inert: list[bool] = []
        self.feed(served.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in reversed(attrs)}
        kind = of.get("type", "").strip().lower() or "text/javascript"
        if tag in INERT:
            self.inert.append("shadowrootmode" not in of)
        if any(self.inert):
            return
        if tag == "base":
            self.base = urljoin(self.base, of.get("href"))
        if tag == "meta" and of.get("http-equiv", "").lower() == CSP.lower():
            self.policies.append(of.get("content", ""))
        runs = _SCRIPT.fullmatch(kind) and "nomodule" not in of
        if tag == "script" and of.get("src") and runs:
            self.scripts[urljoin(self.base, of["src"])] = of | {"type": kind}

    def handle_endtag(self, tag: str) -> None:
        del self.inert[len(self.inert) - (tag in INERT) :]

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n" * (self.cdata_elem == "script" and not any(self.inert))


def fetched(url: str) -> requests.Response:
    """Load a page as it is served; NotTestable if nothing is served."""
    headers = {"Cache-Control": "no-cache", "User-Agent": PHONE}
    try:
        return answered(connections_to(url).get, url, timeout=TIMEOUT_S, headers=headers)
    except NO_ANSWER as error:
        kind = type(error).__name__
        raise NotTestable(
            en=f"{url} does not answer ({kind})", ja=f"{url}が応答しません（{kind}）"
        ) from None


def _fetched(calls: RowCalls, url: str) -> requests.Response:
    answer = fetched(url)
    calls.observe.note(url=url, status=answer.status_code, type=kind_of(answer))
    return answer


def kind_of(answer: requests.Response) -> str:
    """Return the media type of what was served."""
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _runs(script: requests.Response, loaded: Mapping[str, str]) -> bool:
    """Whether a browser runs what is served: nothing else in its place, nor of another type where it may not guess, nor another build."""
    kind, rule = kind_of(script), script.headers.get("X-Content-Type-Options", "")
    guesses = loaded["type"] != "module" and "nosniff" not in rule.lower()
    return (
        script.ok
        and not _NO_SCRIPT.match(script.content.decode("utf-8-sig", "replace"))
        and ("script" in kind or guesses)
        and _is_intact(script.content, loaded.get("integrity", ""))
    )


def _is_intact(script: bytes, integrity: str) -> bool:
    """Whether a script has one of the strongest hashes that its tag asks for, if any (Subresource Integrity)."""
    hashes = [(name.lower(), value) for name, value in _HASHES.findall(integrity)]
    strongest = max((name for name, _ in hashes), default="sha256")
    has = b64encode(hashlib.new(strongest, script).digest(), b"-_").decode()
    asked = [value.translate(_URL_SAFE) for name, value in hashes if name == strongest]
    return has in asked or not asked


def _require_allowed(page: Page, kind: str, *urls: str) -> None:
    """Require that no Content-Security-Policy of a page, sent with it or stated in it, refuses it any of these addresses."""
    for policy in page.policies:
        rules = re.findall(rf"(?:^|;)\s*(({kind}|default-src)(?![\w-])[^;]*)", policy.lower())
        order = f"{kind}|default-src"
        by = min(rules, key=lambda rule: order.rindex(rule[1]), default=("",))[0]
        judged = urls if by and not (kind == OF_SCRIPTS and _SINGLE.search(by)) else ()
        refused = {u for u in judged if not any(_names(s, u, page.url) for s in by.split()[1:])}
        require(
            not refused,
            en=f"{page.url} has the {CSP} {by}, by which browsers refuse it {listed(refused)}",
            ja=f"{page.url}の{CSP}（{by}）により、ブラウザは{listed(refused)}への要求を拒否します",
        )


def _require_key(page: Page, key: str | None, texts: Iterable[str]) -> None:
    """Let a person try whether a page sends the key that the API asks for, if any, where its texts do not have it."""
    if key and not any(key in text for text in texts):
        raise ManualOnly(
            en=f"neither {page.url} nor the scripts that it loads have the API's key, without which callers get 403",
            ja=f"{page.url}にも、読み込まれるスクリプトにも、APIキーがありません（キーのない呼び出しは403になります）",
        )


def _require_content(page: Page, scripts: Iterable[requests.Response]) -> None:
    """Let a person decide where the page runs nothing, or a script is empty: a placeholder, or an upload that lost it."""
    if not page.scripts and not page.text.strip():
        raise ManualOnly(
            en=f"{page.url} runs no script: try whether it is the application",
            ja=f"{page.url}はスクリプトを実行しません。アプリ本体のページかを確かめてください",
        )
    if empty := listed(script.url for script in scripts if not script.content.strip(_BLANK)):
        raise ManualOnly(
            en=f"{empty} is served without any content: try whether the page works without it",
            ja=f"{empty}の内容が空です。それでもページが動作するかを確かめてください",
        )


def _kept_s(answer: requests.Response) -> float:
    """Return for how long browsers keep an answer without asking again."""
    stated, expires = (answer.headers.get(name, "") for name in ("Cache-Control", "Expires"))
    if rules := re.findall(r"no-cache|no-store|max-age=\"?\d+", stated.lower()):
        return min(int("0" + re.sub(r"\D", "", rule)) for rule in rules)
    try:
        return (parsedate_to_datetime(expires) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0  # not a date: it has expired


def _require_soon_replaced(configuration: requests.Response, page: requests.Response) -> None:
    """Let a person decide where browsers keep the configuration under an address that stays, so that no switch reaches them."""
    url, kept_s = configuration.url, _kept_s(configuration)
    if kept_s > LONG_S and f"{url.rpartition('/')[2]}?" not in page.text:
        raise ManualOnly(
            en=f"browsers keep {url} for {kept_s:.0f} s: phones that have it go on with it so long after a cut-over or a rollback of the front end",
            ja=f"ブラウザは{url}を{kept_s:.0f}秒間キャッシュします。読み込み済みの端末は、切替やフロントエンドのロールバックの後も、その間は以前の設定を使い続けます",
        )


def _names(source: str, url: str, page: str) -> bool:
    """Whether a source in a policy names the origin of an address; a path in it is not judged."""
    own, to = origin_of(page), origin_of(urljoin(url, "/"))
    at = f"{source}//*" if source.endswith(":") else source
    at = {"'self'": own, "*": "http://*"}.get(source, at)
    pattern = "/".join((at if "://" in at else f"{own.partition(':')[0]}://{at}").split("/")[:3])
    return any(fnmatchcase(form, pattern.replace("http:", "http*:")) for form in (to, f"{to}:443"))


def named_in(config: str) -> Mapping[str, tuple[str, ...]]:
    """Return the values that a config.js gives to API_BASE_URL and LIFF_ID outside comments."""
    code = _COMMENTS.sub("", config)
    return {
        name: tuple(value.rstrip("/") for value in pattern.findall(code))
        for name, pattern in _NAMES.items()
    }


def shown(addresses: Mapping[str, tuple[str, ...]]) -> str:
    """Write the values as a configuration has them; empty if there are none."""
    return ", ".join(
        f"{name}: {' / '.join(values)}" for name, values in addresses.items() if values
    )


@expectation(
    "SMOKE-19", ja="フロントエンドがCORSで許可したオリジンで配信され、位置情報を取得できる"
)
def test_front_end_is_served_where_cors_allows_it_and_may_ask_for_the_place(
    calls: RowCalls, origin: str
) -> None:
    url = configured(calls, "front_end.url")
    answer = _fetched(calls, url)

    status, kind = answer.status_code, kind_of(answer)
    require(
        (status, kind) == (200, "text/html"),
        en=f"{url} answers {status} as {kind or 'no type'}, not a page",
        ja=f"{url}の応答は{status}（{kind or '種類の指定なし'}）で、ページではありません",
    )
    served_by = origin_of(answer.url)  # a redirect may end elsewhere
    require(
        served_by == origin,
        en=f"{url} is served by {served_by}, but CORS allows {origin}",
        ja=f"{url}は{served_by}から配信されていますが、CORSが許可するのは{origin}です",
    )
    features = answer.headers.get("Permissions-Policy", "")
    (*_, place) = "", *re.findall(r"(?:^|,)\s*(geolocation=[^,]*)", features)
    require(
        not place or re.search(rf"[=( ](?:\*|self\b|\"{re.escape(served_by)}\")", place),
        en=f"{url} is served with Permissions-Policy: {place}, by which browsers refuse it the phone's place",
        ja=f"{url}のPermissions-Policyヘッダー（{place}）により、ブラウザは端末の位置情報をページに渡しません",
    )
    apis = (calls.suite.client.url, *[LINE_API] * bool(calls.suite.environment.line.liff_id))
    _require_allowed(Page(answer), "connect-src", *apis)


@expectation("SMOKE-19", ja="スタンプの画像が配信されている")
def test_pictures_of_the_stamps_are_served(calls: RowCalls) -> None:
    page = Page(fetched(configured(calls, "front_end.url")))
    tables = every(calls.suite.snapshot.inventory.sections.contents)
    named = {text_of(item.get("ImageUrl")) for masters in tables for item in masters.items}
    urls = sorted(named - {""})
    at = [urljoin(page.base, url) for url in urls]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = zip(urls, threads.map(fetched, at), strict=True)
        gone = listed(url for url, got in answers if not got.ok or kind_of(got) == "text/html")
    calls.observe.note(pictures=len(urls))
    require(not gone, en=f"no picture is served at {gone}", ja=f"画像が配信されていません: {gone}")
    _require_allowed(page, "img-src", *at)


@expectation("SMOKE-19", ja="フロントエンドの設定がこのAPIとLIFFアプリを指す")
def test_configuration_names_this_api_and_this_liff_app(calls: RowCalls) -> None:
    url = configured(calls, "front_end").config_url
    answer = _fetched(calls, url)
    actual = named_in(answer.text if answer.status_code == 200 else "")
    calls.observe.note(**actual)

    liff_id = configured(calls, "line.liff_id")
    expected = {"API_BASE_URL": (calls.suite.client.url,), "LIFF_ID": (liff_id,)}
    require(
        actual == expected,
        en=f"{url} has {shown(actual) or 'neither'}, expected {shown(expected)}",
        ja=f"{url}の内容は{shown(actual) or 'どちらもなし'}です（期待値: {shown(expected)}）",
    )
    _require_soon_replaced(answer, fetched(configured(calls, "front_end").url))


@expectation("SMOKE-19", ja="ページのスクリプトが読み込め、このAPIを指し、必要ならAPIキーを含む")
def test_scripts_of_the_page_load_and_name_this_api_and_its_key_if_any(calls: RowCalls) -> None:
    page = Page(fetched(configured(calls, "front_end.url")))
    own = sorted(url for url in page.scripts if urlsplit(url)[:2] == urlsplit(page.url)[:2])
    answers = {url: fetched(url) for url in own}
    texts = (page.text, *(answer.text for answer in answers.values()))
    named = {api for text in texts for api in named_in(text)["API_BASE_URL"] if api}
    calls.observe.note(scripts=own, named=sorted(named))

    expected, actual = calls.suite.client.url, listed(named)
    require(
        not named or expected in named,
        en=f"{page.url} and the scripts that it loads have API_BASE_URL: {actual}, expected {expected}",
        ja=f"{page.url}と、読み込まれるスクリプトのAPI_BASE_URLは{actual}です（期待値: {expected}）",
    )
    idle = [
        f"{got.url} ({got.status_code} {kind_of(got)}{f', integrity={hashed}' if hashed else ''})"
        for url, got in answers.items()
        if not _runs(got, page.scripts[url])
        for hashed in [page.scripts[url].get("integrity")]
    ]
    require(
        not idle,
        en=f"{page.url} loads what browsers do not run as a script: {listed(idle)}",
        ja=f"{page.url}が読み込むスクリプトをブラウザが実行できません: {listed(idle)}",
    )
    _require_allowed(page, OF_SCRIPTS, *(url for url in page.scripts if urlsplit(url).netloc))
    _require_content(page, answers.values())
    _require_key(page, calls.suite.client.api_key, texts)
