"""The front end as a browser gets it: its page and what that may do, its configuration, pictures and scripts."""

import base64
import hashlib
import io
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType, SimpleNamespace

import pytest
import requests

from aws.section import Broken
from signoff.environment.schema import FrontEnd
from signoff.environment.value_types import origin_of
from smoke import test_front_end
from smoke.manual import ManualOnly
from smoke.test_front_end import _names, _runs, named_in
from tests.loopback import Reply, answering
from tests.smoke.rally import front

API = "https://api.example.jp/v1"
CONFIG = """
/* API_BASE_URL: 'https://blocked.example.jp', */
const CONFIG = {
    // API_BASE_URL: 'https://dev.example.jp/dev',
    API_BASE_URL: 'https://api.example.jp/prod/',
    LIFF_ID: window.LIFF_ID || '1234567890-AbCdEfGh',
};
"""


def test_comments_of_a_configuration_are_not_in_use():
    assert named_in(CONFIG) == {
        "API_BASE_URL": ("https://api.example.jp/prod",),
        "LIFF_ID": ("1234567890-AbCdEfGh",),
    }


def test_configuration_that_names_two_apis_names_both():
    twice = CONFIG + "CONFIG.API_BASE_URL = 'https://dev.example.jp/dev';\n"

    assert len(named_in(twice)["API_BASE_URL"]) == 2


def test_configuration_that_names_nothing_names_nothing():
    assert named_in("<html>") == {"API_BASE_URL": (), "LIFF_ID": ()}


def test_configuration_lies_beside_the_page():
    assert FrontEnd(url="https://a.jp/app").config_url == "https://a.jp/app/js/config.js"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.jp:8443/app/?x=1", "https://a.jp:8443"),
        ("HTTPS://Rally.example.jp/App", "https://rally.example.jp"),
        ("https://a.jp:443/app", "https://a.jp"),
        ("http://a.jp:80", "http://a.jp"),
        ("http://a.jp:443", "http://a.jp:443"),
        ("https://ラリー.jp/", "https://xn--dekc8c.jp"),
        ("https://faß.de", "https://xn--fa-hia.de"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
    ],
)
def test_origin_of_a_page_is_what_a_browser_sends(url, origin):
    assert origin_of(url) == origin


def served_where_allowed(environment, url, origin, liff_id=None):
    """Run SMOKE-19's first test on a page, of a LIFF app or of none."""
    line = replace(environment.line, liff_id=liff_id)
    page = replace(environment, front_end=FrontEnd(url=url), line=line)
    suite = SimpleNamespace(environment=page, client=SimpleNamespace(url=API))
    calls = SimpleNamespace(suite=suite, observe=SimpleNamespace(note=lambda **_: None))
    test_front_end.test_front_end_is_served_where_cors_allows_it_and_may_ask_for_the_place(
        calls, origin
    )


def test_page_whose_address_is_in_capitals_is_served_where_cors_allows_it(environment):
    with front() as served:
        spelled = served.url.replace("127.0.0.1", "LocalHost")

        served_where_allowed(environment, f"{spelled}/", spelled.lower())


def test_page_of_another_port_is_served_where_cors_does_not_allow_it(environment):
    with front() as served, pytest.raises(Broken, match=r"but CORS allows http://127\.0\.0\.1$"):
        served_where_allowed(environment, f"{served.url}/", "http://127.0.0.1")


def test_page_is_asked_for_as_a_phone_asks(environment):
    def for_phones(asked):
        phone = "Line/" in asked.headers["User-Agent"]
        return Reply(status=200 if phone else 403, headers={"Content-Type": "text/html"})

    with answering(for_phones) as url:
        served_where_allowed(environment, url, url)


def test_page_is_asked_for_without_the_operators_password(environment, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    def for_the_team(asked):
        status = 200 if "Authorization" in asked.headers else 401
        return Reply(status=status, headers={"Content-Type": "text/html"})

    with answering(for_the_team) as url, pytest.raises(Broken, match=f"^{url} answers 401"):
        served_where_allowed(environment, url, url)


def test_page_that_is_redirected_elsewhere_is_served_where_cors_does_not_allow_it(environment):
    with front() as served:
        moved = Reply(b"", 301, {"Location": f"{served.url}/"})
        with answering(lambda _: moved) as before:
            assert before != served.url
            served_where_allowed(environment, before, served.url)
            with pytest.raises(
                Broken, match=f"is served by {served.url}, but CORS allows {before}"
            ):
                served_where_allowed(environment, before, before)


@contextmanager
def page_with(policy, header="Permissions-Policy", content=b""):
    """Serve a page with a policy, in which {own} is its own origin; yield its URL."""
    headers = {"Content-Type": "text/html"}
    with answering(lambda _: Reply(content, headers=headers)) as url:
        headers[header] = policy.format(own=url)
        yield url


@pytest.mark.parametrize(
    ("policy", "refused"),
    [
        ("geolocation=()", "geolocation=()"),
        ("camera=(self), geolocation=() , usb=()", "geolocation=() "),
        ('geolocation=("https://maps.example.jp")', 'geolocation=("https://maps.example.jp")'),
        ('geolocation=("{own}.evil.example")', 'geolocation=("{own}.evil.example")'),
        ('geolocation=("self")', 'geolocation=("self")'),
        ("geolocation=(self), geolocation=()", "geolocation=()"),
    ],
)
def test_page_may_not_ask_for_the_place_where_its_permissions_policy_refuses_that(
    policy, refused, environment
):
    with page_with(policy) as url, pytest.raises(Broken) as broken:
        served_where_allowed(environment, url, url)

    told = f"with Permissions-Policy: {refused.format(own=url)}, by which browsers refuse it"
    assert told in broken.value.words.en


@pytest.mark.parametrize(
    "policy",
    [
        *("geolocation=(), geolocation=(self)", 'geolocation=(self "https://maps.example.jp")'),
        *('geolocation=("{own}")', "geolocation=self", "geolocation=*", "camera=()", ""),
        *("geolocation=(*)", 'geolocation=("https://maps.example.jp" self)'),
    ],
)
def test_page_may_ask_for_the_place_under_any_other_permissions_policy(policy, environment):
    with page_with(policy) as url:
        served_where_allowed(environment, url, url)


@pytest.mark.parametrize(
    ("policy", "ruling"),
    [
        ("default-src 'self'", "default-src 'self'"),
        ("default-src *; connect-src 'self' https://api.line.me", "connect-src 'self' https://api.line.me"),
        ("connect-src 'none'", "connect-src 'none'"),
        ("connect-src https://dev.example.jp", "connect-src https://dev.example.jp"),
        ("connect-src https://*.api.example.jp", "connect-src https://*.api.example.jp"),
        ("connect-src https://api.example.jp:8443", "connect-src https://api.example.jp:8443"),
        ("connect-src http://api.example.jp.evil.example", "connect-src http://api.example.jp.evil.example"),
        ("connect-src wss: data:", "connect-src wss: data:"),
        ("connect-src *, connect-src {own}", "connect-src {own}"),
        ("connect-src 'self'; connect-src *", "connect-src 'self'"),
        ("Connect-Src", "connect-src"),
    ],
)  # fmt: skip
def test_page_cannot_call_the_api_that_its_content_security_policy_does_not_name(
    policy, ruling, environment
):
    with page_with(policy, test_front_end.CSP) as url, pytest.raises(Broken) as broken:
        served_where_allowed(environment, url, url)

    refused = f"has the Content-Security-Policy {ruling.format(own=url)}, by which browsers refuse it {API}"
    assert refused in broken.value.words.en


@pytest.mark.parametrize(
    "policy",
    [
        *("", "connect-src *", "connect-src https:", "default-src 'none'; connect-src {own} *:*"),
        *("connect-src https://API.example.jp", "connect-src https://api.example.jp/v2/other"),
        *("connect-src api.example.jp", "connect-src http://api.example.jp"),
        *("connect-src https://*.example.jp 'self'",),
        *("connect-src https://api.example.jp:443", "connect-src https://api.example.jp:*"),
        *("img-src 'self'; script-src 'self'", "upgrade-insecure-requests;;"),
    ],
)
def test_page_may_call_the_api_under_any_other_content_security_policy(policy, environment):
    with page_with(policy, test_front_end.CSP) as url:
        served_where_allowed(environment, url, url)


@pytest.mark.parametrize(
    ("sources", "refused"),
    [
        (API, "https://api.line.me"),
        (f"{API} https://static.line-scdn.net", "https://api.line.me"),
        ("'self'", f"{API}, https://api.line.me"),
        (f"{API} https://api.line.me", ""),
        (f"{API} https://*.line.me", ""),
    ],
)
def test_page_of_a_liff_app_needs_its_content_security_policy_to_name_what_liff_calls(
    sources, refused, environment
):
    with page_with(f"connect-src {sources}", test_front_end.CSP) as url:
        expected = (
            pytest.raises(Broken, match=f"refuse it {refused}$") if refused else nullcontext()
        )
        with expected:
            served_where_allowed(environment, url, url, "1234567890-AbCdEfGh")


STATED = b"""<META http-equiv="Content-Security-Policy"\n content="connect-src 'self'">"""


@pytest.mark.parametrize(
    "content",
    [
        STATED,
        b"""<meta content="connect-src 'self'" http-equiv=Content-Security-Policy>""",
        b"""<meta http-equiv='content-security-policy' content='connect-src &#39;self&#39;'/>""",
    ],
)
def test_content_security_policy_in_a_page_counts_however_it_is_written(content, environment):
    with page_with("", content=content) as url, pytest.raises(Broken, match="connect-src 'self'"):
        served_where_allowed(environment, url, url)


@pytest.mark.parametrize(
    "content",
    [
        b"<!-- " + STATED + b" -->",
        b"<script>const page = `" + STATED + b"`</script>",
        b"<pre>" + STATED.replace(b"<", b"&lt;") + b"</pre>",
        STATED.replace(b"Policy", b"Policy-Report-Only"),
        STATED.replace(b"http-equiv", b"name"),
    ],
    ids=["comment", "script", "text", "report only", "another name"],
)
def test_what_browsers_do_not_take_for_a_content_security_policy_counts_for_nothing(
    content, environment
):
    with page_with("", content=content) as url:
        served_where_allowed(environment, url, url)


def test_content_security_policy_in_a_page_is_read_without_its_escapes(environment):
    escaped = STATED.replace(b"'", b"&#x27;").replace(b'&#x27;"', f'&#x27; {API}"'.encode())
    with page_with("", content=escaped) as url:
        served_where_allowed(environment, url, url)


def test_star_in_a_policy_names_any_address_of_the_web():
    assert _names("*", "http://cdn.example.jp/a.png", "https://rally.example.jp/")


def test_page_cannot_show_pictures_that_its_content_security_policy_does_not_name(environment):
    def front_end(asked):
        kind = "image/png" if asked.path.endswith(".png") else "text/html"
        return Reply(headers={"Content-Type": kind, test_front_end.CSP: "img-src 'self'"})

    with answering(front_end) as cdn, answering(front_end) as url:
        page = replace(environment, front_end=FrontEnd(url=url))

        assert pictures_served(page, "/a.png", f"{url}/b.png") == 2
        with pytest.raises(Broken, match=f"img-src 'self', by which .* refuse it {cdn}/c.png"):
            pictures_served(page, "/a.png", f"{cdn}/c.png")


def pictures_served(environment, *addresses):
    """Run the test of SMOKE-19 on masters with these pictures; return how many it looked at."""
    items = [{"StampId": {"S": "A"}}, *({"ImageUrl": {"S": address}} for address in addresses)]
    contents = {environment.tables["stampmasters"]: SimpleNamespace(items=items)}
    inventory = SimpleNamespace(sections=SimpleNamespace(contents=contents))
    suite = SimpleNamespace(environment=environment, snapshot=SimpleNamespace(inventory=inventory))
    noted = {}
    calls = SimpleNamespace(suite=suite, observe=SimpleNamespace(note=noted.update))
    test_front_end.test_pictures_of_the_stamps_are_served(calls)
    return noted["pictures"]


def test_pictures_of_the_stamps_are_looked_for_where_the_page_is(environment):
    with front() as served:
        there = ("/app/a.png", "/b.png", "/c.png", "/app/%E7%94%BA%20d.png")
        served.files |= dict.fromkeys(there, ("image/png", ""))
        served.files["/app/fallback.png"] = ("text/html", "<title>rally</title>")
        page = replace(environment, front_end=FrontEnd(url=f"{served.url}/app"))

        assert pictures_served(page, "a.png", "/b.png", f"{served.url}/c.png", "", "/b.png") == 3
        with_a_password = f"{served.url}/c.png".replace("//", "//user:password@")
        assert pictures_served(page, "町 d.png", with_a_password) == 2
        assert pictures_served(page) == 0
        served.files["/app/index.html"] = ("text/html", "<title>rally</title>")
        of_file = replace(environment, front_end=FrontEnd(url=f"{served.url}/app/index.html"))
        assert pictures_served(of_file, "a.png", "/b.png") == 2
        with pytest.raises(Broken, match=r"^no picture is served at /a\.png, fallback\.png$"):
            pictures_served(page, "a.png", "/a.png", "fallback.png")


def loading(environment, html, key=None, files=MappingProxyType({})):
    """Run the test of SMOKE-19 on the scripts of this page, in a folder with two configurations; return those that it read."""
    with front() as served:
        served.files["/app"] = ("text/html", html.replace("{own}", served.url))
        served.files["/app/js/page.js"] = ("text/html", "<title>rally</title>")
        served.files["/app/js/denied.js"] = ("application/json", '{"message":"Forbidden"}')
        served.files["/app/js/plain.js"] = ("text/plain", "const a = 1;")
        served.files |= {f"/app/js/{name}": file for name, file in files.items()}
        for name, api in {"config.js": API, "dev.js": "https://dev.example.jp/dev"}.items():
            text = f"const CONFIG = {{ API_BASE_URL: '{api}', KEY: 'public-key' }};"
            served.files[f"/app/js/{name}"] = ("text/javascript", text)
        served.files["/app/js/config.js?v=1&w=2"] = served.files["/app/js/config.js"]
        page = replace(environment, front_end=FrontEnd(url=f"{served.url}/app"))
        suite = SimpleNamespace(environment=page, client=SimpleNamespace(url=API, api_key=key))
        noted = {}
        calls = SimpleNamespace(suite=suite, observe=SimpleNamespace(note=noted.update))
        test_front_end.test_scripts_of_the_page_load_and_name_this_api_and_its_key_if_any(calls)
        return [url.removeprefix(served.url) for url in noted["scripts"]]


@pytest.mark.parametrize(
    "html",
    [
        '<script src="js/dev.js"></script>',
        "<SCRIPT type=module src=/app/js/dev.js></SCRIPT>",
        "<!-- <script src='js/config.js'></script> --><script src='js/dev.js'></script>",
        "<script>const API_BASE_URL = 'https://dev.example.jp/dev';</script>",
        "<input accept='image/*'><script src=js/dev.js></script><style>/* */</style>",
        "<input accept='image/*'><script>API_BASE_URL = 'https://dev.example.jp/dev' /* */</script>",
    ],
)
def test_page_that_loads_another_configuration_than_the_one_that_is_read_is_told(environment, html):
    with pytest.raises(Broken, match=f"API_BASE_URL: https://dev.example.jp/dev, expected {API}$"):
        loading(environment, html)


@pytest.mark.parametrize(
    ("html", "scripts"),
    [
        ("<script src=js/config.js></script>", ["/app/js/config.js"]),
        ("<script src='js/config.js'></script><script src='js/dev.js'></script>", ["/app/js/config.js", "/app/js/dev.js"]),
        ("<!-- <script src='js/dev.js'></script> --><script>go()</script>", []),
        ("<script>let API_BASE_URL = ''; load('config.json')</script>", []),
        ("<script src='js/config.js?v=1&amp;w=2'></script>", ["/app/js/config.js?v=1&w=2"]),
        ("<base href='{own}/app/js/'><script src=config.js></script>", ["/app/js/config.js"]),
        ("<base target=_top><base href='/app/js/'><script src=config.js></script>", ["/app/js/config.js"]),
        *((f"<script type={kind} src=js/denied.js></script><script>go()</script>", []) for kind in ("application/json", "importmap", "speculationrules", "text/typescript", "'text/javascript; charset=utf-8'")),
        *((f"<script src=js/config.js></script><{tag}><script src=js/dev.js></script><script>API_BASE_URL = 'https://a.jp'</script></{tag}>", ["/app/js/config.js"]) for tag in ("template", "noscript")),
        ("<template><template></template><script src=js/gone.js></script></template><script src=js/config.js></script>", ["/app/js/config.js"]),
        ("</template><template shadowrootmode=open><script type=' Text/JScript ' src=js/config.js></script></template>", ["/app/js/config.js"]),
        ("<script nomodule src=js/gone.js></script><script type=Module src=js/config.js></script>", ["/app/js/config.js"]),
        ("<script src=js/plain.js></script>", ["/app/js/plain.js"]),
        ("<script src='https://127.0.0.1:1/sdk.js'></script><script>import('./js/config.js')</script>", []),
    ],
)  # fmt: skip
def test_page_whose_scripts_name_this_api_or_none_is_as_expected(environment, html, scripts):
    assert loading(environment, html) == scripts


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("gone.js?v=1&amp;w=2", r"gone\.js\?v=1&w=2 \(404 \)"),
        ("page.js", r"page\.js \(200 text/html\)"),
        ("denied.js", r"denied\.js \(200 application/json\)"),
        ("plain.js' type='module", r"plain\.js \(200 text/plain\)"),
    ],
)
def test_page_whose_scripts_are_not_served_is_told(script, told, environment):
    html = f"<script src=js/config.js></script><script src='js/{script}'></script>"

    with pytest.raises(
        Broken, match=rf"loads what browsers do not run as a script: http\S+/{told}$"
    ):
        loading(environment, html)


@pytest.mark.parametrize(
    "begins",
    [
        *(b"\xef\xbb\xbf<!doctype html>", b"\n  <html>", b"<!-- --><p>"),
        *(b'{"message":"Forbidden"}', b'\xef\xbb\xbf\n{\n "a": 1}'),
        *(b'["a(b)", {"c": [1]}]\n', b"[]", b'"Not Found"', b"Not Found", b"404 page not found"),
        *("\ufeffページが見つかりません。".encode(), b"Forbidden"),
    ],
)
def test_page_json_or_sentence_in_the_place_of_a_script_does_not_run_however_it_begins(begins):
    served = requests.Response()
    served.status_code, served.raw = 200, io.BytesIO(begins)
    served.encoding = "ISO-8859-1"  # what requests takes text/html for

    assert not _runs(served, {"type": "script"})


@pytest.mark.parametrize(
    "begins",
    [
        *(b'"use strict"', b'"a".b()', b"['a'].forEach(f)", b'["a"].map(x => [x])', b"a in b"),
        *(
            b"var a",
            b"async function a(){}",
            b"import a from 'a'",
            b"a\nb()",
            b"/* a b */",
            b"[`a`]",
        ),
    ],
)
def test_script_that_begins_like_json_or_a_sentence_runs(begins):
    served = requests.Response()
    served.status_code, served.raw = 200, io.BytesIO(begins)

    assert _runs(served, {"type": "text/javascript"})


@pytest.mark.parametrize("html", ["<p>Soon</p>", "<template><script>go()</script></template>"])
def test_page_that_runs_nothing_is_for_a_person_to_try(environment, html):
    with pytest.raises(
        ManualOnly, match=r"^\S+/app runs no script: try whether it is the application"
    ):
        loading(environment, html)


@pytest.mark.parametrize("content", ["", " \r\n", "\ufeff"])
def test_empty_script_is_for_a_person_to_try(content, environment):
    html = "<script src=js/config.js></script><script src=js/empty.js></script>"

    with pytest.raises(ManualOnly, match=r"^\S+/js/empty\.js is served without any content: try"):
        loading(environment, html, files={"empty.js": ("text/javascript", content)})


@pytest.mark.parametrize(
    ("kind", "options", "runs"),
    [
        *(("text/html", "", True), ("text/html", "nosniff", False)),
        *(("binary/octet-stream", "", True), ("binary/octet-stream", "nosniff", False)),
        *(("application/x-javascript; charset=utf-8", "nosniff", True), ("", "NoSniff", False)),
        *(("text/javascript", "nosniff", True), ("text/plain", "", True), ("", "", True)),
        *(("application/json", "", True), ("Application/JavaScript ;v=1", "nosniff", True)),
    ],
)
def test_browser_runs_what_is_no_script_only_where_it_may_guess(kind, options, runs):
    served = requests.Response()
    served.status_code, served.raw = 200, io.BytesIO(b"const CONFIG = '<br>';")
    served.headers.update({"Content-Type": kind, "X-Content-Type-Options": options})

    assert _runs(served, {"type": "script"}) is runs


def sri(size, text=b"const a = 1;", altchars=None):
    """Return the value of an `integrity` attribute for a text."""
    made = base64.b64encode(hashlib.new(f"sha{size}", text).digest(), altchars).decode()
    return f"sha{size}-{made}"


@pytest.mark.parametrize(
    ("integrity", "runs"),
    [
        *((sri(256), True), (sri(512, altchars=b"-_"), True), (f"{sri(384)}?ct=js", True)),
        *((sri(256, b"const a = 2;"), False), (f"{sri(256)} {sri(512, b'older')}", False)),
        *(
            (sri(256, b"older").replace("sha", "SHA"), False),
            (sri(512).replace("sha", "Sha"), True),
        ),
        *((f"{sri(384, b'older')} {sri(384)}", True), ("md5-abc nonsense", True), ("", True)),
    ],
)
def test_browser_runs_only_the_build_of_a_script_that_its_page_names(integrity, runs):
    served = requests.Response()
    served.status_code, served.raw = 200, io.BytesIO(b"const a = 1;")

    assert _runs(served, {"type": "script", "integrity": integrity}) is runs


def test_page_whose_script_is_of_another_build_is_told(environment):
    html = f"<script src=js/config.js></script><script src=js/plain.js integrity='{sri(256)}'>"
    stale = html.replace(sri(256), sri(256, b"older"))

    assert loading(environment, html) == ["/app/js/config.js", "/app/js/plain.js"]
    with pytest.raises(
        Broken,
        match=r"do not run as a script: \S+/plain\.js \(200 text/plain, integrity=sha256-\S+\)$",
    ):
        loading(environment, stale)


def configured(environment, html, headers):
    """Run the test of SMOKE-19 on the configuration beside this page, sent with these headers."""
    with front() as served:
        served.headers = headers
        served.files["/"] = ("text/html", html)
        served.configure(f"API_BASE_URL = '{API}'; LIFF_ID = '{environment.line.liff_id}';")
        page = replace(environment, front_end=FrontEnd(url=served.url))
        suite = SimpleNamespace(environment=page, client=SimpleNamespace(url=API))
        noted = {}
        calls = SimpleNamespace(suite=suite, observe=SimpleNamespace(note=noted.update))
        test_front_end.test_configuration_names_this_api_and_this_liff_app(calls)
        return noted


LONG = "public, max-age=86400"
LOADED = "<script src=js/config.js></script>"
IN_AN_HOUR, TOMORROW = (
    format_datetime(datetime.now(UTC) + timedelta(hours=hours)) for hours in (1, 24)
)


@pytest.mark.parametrize(
    ("html", "headers"),
    [
        *((LOADED, {"Cache-Control": kept}) for kept in (LONG, 'Max-Age="86400"', f"{LONG}, immutable")),
        ("<script type=module>import './js/config.js'</script>", {"Cache-Control": LONG}),
        (LOADED, {"Expires": TOMORROW}),
        (LOADED, {"Cache-Control": "private", "Expires": TOMORROW}),
    ],
)  # fmt: skip
def test_configuration_that_browsers_keep_is_for_a_person_to_decide(html, headers, environment):
    with pytest.raises(ManualOnly, match=r"keep \S+/config\.js for \d+ s: .* so long after"):
        configured(environment, html, headers)


@pytest.mark.parametrize(
    ("html", "headers"),
    [
        (LOADED.replace(".js", ".js?v=1"), {"Cache-Control": LONG}),
        ("<script type=module>import './js/config.js?v=1'</script>", {"Cache-Control": LONG}),
        *((LOADED, {"Cache-Control": f"{LONG}, {asked}"}) for asked in ("no-cache", "No-Store")),
        *((LOADED, {"Cache-Control": kept}) for kept in ("s-maxage=86400, max-age=0", "max-age=3600")),
        (LOADED, {"Cache-Control": "max-age=0", "Expires": TOMORROW}),
        *((LOADED, {"Expires": expires}) for expires in (IN_AN_HOUR, "0", "-1")),
        (LOADED, {}),
    ],
)  # fmt: skip
def test_configuration_that_is_asked_for_again_needs_no_person(html, headers, environment):
    assert configured(environment, html, headers)["API_BASE_URL"] == (API,)


SDK = "https://static.line-scdn.net/liff/edge/2/sdk.js"


def under(policy):
    """Return a page that states this policy, and loads its configuration and LINE's SDK."""
    stated = f'<meta http-equiv="{test_front_end.CSP}" content="{policy}">'
    return f"{stated}<script src=js/config.js></script><script src='{SDK}'></script>"


@pytest.mark.parametrize(
    ("policy", "refused"),
    [
        ("script-src 'self'", SDK),
        ("script-src *; script-src-elem 'self'", SDK),
        ("default-src 'self'; script-src *.line-scdn.net", "/app/js/config.js"),
    ],
)
def test_page_whose_scripts_its_content_security_policy_refuses_does_not_run(
    policy, refused, environment
):
    with pytest.raises(Broken, match="by which browsers refuse it") as broken:
        loading(environment, under(policy))

    assert broken.value.words.en.endswith(refused)


@pytest.mark.parametrize(
    "policy",
    [
        *("default-src 'self' 'nonce-1'; script-src-attr *", "script-src 'sha256-A'"),
        "script-src 'none'; script-src-elem 'self' https://static.line-scdn.net/liff/",
        *("default-src 'none'; script-src 'self' https:", "script-src 'strict-dynamic'"),
    ],
)
def test_page_runs_under_any_other_content_security_policy(policy, environment):
    assert loading(environment, under(policy)) == ["/app/js/config.js"]


@pytest.mark.parametrize(
    ("html", "scripts"),
    [
        ("<script src=js/config.js></script>", ["/app/js/config.js"]),
        ("<script>k='public-key'</script>", []),
    ],
)
def test_page_that_has_the_key_of_the_api_needs_no_person(html, scripts, environment):
    assert loading(environment, html, key="public-key") == scripts


@pytest.mark.parametrize("key", ["another-key", "public-key-of-prod"])
def test_page_without_the_key_of_the_api_is_for_a_person_to_try(key, environment):
    with pytest.raises(
        ManualOnly, match=r"have the API's key, without which callers get 403$"
    ) as told:
        loading(environment, "<script src=js/config.js></script>", key=key)

    assert key not in str(told.value.words)
