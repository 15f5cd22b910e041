"""The house rules that neither ruff nor the import contracts in pyproject.toml can see."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRODUCT = ("aws", "signoff", "plan", "checks", "smoke", "load", "runbook", "lambdas", "local")
USUAL, LONGEST = 300, 400
UNUSUAL = 0.3
"""What share of the modules may be longer than usual: those whose halves would only be read together."""
SIDES = {
    "Alarm Authorizer Bucket CustomDomain Dashboard Function LogGroup Role Secret Table Topic"
    " UsagePlan Widget": (
        2,
        "a resource as planned (aws/desired.py) and as read (the module of its kind)",
    ),
    "Deployment Limit Route": (
        2,
        "a part of an API as read or planned, and as the gateway serves it, which knows nothing of aws/",
    ),
    "Functions": (2, "a part of the embedded stack, and a test's stand-in"),
    "Stack": (
        2,
        "the local stack, and what of it the judge knows, which imports nothing of local/",
    ),
    "Change": (2, "of one deployed resource: by a procedure, or by the hand of a test"),
    "Defect": (
        2,
        "a fault and the rows that it turns red: of what is read, or of what answers calls",
    ),
    "TokenBucket": (2, "the throttle as the load's judge and the tests' target work it out, apart"),
    "UnreadableAnswerError": (2, "the judge's and the functions', which import nothing of aws/"),
}
"""Names of classes that stand more than once, how often, and why: each is one idea, seen from so many sides."""
UNNAMED = "one"
"""What no variable of the product is called: a thing has a name."""
ENTRY_POINTS = ("__main__", "load.locustfile")
"""Modules that are run, not imported."""

IMPORT_EVERYTHING = """
import importlib, socket, sys, threading

def connected(*_):
    raise AssertionError("an import opened a connection")

socket.socket.connect = connected
for name in sys.argv[1:]:
    importlib.import_module(name)
    others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    assert not others, f"importing {name} started {others}"
"""


def modules(*folders):
    """Return the paths of the modules of these folders, below the root."""
    return [
        path.relative_to(ROOT)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


@dataclass(frozen=True)
class ModuleFacts:
    """What the rules ask of a module, read once."""

    lines: int
    said: int
    """Lines of what is said in two languages beyond the first of each: data, written twice."""
    imported: tuple[str, ...]
    """Names of modules, and of what comes from them, at any depth."""
    classes: tuple[str, ...]
    functions: tuple[str, ...]
    """Their names, at any depth."""
    public: tuple[str, ...]
    """Names of its own functions that begin with no underscore."""
    texts: tuple[str, ...]
    """What each call says that takes both languages."""
    consoles: tuple[tuple[int, bool], ...]
    """Lines that make a terminal of rich's, and whether they decide about emojis."""
    unnamed: tuple[int, ...]
    """Lines where a variable is called `one`, whatever it holds."""
    deciding: tuple[int, ...]
    """Lines of its tests that decide something."""


def is_said(node):
    """Whether a node of a module's syntax is a call that takes the English and the Japanese of one sentence."""
    if not isinstance(node, ast.Call):
        return False
    named = getattr(node.func, "id", "") in {"Words", "say", "Localized"}
    return named or {"en", "ja"} <= {keyword.arg for keyword in node.keywords}


@cache
def facts_of(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    tree = ast.parse(text)
    calls, consoles, imported, unnamed, named = [], [], [], [], []
    for node in ast.walk(tree):
        if is_said(node):
            calls.append(node)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Console":
            decided = any(keyword.arg == "emoji" for keyword in node.keywords)
            consoles.append((node.lineno, decided))
        elif isinstance(node, ast.FunctionDef):
            named.append(node.name)
        elif isinstance(node, ast.Name | ast.arg) and UNNAMED in vars(node).values():
            unnamed.append(node.lineno)
        elif isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported += [node.module or "", *(alias.name for alias in node.names)]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    tests = [node for node in functions if node.name.startswith("test_")]
    return ModuleFacts(
        lines=len(text.splitlines()),
        said=sum((call.end_lineno or call.lineno) - call.lineno for call in calls),
        imported=tuple(imported),
        classes=tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef)),
        functions=tuple(named),
        public=tuple(node.name for node in functions if not node.name.startswith("_")),
        texts=tuple(map(text_of, calls)),
        consoles=tuple(consoles),
        unnamed=tuple(unnamed),
        deciding=tuple(node.lineno for test in tests for node in decisions(test)),
    )


def text_of(call):
    """Return all that is written in a call."""
    pieces = [node for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return " ".join(str(piece.value) for piece in pieces)


def decisions(test):
    """Yield what decides in a test's own lines; what it hands on, such as a fake, may decide."""
    for node in ast.iter_child_nodes(test):
        if isinstance(node, ast.If | ast.Try | ast.Match | ast.While):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            yield from decisions(node)


def test_no_module_is_longer_than_one_subject():
    every = {str(path): facts_of(path).lines for path in modules(*PRODUCT)}
    too_long = {path: lines for path, lines in every.items() if lines > LONGEST}

    assert not too_long, f"more than {LONGEST} lines, so more than one subject: {too_long}"


def test_most_modules_keep_to_the_usual_length():
    every = {str(path): facts_of(path) for path in modules(*PRODUCT)}
    measured = {
        path: module_facts.lines - module_facts.said for path, module_facts in every.items()
    }
    long = {path: length for path, length in measured.items() if length > USUAL}

    assert len(long) <= UNUSUAL * len(every), f"more than {USUAL} lines is the exception: {long}"


def test_a_variable_is_named_after_what_it_holds():
    every = {str(path): facts_of(path).unnamed for path in modules(*PRODUCT)}
    unnamed = {path: lines for path, lines in every.items() if lines}

    assert not unnamed, f"a variable is called `{UNNAMED}`: name it after what it holds: {unnamed}"


def test_a_class_name_stands_for_one_idea():
    named = Counter(
        name for path in modules(*PRODUCT, "tests", "bench") for name in facts_of(path).classes
    )
    found = {(name, count) for name, count in named.items() if count > 1}
    allowed = {(name, sides) for names, (sides, _) in SIDES.items() for name in names.split()}

    assert found == allowed, f"one name, one idea: {sorted(found ^ allowed)}"


def test_no_terminal_shows_a_picture_for_a_part_of_an_arn():
    """On a terminal, rich takes `:secret:` for an emoji, so that an ARN that it prints cannot be copied."""
    made = {
        f"{path}:{line}": decided
        for path in modules("runbook", "load")
        for line, decided in facts_of(path).consoles
    }

    assert made
    assert not {place for place, decided in made.items() if not decided}


def test_nothing_is_imported_from_a_conftest():
    guilty = [
        str(path)
        for path in modules(*PRODUCT, "tests", "bench")
        if any("conftest" in name.split(".") for name in facts_of(path).imported)
    ]

    assert not guilty, f"a conftest holds fixtures, and nobody imports from it: {guilty}"


def test_no_test_decides_anything():
    guilty = [
        f"{path}:{line}"
        for path in modules("checks", "smoke", "tests")
        if path.name.startswith("test_")
        for line in facts_of(path).deciding
    ]

    assert not guilty, f"no if, try, match or while in a test: {guilty}"


def test_first_line_of_each_file_of_tests_says_what_it_tells():
    files = [path for path in modules("tests") if path.name.startswith("test_")]
    silent = [str(file) for file in files if not (ROOT / file).read_text("utf-8").startswith('"""')]

    assert not silent


def test_no_module_rests_on_a_document_that_is_not_here():
    cites = re.compile(r"\bruling(?:s,|s? \d)", re.IGNORECASE)
    every = modules(*PRODUCT, "tests", "bench")
    citing = [str(path) for path in every if cites.search((ROOT / path).read_text("utf-8"))]

    assert not citing, f"say the reason itself: {citing}"


def test_importing_any_module_prints_nothing_connects_nowhere_and_starts_nothing():
    named = [".".join(path.with_suffix("").parts) for path in modules(*PRODUCT)]
    names = [
        name.removesuffix(".__init__")
        for name in named
        if not name.endswith(ENTRY_POINTS) and not name.rpartition(".")[2].startswith("test_")
    ]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING, *names],
        cwd=ROOT,
        env=os.environ | {"LOCUST_SKIP_MONKEY_PATCH": "1"},  # Locust's, not ours
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr[-2000:]) == (0, "", "")
