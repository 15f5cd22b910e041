"""The page that is signed: what it shows, in both languages, without scripts, and that a browser can show it."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from aws.bounds import at_most
from aws.difference import Difference
from aws.words import LANGUAGES, Words
from signoff.environment.accountability import Waiver
from signoff.judge.checklist import PAGES, Checklist, Row, Severity
from signoff.judge.observations import Comparison, Observations
from signoff.judge.outcome import Finding, Outcome, RowVerdict, row_verdict
from signoff.judge.result import Provenance, Result
from signoff.judge.run import Exhibit
from signoff.judge.verdict import Verdict, VerdictWord
from signoff.report.history import ChangesSince, as_json
from signoff.report.markup import fill, person
from signoff.report.page import news, page, summary
from signoff.report.procedures import procedures_of
from signoff.report.shown_evidence import differences_of, proofs_of
from signoff.report.verify import UNSET_DIGEST
from signoff.report.words import words
from tests.provenance import PROVENANCE
from tests.signoff.report import pages
from tests.signoff.report.html import flaws, read

INLINE = '<svg viewBox="0 0 720 220"><text x="0" y="12">Arrivals per second</text></svg>'
IN_JAPANESE = INLINE.replace("Arrivals per second", "毎秒の到着数")
WAIVER = Waiver(row="MON-11", until=date(2026, 12, 4), reason="fixed in December", by="Hanako")
VERDICTS = tuple(pages.BROKEN)
BY_PEOPLE = ("fixed in the next sprint", "users who left are deleted after a year")
"""What people wrote in the environment file: in their own language."""
PROSE = re.compile(r"(?<![\w/.`-])[a-z]{2,} [a-z]{2,}(?![\w/.`-])")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def found(name, outcome=Outcome.PASS, message="", **seen):
    evidence = ({"resource": "x", **seen},)
    return Finding(
        row="DEP-21",
        outcome=outcome,
        words=Words.same(message),
        subject=name,
        looked_at=Words.same(name.removesuffix("]").partition("[")[2]),
        evidence=evidence,
        calls=("apigateway:GET",),
    )


def of_one_row(*findings, lang="en", exhibits=None, **more):
    """Return the page of one row with these findings."""
    words = Words("Every route is proxied", "全ルートがプロキシされる")
    remedy = ("python -m runbook api --env {env} --go",)
    row = Row(id="DEP-21", section="api", promise=words, why=words, remedy=remedy, **more)
    verdict = Verdict(decision=VerdictWord.GO, rows=(row_verdict(row, findings),))
    return page(Result(provenance=PROVENANCE, verdict=verdict), lang, exhibits or {})


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return the page of a verdict, rendered once."""
    folder = tmp_path_factory.mktemp("run")
    made = {}

    def render(verdict, lang="en"):
        if (verdict, lang) not in made:
            made[verdict, lang] = pages.shown(verdict, lang, folder)
        return made[verdict, lang]

    return render


@pytest.fixture(scope="module")
def parsed(shown):
    """Return the same page as its reader meets it, parsed once."""
    return cache(lambda verdict: read(shown(verdict)))


def test_picture_is_an_svg_that_a_browser_draws():
    html = of_one_row(
        found("test_x"), exhibits={"DEP-21": Exhibit(pictures=(Words(INLINE, IN_JAPANESE),))}
    )

    (data, _) = re.findall(r'<img lang="\w\w" src="data:image/svg\+xml;base64,([^"]+)"', html)
    drawn = ET.fromstring(base64.b64decode(data))  # noqa: S314 - our own page
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"


def test_address_in_a_table_is_a_link_by_the_name_of_its_column():
    head = tuple(map(Words.same, ("Map", "Picture")))
    cells = tuple(map(Words.same, ("https://maps.example/?a&b", "a.png")))
    html = of_one_row(found("test_x"), exhibits={"DEP-21": Exhibit(head=head, rows=(cells,))})

    assert re.search(
        r'<a href="https://maps.example/\?a&amp;b" [^>]*>Map</a></td><td>a\.png<', html
    )


def test_tests_are_told_as_sentences_each_once_with_what_it_looked_at():
    names = ("test_route_is_proxied[GET /stamps]", "test_route_is_proxied[POST /notify]")
    said = read(of_one_row(*(found(name, uri=name) for name in names))).said("en")

    assert said.count("route is proxied (2)") == 1
    assert "GET /stamps" in said
    assert "POST /notify" in said


def test_reason_of_a_red_row_stands_beside_what_was_looked_at_with_the_remedy():
    html = of_one_row(found("test_x[GET /stamps]", Outcome.FAIL, "GET /stamps is a MOCK"))

    assert "GET /stamps : GET /stamps is a MOCK" in read(html).said("en")
    assert "<code>python -m runbook api --env prod --go</code>" in html


def test_fix_says_whether_it_changes_anything_and_how_to_rehearse_it():
    said = read(of_one_row(found("test_x", Outcome.FAIL, "it is broken"))).said("en")

    assert "changes AWS · estimated time : about 2 minutes · procedure api" in said
    assert "Rehearse it first : python -m runbook api --env prod Copy" in said


def test_record_that_an_embedded_stack_lacks_has_the_command_that_makes_it_until_it_is_there():
    missing = {"not_local_until": Words.same("nothing was recorded here yet")}
    there, absent = (
        of_one_row(found("test_x", outcome, "none"), **missing)
        for outcome in (Outcome.PASS, Outcome.NOT_HERE)
    )

    places = absent.count("<code>python -m runbook api --env prod --go</code>")
    assert places == 2, "in the list before the signature, and at the row"
    assert "runbook api" not in there


def test_green_row_needs_no_remedy():
    assert "runbook api" not in of_one_row(found("test_x"))


def test_what_was_seen_can_not_become_part_of_the_page():
    hostile = found("test_x[<u>]", Outcome.FAIL, "<script>alert(1)", seen="<b onload=x>")
    html = of_one_row(hostile, found("test_x[</style>]", seen='{"a": "</pre><script>"}'))

    assert not re.search(r"<script>alert|<u>|<b onload|</pre><script>", html)


@pytest.mark.parametrize(
    ("lang", "calls"),
    [
        ("en", "98 to read everything, 17 more"),
        ("ja", "全体の読み取り 98回、終了時の変更有無の再確認 17回"),
    ],
)
def test_calls_of_the_pass_and_those_at_the_end_are_told_apart(lang, calls):
    assert calls in read(of_one_row(found("test_x"))).said(lang)


def verdicts():
    """Every row of the checklist: the first red, the second follows from it, the third is waived."""
    first, second, third, *others = Checklist.load()
    severity = Severity.BLOCKER
    red = Words.same("it is broken")
    yield RowVerdict(row=first, severity=severity, outcome=Outcome.FAIL, reason=red)
    yield RowVerdict(row=second, severity=severity, outcome=Outcome.FOLLOWS, root=first.id)
    yield RowVerdict(row=third, severity=severity, outcome=Outcome.EXCLUDED)
    yield from (RowVerdict(row=other, severity=severity, outcome=Outcome.PASS) for other in others)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_link_within_the_page_leads_to_one_place(shown, verdict):
    html = shown(verdict)
    ids = re.findall(r'\bid="([^"]+)"', html)
    leading = set(re.findall(r'href="#([^"]*)"', html))

    assert sorted(leading - set(ids)) == []
    assert len(ids) == len(set(ids))


def red_of(row_id, *messages):
    """Return a run in which one row failed, for each of these reasons."""
    row = Checklist.load()[row_id]
    findings = [
        replace(found(f"test_x[{message}]", Outcome.FAIL, message), row=row_id)
        for message in messages
    ]
    verdict = Verdict(decision=VerdictWord.NO_GO, rows=(row_verdict(row, findings),))
    return Result(provenance=PROVENANCE, verdict=verdict)


def off(resource, found=10000.0):
    """Return a finding of a rate that is too high, with the sentence that is made from it."""
    finding = Difference(
        Words(en="route", ja="ルート"),
        resource,
        Words(en="rate", ja="レート"),
        found,
        at_most(1000),
    )
    return Finding(
        row="SEC-32",
        outcome=Outcome.FAIL,
        words=finding.words,
        subject="test_x",
        looked_at=Words.same(resource),
        compared=(Comparison.of(finding),),
        repeats=True,
    )


def test_what_differs_alike_stands_on_one_line():
    routes = [f"GET /{number}" for number in range(10)]
    row = Checklist.load()["SEC-32"]
    verdict = row_verdict(row, [*map(off, routes), off("GET /other", 2000.0)])

    told = differences_of(verdict, most=12)

    assert [(line.resources, line.found.text.en) for line in told.lines] == [
        (tuple(routes), "10000"),
        (("GET /other",), "2000"),
    ]
    assert (told.lines[0].unnamed, told.more) == (2, 0)


def test_sentence_is_left_out_where_each_of_its_parts_has_a_column():
    row = Checklist.load()["SEC-32"]
    broken = found("test_y", Outcome.FAIL, "the stage is gone")

    assert differences_of(row_verdict(row, [off("GET /stamps")]), most=12).sentences == ()
    assert differences_of(row_verdict(row, [off("GET /stamps"), broken]), most=12).sentences == (
        broken.words,
    )


def test_switch_is_told_alike_in_sentence_and_table(parsed):
    said = parsed("NO-GO").said("en")

    assert "UserStamps-prod point-in-time recovery Found off Expected on" in said


def test_page_of_a_procedure_shows_its_tables_and_the_values_of_prod_to_prod_alone():
    (prod,) = procedures_of(["python -m runbook tables --env prod"], "prod")
    (dev,) = procedures_of(["python -m runbook tables --env dev"], "dev")

    assert '<th scope="col">ポイントインタイムリカバリ（35日）</th>' in prod.body["ja"]
    assert "<td><code>UserId</code> (S)<br><code>StampId</code> (S)</td>" in prod.body["en"]
    assert "python -m runbook tables --env dev --go" in dev.body["en"]
    assert [language for language in LANGUAGES if "Users-prod" in dev.body[language]] == []
    assert "DynamoDB" in dev.body["ja"]


def test_pages_of_procedures_are_shown_without_links_of_their_own_or_tags_as_text():
    names = sorted({file.name.partition(".")[0] for file in PAGES.glob("*.md")})
    shown = procedures_of([f"python -m runbook {name} --env prod" for name in names], "prod")
    whole = "".join(body for page in shown for body in page.body.values())

    assert len(shown) == len(names)
    assert not re.search(r"<a |<script|&lt;br|<h[124]>|<!--", whole)


def test_script_listens_to_the_boxes_of_the_filter_and_to_the_text(shown):
    html = shown("GO")
    (heard,) = re.findall(
        r'all\("([^"]*)"\)\.forEach\(\(one\) => one\.addEventListener\("input"', html
    )
    (text,) = re.findall(r'<p class="(\w+) scripted"><label>(?:(?!</p>).)*id="f-text"', html)

    assert heard.split(", ") == [".filters input", f".{text} input", ".quick input"]


def test_newest_record_of_the_store_is_named():
    assert "e1  000007.json" in of_one_row(found("test_x"))


def of_checks(text, verdict):
    """Whether a text is what a check says alike in both languages: tests/test_words.py holds those."""
    rows = pages.result(verdict).verdict.rows
    said = [finding.words for row in rows for finding in row.findings] + [
        command for row in rows for command in row.row.remedy
    ]
    alike = [
        words if isinstance(words, str) else words.en
        for words in said
        if isinstance(words, str) or words.en == words.ja
    ]
    return any(one and one[:30] in text for one in alike)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_sentence_stands_there_in_both_languages(parsed, verdict):
    """Prose outside of an element that the language switch shows or hides could not be switched."""
    fixed = [
        text.text
        for text in parsed(verdict).texts
        if text.lang is None and not {"code", "pre"} & set(text.path)
        if PROSE.search(text.text)
        and text.text not in BY_PEOPLE
        and not of_checks(text.text, verdict)
    ]

    assert sorted(set(fixed)) == []


@pytest.mark.parametrize("verdict", VERDICTS)
def test_what_is_said_in_japanese_is_japanese(parsed, verdict):
    english = [
        text.text
        for text in parsed(verdict).texts
        if text.lang == "ja" and PROSE.search(text.text) and not JAPANESE.search(text.text)
        if not {"code", "pre"} & set(text.path)
    ]

    assert sorted(set(english)) == []


@pytest.mark.parametrize("verdict", VERDICTS)
def test_one_language_is_chosen_without_a_script(shown, verdict):
    for lang in ("en", "ja"):
        html = shown(verdict, lang)
        (checked,) = [
            table for table in read(html).having(name="language") if "checked" in table.attributes
        ]

        assert f'<html lang="{lang}">' in html
        assert checked.attributes["value"] == lang
    assert 'body:has(#to-ja:checked) :is([lang="en"], i:not([lang]))' in html


@pytest.mark.parametrize("verdict", VERDICTS)
def test_page_is_one_small_file_that_asks_for_nothing(shown, verdict):
    html = shown(verdict)

    assert len(html.encode()) < 1_000_000
    loaded = re.findall(r'(?:src|<link[^>]*href)="(?!data:)([^"]*)"|@import|url\((?!data:)', html)
    assert loaded == []


def test_page_of_a_stack_ten_times_as_large_says_what_it_leaves_to_the_json():
    html = page(pages.enlarged("GO", 10), "en", {})

    assert len(html.encode()) < 1_000_000
    assert re.search(r"and \d+ more in signoff.json", html)


def test_page_with_every_row_red_names_procedures_by_path_and_keeps_each_fix():
    judged = pages.all_red(pages.enlarged("GO", 10))
    html = page(judged, "en", {})

    assert len(html.encode()) < 1_000_000
    assert "procedure: runbook/pages/tables.en.md" in html
    assert html.count('id="fix-') == len(Checklist.load())


def test_fix_of_a_blocker_stands_there_once():
    html = of_one_row(found("test_x", Outcome.FAIL, "it is broken"))

    assert html.count('<span class="command"><code>python -m runbook api --env prod --go<') == 1
    assert '<a href="#fix-DEP-21">' in html


def test_first_screen_says_the_verdict_in_numbers(parsed):
    rows = len(Checklist.load())

    assert f"GO {rows} pass" in parsed("GO").said("en")
    assert f"GO 合格{rows}件" in parsed("GO").said("ja")
    assert f"CONDITIONAL 2 conditions ; {rows - 1} pass , 1 waived" in parsed("CONDITIONAL").said(
        "en"
    )
    assert f"条件付きGO 条件2件 。 合格{rows - 1}件 、 免除1件" in parsed("CONDITIONAL").said("ja")


def test_blockers_unknowns_and_those_that_follow_are_counted_apart(parsed):
    said = parsed("NO-GO").said("en")
    result = pages.result("NO-GO")
    blocking = sum(row.blocks for row in result.blocking())
    unknown = len(result.verdict.having(Outcome.NOT_TESTABLE))

    assert unknown > 1
    assert re.search(
        rf"NO-GO {blocking} blockers , \d+ major , {unknown} of these not testable , \d+ that follow ; \d+ pass",
        said,
    )
    assert f"Blockers {blocking} " in said


def test_what_was_not_verified_names_the_rows_that_could_not_be_tested(parsed):
    untestable = pages.result("NO-GO").verdict.having(Outcome.NOT_TESTABLE)
    named = " , ".join(row.row.id for row in untestable)

    assert f"Not testable, so counted as red : {named}" in parsed("NO-GO").said("en")
    assert "確認不能のため、不合格として扱った項目" in parsed("NO-GO").said("ja")
    assert "Not testable, so" not in parsed("GO").said("en")


def test_row_that_follows_a_waived_one_is_folded_under_it():
    root, follower = Checklist.load()["MON-11"], Checklist.load()["MON-10"]
    told = Words.same("follows")
    rows = (
        RowVerdict(row=root, severity=root.severity, outcome=Outcome.WAIVED, waiver=WAIVER),
        RowVerdict(
            row=follower,
            severity=follower.severity,
            outcome=Outcome.WAIVED,
            reason=told,
            root=root.id,
            waiver=WAIVER,
        ),
    )
    verdict = Verdict(decision=VerdictWord.CONDITIONAL, rows=rows)

    html = page(Result(provenance=PROVENANCE, verdict=verdict), "en", {})

    (conditions,) = re.findall(r'<table class="conditions">.*?</table>', html, re.DOTALL)
    assert conditions.count("Hanako") == 1
    assert re.search(
        r"<details class=\"folded\">.*1 row follows from it.*#MON-10", conditions, re.DOTALL
    )


def test_only_what_may_go_live_is_signed(shown):
    lines = {verdict: 'class="signatures"' in shown(verdict) for verdict in VERDICTS}

    assert lines == {"GO": True, "CONDITIONAL": True, "NO-GO": False, "NO VERDICT": False}


def test_page_says_how_to_go_back_and_whether_that_would_work(parsed):
    said = parsed("NO-GO").said("en")

    assert re.search(r"pass ROLL-06 .*? python -m runbook rollback_functions --env prod --go", said)
    assert re.search(r"follows ROLL-03 .*? restore_tables --env prod --to TIME --go", said)
    assert "cause first: python -m runbook troubleshoot --env prod changes nothing" in said


def test_signer_reads_that_facts_were_not_compared_and_not_that_none_changed(parsed):
    said = parsed("CONDITIONAL").said("en")

    assert re.search(r"0 rows not verified ?, facts not compared with an earlier run", said)


def test_run_whose_facts_are_not_here_is_not_one_without_changes():
    changes = ChangesSince(
        since=Words.same("the last run"), newly_red=(), newly_green=(), facts=None
    )

    assert not changes.unchanged
    assert news(changes).en == "facts not compared with an earlier run"


def test_page_says_that_no_decider_is_named(parsed):
    said = parsed("NO-GO").said("en")

    assert "Who decides not named: list them as signers in environments.toml" in said


def test_rehearsal_of_production_is_not_signed():
    row = Checklist.load()["DEP-21"]
    verdict = Verdict(decision=VerdictWord.GO, rows=(row_verdict(row, [found("test_x")]),))
    replayed = {field: getattr(PROVENANCE, field) for field in PROVENANCE.__dataclass_fields__}
    provenance = Provenance(**replayed | {"replay": "inventory.json"})

    assert 'class="signatures"' not in page(
        Result(provenance=provenance, verdict=verdict), "en", {}
    )


def test_conditional_names_row_fault_owner_day_and_reason(parsed):
    said = parsed("CONDITIONAL").said("en")

    assert "Row What is wrong Owner Until Reason" in said
    assert re.search(
        r"MON-07 alarm .* Promise : No alarm is in ALARM Owner Taro Until 2026-12-04 Reason fixed in",
        said,
    )
    assert "time to live: ExpiresAt Owner Hanako Until 2026-12-20 Reason users who left" in said


def test_new_reds_and_greens_are_told_since_the_last_run_and_the_last_signature(parsed):
    said = parsed("NO-GO").said("en")
    changes = "Newly red : DEP-04 Newly green : MON-01"

    assert f"Since the run of 2026-11-25 14:00 JST {changes}" in said
    assert "(signed by Hanako on 2026-11-25 15:00 JST)" in said
    assert len(re.findall(r"NO-GO 13 (?:2026-|this run)", said)) == 4


def test_page_names_its_own_digest(shown):
    html = shown("GO")
    (stated,) = re.findall(r"<code data-page>([0-9a-f]{64})</code>", html)

    assert hashlib.sha256(html.replace(stated, UNSET_DIGEST).encode()).hexdigest() == stated


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_time_is_japans_with_its_offset(shown, verdict):
    html = shown(verdict)
    times = re.findall(r"<time ([^>]*)>([^<]*)</time>", html)
    bare = re.sub(r"<(time|pre|code|script|style)\b.*?</\1>", "", html, flags=re.DOTALL)

    moments = [time for time in times if len(time[1]) > len("2026-12-04")]
    assert {moment[0].rpartition("title=")[2] for moment in moments} == {'"UTC+09:00"'}
    assert all(moment[1].endswith(" JST") for moment in moments)
    assert re.findall(r"\d\d:\d\d(?::\d\d)?(?: ?UTC|Z|\+00:00)", re.sub("<[^>]*>", "", bare)) == []


def test_policy_is_escaped_only_once(shown):
    folded = re.findall(r"<pre>(.*?)</pre>", shown("GO"), flags=re.DOTALL)

    assert any('"Statement": [' in one for one in folded)
    assert not any('\\"' in one for one in folded)


def test_evidence_of_smoke_shows_what_was_judged(parsed):
    assert "access-control-allow-origin: https://rally.example.jp" in parsed("GO").said("en")


def test_red_fact_stands_beside_what_was_expected_and_where_that_was_decided(parsed):
    said = parsed("NO-GO").said("en")

    assert "Looked at Fact Found Expected Decided in" in said
    assert "Users-prod time to live Found TTL Expected not set" in said


@pytest.mark.parametrize("verdict", VERDICTS)
def test_markup_has_none_of_the_flaws_that_keep_people_out(parsed, verdict):
    assert list(flaws(parsed(verdict))) == []


def colours(css):
    """Return the colours of the light and of the dark page by name."""
    light, dark = re.findall(r":root \{ (--ink[^}]*) \}", css)[:2]
    return [dict(re.findall(r"--(\w+): (#\w+)", one)) for one in (light, dark)]


def luminance(colour):
    """Source: WCAG 2.2, relative luminance."""
    text = colour.removeprefix("#")
    parts = re.findall("..", text if len(text) == 6 else "".join(one * 2 for one in text))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(part, 16) / 255 for part in parts)
    ]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(first, second):
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_texts_contrast_with_what_is_behind_them(shown):
    html = shown("GO")
    pairs = [
        (text, behind)
        for palette in colours(html)
        for text in (palette[one] for one in ("ink", "soft", "go", "conditional", "no", "link"))
        for behind in (palette["paper"], palette["tint"])
    ]
    pairs += [(palette["on"], palette["no"]) for palette in colours(html)]
    pairs += [("#ffffff", band) for band in re.findall(r"--band: (#\w{6})", html)]

    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_summary_and_last_line_say_the_same_in_text(verdict, lang, tmp_path):
    result = pages.result(verdict)
    text = summary(result, lang, pages.supporting(verdict, tmp_path))

    first = {
        "en": verdict,
        "ja": {"CONDITIONAL": "条件付きGO", "NO VERDICT": "判定なし"}.get(verdict, verdict),
    }
    assert text.startswith(f"# {first[lang]}: prod\n")
    assert result.headline[lang].startswith(first[lang])
    assert ("MON-01" in text) is True
    assert "d0d0d0" in text


def test_summary_lists_what_is_red_but_blocks_nothing_apart(tmp_path):
    text = summary(red_of("DEP-07", "it can be deleted"), "en", pages.supporting("GO", tmp_path))

    assert "**1 major**" in text
    assert "## Blockers" not in text
    assert "## Also red, but no blocker\n\n- **DEP-07** (major) " in text


def test_summary_names_each_blocker_with_its_fix(tmp_path):
    text = summary(pages.result("NO-GO"), "en", pages.supporting("NO-GO", tmp_path))

    assert "- **DEP-04** (blocker) Point-in-time recovery is on for every table: " in text
    assert "  - Fix: `python -m runbook tables --env prod --row DEP-04 --go`" in text
    assert re.search(
        r"\*\*SEC-05\*\* .*\n  - Fix: nothing is known yet, .* `pytest --env prod`", text
    )


def test_summary_names_what_has_no_owner_and_lists_decisions_as_no_conditions(tmp_path):
    row = row_verdict(Checklist.load()["DEP-07"], [found("test_x", Outcome.FAIL, "it can go")])
    decided = pages.result("CONDITIONAL").verdict.rows[-1]
    verdict = Verdict(decision=VerdictWord.CONDITIONAL, rows=(row, decided))
    judged = Result(provenance=PROVENANCE, verdict=verdict)

    text = summary(judged, "en", pages.supporting("GO", tmp_path))

    conditions, decisions = text.split("## Conditions")[1].split("## Decisions and waivers")
    assert f"`{judged.accepting}`" in conditions
    assert "loosens a bound of the guide or of security" in decisions


@pytest.mark.parametrize("lang", LANGUAGES)
def test_answer_of_10_kb_is_no_wall(lang, tmp_path):
    row, answer = Checklist.load()["SEC-32"], "key = value, " * 800
    compared = replace(off("GET /stamps").compared[0], found=answer)
    of_answer = replace(off("GET /stamps"), words=Words.same(answer), compared=(compared,))
    judged = Result(
        provenance=PROVENANCE,
        verdict=Verdict(decision=VerdictWord.NO_GO, rows=(row_verdict(row, [of_answer]),)),
    )
    shown_first = differences_of(judged.verdict.rows[0], most=12)

    texts = [shown_first.lines[0].found.text, *shown_first.sentences, judged.verdict.rows[0].brief]
    assert max(len(text[lang]) for text in texts) < 700
    assert len(summary(judged, lang, pages.supporting("GO", tmp_path))) < 2500
    assert answer in as_json(judged).decode()


@pytest.mark.parametrize("holds", [True, False])
def test_answer_is_off_where_its_check_says_so_whatever_digits_are_expected(holds):
    observe, at = Observations(), "2026-11-25T03:00:00.000+00:00"
    how = {"en": "asked as a browser", "ja": "ブラウザとして"}
    observe.note(call="OPTIONS /stamps", how=how, status=200, request="r1", at=at)
    observe.expect("r1", "200, 204; allow-origin: https://401.example.jp", holds=holds)
    evidence = tuple(observe.evidence)
    finding = Finding(row="SMOKE-13", outcome=Outcome.PASS, subject="test_x", evidence=evidence)

    (proof,) = proofs_of([finding], datetime.fromisoformat(at), most=1)

    assert [line.holds for checked in proof.checked for line in checked.lines] == [holds]


def test_summary_is_no_markup_of_what_aws_answered(tmp_path):
    words = Words.same("x](http://evil) <b> | `y`")
    row = Checklist.load()["DEP-21"]
    finding = Finding(row="DEP-21", outcome=Outcome.FAIL, words=words, subject="test_x")
    verdict = Verdict(decision=VerdictWord.NO_GO, rows=(row_verdict(row, [finding]),))
    text = summary(
        Result(provenance=PROVENANCE, verdict=verdict), "en", pages.supporting("GO", tmp_path)
    )

    assert r"x\](http://evil) \<b\> \| \`y\`" in text


@pytest.mark.parametrize(("n", "en"), [(1, "1 notice"), (2, "2 notices"), (0, "0 notices")])
def test_a_count_of_one_is_no_plural(n, en):
    assert fill(words()["read_notices"], n=n).en == en


def test_name_that_was_entered_is_shown_whole_and_an_arn_by_its_name():
    """`record_release --by` takes any name, such as one with the team after a slash."""
    assert person("林 花子 / 運用") == "林 花子 / 運用"
    assert ">ops/hanako</span>" in person("arn:aws:sts::444455556666:assumed-role/ops/hanako")
