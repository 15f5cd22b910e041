"""A plain ``locust -f load/locustfile.py`` has safe defaults wherever it is started, and every other source of options overrides them."""

import json

import pytest

from load.engine.run_file import VARIABLE
from tests.copied_interpreter import interpreter
from tests.load.locust_cli import LOCUSTFILE
from tests.load.runs import environment, run_against

IMPORTS = (
    "import json, sys\n"
    "from locust.util.load_locustfile import load_locustfile\n"
    "from locust.argument_parser import get_parser\n"
)
PARSE = IMPORTS + (
    "load_locustfile(sys.argv[1])\n"
    "parsed = vars(get_parser().parse_args(sys.argv[2:]))\n"
    "print(json.dumps({name: parsed[name] for name in ('web_host', 'stop_timeout', 'only_summary',\n"
    "    'expect_workers_max_wait', 'master_bind_host')}))\n"
)


@pytest.fixture(scope="module")
def locust():
    """Give an interpreter that has imported Locust, which takes half a second, and has parsed nothing."""
    with interpreter(IMPORTS) as started:
        yield started


@pytest.fixture
def options(tmp_path, locust):
    """Give Locust's options as it reads them in an empty folder, with what a run file adds."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    def read(arguments=(), files=(), variables=(), **more):
        run_against("http://127.0.0.1:9", tmp_path, **more).write(tmp_path / "run.json")
        for name, text in files:
            (folder / name).write_text(text)
        told = environment(**{VARIABLE: str(tmp_path / "run.json")}, **dict(variables))
        parsed = locust.run(PARSE, [str(LOCUSTFILE), *arguments], told, folder)
        assert parsed.returncode == 0, parsed.stderr
        return json.loads(parsed.stdout)

    return read


def test_plain_locust_listens_on_loopback_and_hears_out_its_answers(options):
    assert options() == {
        "web_host": "127.0.0.1",
        "stop_timeout": 11.0,
        "only_summary": True,
        "expect_workers_max_wait": 30,
        "master_bind_host": "127.0.0.1",
    }


@pytest.mark.parametrize(
    "spoken",
    [
        {"arguments": ["--web-host=127.0.0.9"]},
        {"variables": [("LOCUST_WEB_HOST", "127.0.0.9")]},
        {"files": [("locust.conf", "web-host = 127.0.0.9\n")]},
        {"files": [("pyproject.toml", '[tool.locust]\nweb-host = "127.0.0.9"\n')]},
        {"files": [("mine", "web-host = 127.0.0.9\n")], "arguments": ["--config=mine"]},
    ],
    ids=["command line", "environment", "locust.conf", "pyproject.toml", "--config"],
)
def test_whoever_speaks_for_himself_wins(spoken, options):
    told = options(**spoken)

    assert told["web_host"] == "127.0.0.9"
    assert told["stop_timeout"] == 11.0
