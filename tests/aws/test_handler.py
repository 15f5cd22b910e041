"""Whether Lambda finds a handler in a package: by what its modules bind, import and raise."""

import io
import zipfile
from dataclasses import replace

import pytest

from aws.handler.flaw import flaw_in, handler_flaw
from aws.handler.importing import MODULES
from aws.release import unpacked
from lambdas.packing import CLOSED, described, pack
from tests.healthy import healthy

HANDLER = "def handler(event, context): ...\n"
LIVE = replace(
    healthy().inventory.sections.functions["stamp-rally-prod-award"],
    handler="handler.handler",
    runtime="python3.13",
)
DEFINED = {
    "app.py": HANDLER,
    "package/__init__.py": "from package.named import named",
    "package/named.py": "class named:\n def run(): ...",
    "package/flag.py": "ON = False\ndef end():\n raise KeyError\ndef use():\n if not ON:\n  end()",
    "package/handler.py": HANDLER,
    "package/broken/__init__.py": "raise KeyError",
    "package/broken/app.py": HANDLER,
    "package/again.py": "def use():\n raise KeyError\ndef set_up():\n global use\n use = print",
    "package/end.py": "def end():\n raise KeyError",
    "package/shown.py": "from package.end import end\ndef set_up():\n global end\n end = print",
    "package/names.py": "import os\nNAMES = ['A']\ndef need():\n for name in NAMES:\n  os.environ[name]",
    "package/need.py": "import os\ndef need(name):\n return os.environ[name]",
    "package/dot.py": "import os\ndef load():\n os.environ['NOSUCH'] = 'a'",
    "package/late.py": "def load():\n from . import dot\n dot.load()\nLOADS = [load]",
    "package/environ.py": "from os import environ",
    "package/fix.py": "import package.end\npackage.end.end = print",
}


def flaw_of(source, more=DEFINED, **version):
    """Return why Lambda finds no handler in a package of that module and of others."""
    files = {"handler.py": source, **more}
    packed = {
        name: text.encode() if isinstance(text, str) else text for name, text in files.items()
    }
    return handler_flaw(packed, replace(LIVE, **version))


@pytest.mark.parametrize(
    ("function", "path"),
    [
        (CLOSED, "handler.py"),
        *((name, f"lambdas/{name.replace('-', '_')}/handler.py") for name in described()),
    ],
)
def test_variable_that_a_package_of_ours_needs_at_import_is_named(function, path):
    files = unpacked(pack(function))
    needing = {**files, path: files[path] + b"import os\nos.environ['NOSUCH']\n"}

    assert handler_flaw(files, LIVE) is None
    assert "needs the variable NOSUCH" in handler_flaw(needing, LIVE).words.en


def archive(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(name, "")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        HANDLER,
        "from app import handler",
        "from app import *",
        "import app\nhandler = app.handler",
        "from app import handler as run\n@print\ndef handler(event, context): ...",
        "try:\n from traced import handler\nexcept ImportError:\n from app import handler",
        "try:\n import requests\nexcept ImportError:\n requests = None\n" + HANDLER,
        "from contextlib import suppress\nwith suppress(ImportError):\n import requests\n"
        + HANDLER,
        "@print\nasync def handler(event, context): ...",
        "import os\nif os.environ.get('A'):\n " + HANDLER + "else:\n " + HANDLER,
        "import os\nif not os.environ.get('ENVIRONMENT'):\n raise SystemExit\n" + HANDLER,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import requests\n" + HANDLER,
        "if __name__ == '__main__':\n raise SystemExit\n" + HANDLER,
        "if __name__ == 'handler':\n " + HANDLER + "else:\n from app import handler",
        "import sys\nif sys.version_info < (3, 11):\n raise SystemExit\n" + HANDLER,
        "import boto3, botocore.config, urllib3, json, tomllib\n" + HANDLER,
        "for name in ('a', 'b'):\n try:\n  __import__(name)\n  break\n except ImportError: continue\n"
        "else:\n raise ImportError\n" + HANDLER,
        "while True:\n size = input()\n if size: break\n raise KeyError\nhalf = size\n" + HANDLER,
        "for name in 'ab':\n if input(): break\n raise KeyError\nelse:\n raise KeyError\n"
        + HANDLER,
        "def unused():\n import requests\n raise SystemExit\n" + HANDLER,
        "def handler(*arguments): ...",
        "def handler(event, context, client=None): ...",
        "class Handler:\n name = 1\n other = name\n" + HANDLER,
        "with open(__file__):\n import requests\n" + HANDLER,
        "def quit(): ...\nquit()\n" + HANDLER,
        "import app\nhandler = app.handler if app.handler else app.nosuch",
        "import app\napp.run = print\nhandler = app.run",
        "import app\nif input():\n import package as app\nhandler = app.run",
        "import package.handler\nhandler = package.handler.handler",
        "import package.handler\nfrom package import *\nhandler = handler.handler",
        "def handler(event, context):\n return nosuch",
        "try:\n unicode\nexcept NameError as error:\n unicode = error\n" + HANDLER,
        "size = len([line for line in __doc__ or ()]) or nosuch\n" + HANDLER,
        "assert __name__\n" + HANDLER,
        "class Handler:\n def __new__(cls, event, context): return {}\nhandler = Handler",
        "def handler(event, context):\n def lines():\n  yield 1\n return [*lines()]",
        "class Kind(dict):\n size = inherited\nhandler = Kind",
        "class Box:\n name = 1\n other = name\n" + HANDLER,
        "match input():\n case str() as text if len(text) > 1: size = text\n case _: ...\n"
        + HANDLER,
        "match input():\n case 'a':\n  from app import handler\n case _:\n  handler = print",
        "import os\nTABLE = os.environ['TABLE_STAMPMASTERS']\n" + HANDLER,
        "import os\nREGION = os.environ['AWS_REGION']\n" + HANDLER,
        "import os\nTABLE = os.environ.get('NOSUCH')\n" + HANDLER,
        "import os\nos.environb[b'NOSUCH'] = b'1'\nTABLE = os.environ['NOSUCH']\n" + HANDLER,
        "import os\nos.environ.setdefault('NOSUCH', '1')\nTABLE = os.environ['NOSUCH']\n" + HANDLER,
        "import os\ntry:\n TABLE = os.environ['NOSUCH']\nexcept KeyError: ...\n" + HANDLER,
        "import sys\nsys.path.append('a')\nwith open(__file__):\n import requests\n" + HANDLER,
        "import os\nLINES = int(os.environ.get('NOSUCH') or 1)\n" + HANDLER,
        "class Box:\n def __init__(self):\n  raise KeyError\n" + HANDLER,
        "import os\nfor name in os.environ['TABLE_STAMPMASTERS'].split():\n " + HANDLER,
        "import os\ndef want(name):\n if (value := os.environ.get(name)) is None:\n  return ''\n return value.strip()\n"
        "want('NOSUCH')\n" + HANDLER,
        "import os\ndef want(name, need=True):\n if need and name not in os.environ:\n  raise KeyError\n"
        "want('NOSUCH', need=False)\n" + HANDLER,
        "import os\nON = os.environ.get('NOSUCH', 'no') == 'yes'\nif ON:\n import requests\n"
        + HANDLER,
        "def end():\n try:\n  raise KeyError\n finally:\n  return 1\nend()\n" + HANDLER,
        "def end():\n for name in 'ab':\n  return name\n raise KeyError\nend()\n" + HANDLER,
        "def end():\n with open(__file__):\n  return 1\n raise KeyError\nend()\n" + HANDLER,
        "def end():\n raise KeyError\n yield\nend()\n" + HANDLER,
        "def end():\n raise KeyError\nend = print\nend()\n" + HANDLER,
        "def end():\n raise KeyError\ndef set_up():\n global end\n end = print\nset_up()\nend()\n"
        + HANDLER,
        "def count(n=0):\n return n and count(n - 1)\ncount()\n" + HANDLER,
        "".join(f"def f{n}():\n f{n + 1}()\n f{n + 1}()\n" for n in range(40))
        + "def f40(): ...\nf0()\n"
        + HANDLER,
        "ON = False\nglobals()['ON'] = True\nif not ON:\n raise KeyError\n" + HANDLER,
        "ON = False\ndef set_up():\n global ON\n ON = True\nset_up()\nif not ON:\n raise KeyError\n"
        + HANDLER,
        "ON = False\ntry:\n int('a')\nexcept ValueError:\n ON = True\nif not ON:\n raise KeyError\n"
        + HANDLER,
        "def f(on):\n def set_up():\n  nonlocal on\n  on = True\n set_up()\n if not on:\n  raise KeyError\nf(False)\n"
        + HANDLER,
        "import os\nname = 'TABLE_STAMPMASTERS'\ndef read():\n return os.environ[name]\n"
        "def set_up(name):\n return read()\nset_up('NOSUCH')\n" + HANDLER,
        "def f():\n from conf import ON\n if not ON:\n  raise KeyError\ntry:\n import conf\n conf.ON = True\nexcept"
        " ImportError: ...\nelse:\n f()\n" + HANDLER,
        "size = int() + len(*['a'])\n" + HANDLER,
        "def f(*names, on=None):\n if on is None:\n  raise KeyError\nf(None, **{'on': 1})\n"
        + HANDLER,
        "def f(a, on=1):\n if on is None:\n  raise KeyError\nf(*'a', None)\n" + HANDLER,
        "from app import handler as cache\n@cache\ndef end():\n raise KeyError\nend()\n" + HANDLER,
        "import app\napp.__dict__['run'] = print\nfrom app import run as handler",
        "import app\nvars(app).update(run=print)\nfrom app import run as handler",
        "import app\nsetattr(app, 'run', print)\nfrom app import run as handler",
        "import app\napp.run = print\nfrom app import run as handler",
        "if True:\n " + HANDLER,
        "import os\nNAMES = os.getenv('NOSUCH', 'a').split()\n" + HANDLER,
        "import os\ndef read(name):\n return os.environ[name]\nread('TABLE_STAMPMASTERS')\n"
        + HANDLER,
        "def choose(name=None):\n if not name:\n  return 1\n raise KeyError\nchoose()\n" + HANDLER,
        "def end():\n return 1\n raise KeyError\nend()\n" + HANDLER,
        "read = lambda: nosuch\n" + HANDLER,
        "class Box(dict):\n def __init__(self):\n  raise KeyError\n def __new__(cls): ...\nBox()\n"
        + HANDLER,
        "class Box:\n def __init__(self, names=()):\n  self.names = [*names]\nBox(names='a')\n"
        + HANDLER,
        "from package.need import need\nneed('TABLE_STAMPMASTERS')\n" + HANDLER,
        "class Box:\n def __init__(self):\n  raise KeyError\n def __new__(cls):\n  return 1\nBox()\n"
        + HANDLER,
        "class Box:\n def __init__(self):\n  raise KeyError\nBox.__init__ = input\nBox()\n"
        + HANDLER,
        "from package.again import use, set_up\nset_up()\nimport package.again\npackage.again.use()\n"
        + HANDLER,
        "class Box:\n def __init__(self):\n  raise KeyError\n __init__ = input\nBox()\n" + HANDLER,
        "class Box:\n __new__ = input\n def __init__(self):\n  raise KeyError\nBox()\n" + HANDLER,
        "class Box:\n def __init__(self):\n  raise KeyError\nBox.__new__ = input\nBox()\n"
        + HANDLER,
        "class Box:\n if input():\n  def __init__(self):\n   raise KeyError\nBox()\n" + HANDLER,
        "import package.shown\npackage.shown.set_up()\npackage.shown.end()\n" + HANDLER,
        "import app\ndef set_up():\n global app\n app = input()\nset_up()\napp.nosuch()\n"
        + HANDLER,
        "import package.need\npackage.need.need = print\npackage.need.need('NOSUCH')\n" + HANDLER,
        "from package.need import need\ntry:\n need('NOSUCH')\nexcept KeyError: ...\n" + HANDLER,
        "def outer(x):\n inner = lambda: x\n return inner()\nouter(1)\n" + HANDLER,
        "def lines():\n raise KeyError\n yield\nlines()\n" + HANDLER,
        "def f0(): ...\n"
        + "".join(f"def f{n + 1}():\n f{n}()\n f{n}()\n" for n in range(40))
        + "f40()\n"
        + HANDLER,
        "def set_up():\n size: Nosuch = 1\n return size\nset_up()\n" + HANDLER,
        "from __future__ import annotations\ndef handler(event: Nosuch, context): ...",
        "Limit: Limit = int\n" + HANDLER,
        "import os\nNAME = 'NOSUCH'\ndef set_up():\n global NAME\n NAME = 'TABLE_STAMPMASTERS'\nset_up()\n"
        "TABLE = os.environ[NAME]\n" + HANDLER,
        "import os\ndef read(name, table='TABLE_STAMPMASTERS'):\n return os.environ[table]\nread(*[], 'NOSUCH')\n"
        + HANDLER,
        "import os\nNAME = 'NOSUCH'\ntry:\n int('')\nexcept ValueError:\n NAME = 'TABLE_STAMPMASTERS'\n"
        "TABLE = os.environ[NAME]\n" + HANDLER,
        "import sys\nsys.path.append('package')\nimport dot\ndot.load()\nimport os\nTABLE = os.environ['NOSUCH']\n"
        + HANDLER,
        "def end(): ...\ntry:\n {}[1]\n def end():\n  raise KeyError\nexcept KeyError: ...\nend()\n"
        + HANDLER,
        "name = 1\ntry:\n {}[1]\n del name\nexcept KeyError: ...\nprint(name)\n" + HANDLER,
        "from contextlib import suppress\nname = 1\nwith suppress(KeyError):\n {}[1]\n del name\nprint(name)\n"
        + HANDLER,
        "import os\ndef read():\n try:\n  {}[1]\n except KeyError:\n  return 1\n return os.environ['NOSUCH']\nread()\n"
        + HANDLER,
        "try:\n import app as used\n {}[1]\nexcept KeyError:\n import package.need as used\nused.need\n"
        + HANDLER,
        "import package.need as used\ntry:\n {}[1]\n import app as used\nexcept KeyError: ...\nused.need\n"
        + HANDLER,
        "import os\nassert True, os.environ['NOSUCH']\n" + HANDLER,
        "3 < 2 < nosuch\n" + HANDLER,
        "import package.need\npackage.need.more = print\nfrom package.need import more\n" + HANDLER,
        "import app, sys\nsys.modules['app'].run = print\nfrom app import run\n" + HANDLER,
        "class handler:\n __new__ = print",
        "import os\nNAME = os.environ.get('NOSUCH')\nNAME.__str__()\n" + HANDLER,
        "import enum, socket\nenum.IntEnum._convert_('Kind', __name__, 'AF_INET'.__eq__, source=socket)\nKind\n"
        + HANDLER,
        "import package.named\npackage.named.run()\n" + HANDLER,
        "import package.flag\npackage.flag.ON = True\npackage.flag.use()\n" + HANDLER,
        "import package.flag\npackage.flag.ON = None\npackage.flag.end = print\npackage.flag.use()\n"
        + HANDLER,
        "from unittest import mock\nmock.patch('package.end.end').start()\nfrom package.end import end\nend()\n"
        + HANDLER,
        "import os, unittest.mock as m\nm.patch.dict('os.environ', A='1').start()\nos.environ['A']\n"
        + HANDLER,
        "import os\ngetattr(os, 'environ')['A'] = '1'\nos.environ['A']\n" + HANDLER,
        "import sys\nsys.exit = print\nsys.exit()\n" + HANDLER,
        "import sys\nhandler = print or sys.exit()",
        "import os\nfor name in ('A',):\n if name in os.environ: continue\n input(os.environ.get(name))\n"
        + HANDLER,
        "import os\nNAMES = ['A']\nNAMES.clear()\nfor name in NAMES:\n os.environ[name]\n"
        + HANDLER,
        "import os\nNAMES = ['A']\ninput(NAMES)\nfor name in NAMES:\n os.environ[name]\n" + HANDLER,
        "import os\nabsent = [name for name in ('A',) if name not in os.environ]\nabsent.pop()\nassert not absent\n"
        + HANDLER,
        "import os\nSET = {name: os.environ[name] for name in ('A',) if name in os.environ}\n"
        + HANDLER,
        "import os\nif all(name not in os.environ for name in ('A', 'TABLE_STAMPMASTERS')):\n raise OSError\n"
        + HANDLER,
        "any = input\nif any(name for name in ('A',)):\n raise OSError\n" + HANDLER,
        HANDLER + "names = [handler for handler in ('A', 'B')]",
        "import os\nfor name in ('A', 'TABLE_STAMPMASTERS'): ...\nos.environ[name]\n" + HANDLER,
        "import os\nfor name in ('A',):\n name = 'TABLE_STAMPMASTERS'\n os.environ[name]\n"
        + HANDLER,
        "def wrapped(function=None):\n if function is None:\n  raise TypeError\n return function\n@wrapped\n"
        + HANDLER,
        "import os\nNAME = (os.environ.get('A') or '') + ('%s' % os.environ.get('A'))\n" + HANDLER,
        "import os\nNAME = os.environ.get('A') and os.environ.get('A') + 'a'\n" + HANDLER,
        "import os\nNAME = os.environ.get('A') + 'a' if os.environ.get('A') else ''\n" + HANDLER,
        "from package.names import NAMES, need\nNAMES.clear()\nneed()\n" + HANDLER,
        "import os\nfor name in ('A',):\n handler = lambda name, _=0: os.environ[name]\nhandler('TABLE_STAMPMASTERS')",
        "import os\n[[os.environ[name] for name in ('TABLE_STAMPMASTERS',)] for name in ('A',)]\n"
        + HANDLER,
        "import os\nfor name in ('A',):\n globals()['name'] = 'TABLE_STAMPMASTERS'\n os.environ[name]\n"
        + HANDLER,
        "import os\nnames = (name for name in ('A',))\nfor name in names: ...\nfor name in names:\n os.environ[name]\n"
        + HANDLER,
        *(
            f"import builtins, importlib, os\n{source}\nint(os.environ['NOSUCH'])\n{HANDLER}"
            for source in (
                "class Box:\n def load(self):\n  from package.dot import load\n  load()\nBox().load()",
                "from package.late import LOADS\nLOADS[0]()",
                "importlib.import_module('package.dot').load()",
                "exec(\"os.environ['NOSUCH'] = '1'\")",
                "os._Environ.__getitem__ = print",
                "getattr(os, 'env' + 'iron')['NOSUCH'] = '1'",
                "from os import environb\nenvironb[b'NOSUCH'] = b'1'",
                "class Box:\n environ = os.environ\nBox.environ['NOSUCH'] = '1'",
                "import package.environ\npackage.environ.environ['NOSUCH'] = '1'",
                "from package.need import os as system\nsystem.environ['NOSUCH'] = '1'",
            )
        ),
        "import os\nos.getenv = 'a'.join\nint(os.getenv('A'))\n" + HANDLER,
        "import builtins, os\nbuiltins.int = print\nint(os.getenv('A'))\n" + HANDLER,
        "__builtins__['size'] = 1\nsize\n" + HANDLER,
        "class Box:\n def fix(self):\n  import package.fix\nBox().fix()\nfrom package.end import end\nend()\n"
        + HANDLER,
        *(
            f"class Box:\n def need(self):\n  raise KeyError\n{source}\n{HANDLER}"
            for source in (
                " def __init__(self):\n  self.need = print\n  self.need()\nBox()",
                " def __getattribute__(self, name):\n  return print\nBox().need()",
                " def __new__(cls):\n  return Kind\nclass Kind:\n need = print\nBox().need()",
                " def __init__(self):\n  self.need()\nclass Kind(Box):\n def need(self): ...\nKind().need()",
                "Box.need = print\nBox().need()",
                "class Kind:\n need = print\nbox = Box()\nbox.__class__ = Kind\nbox.need()",
                "def use(box=input):\n box.need()\nclass Kind:\n need = print\nuse(Kind)",
            )
        ),
        "import os\nNAMES = (['A'],)\nNAMES[0].clear()\nfor names in NAMES:\n for name in names:\n  os.environ[name]\n"
        + HANDLER,
        "match 'a':\n case 'a' if input(): raise KeyError\n case _: ...\n" + HANDLER,
        "import os\nNAME = 'ENVIRONMENT'\nNAMES = (NAME,)\ndef need(NAME):\n for name in NAMES:\n  os.environ[name]\n"
        "need('A')\n" + HANDLER,
        *(
            f"import os\nif [name for name in ('A',) if name not in os.environ] {how}:\n raise OSError\n{HANDLER}"
            for how in ("== 1", "in (1, 2)")
        ),
        "import os\nNAME = 'ENVIRON'\nos.environ[f'{NAME}MENT'], os.environ[NAME + 'MENT']\n"
        + HANDLER,
        "import os\nNAME = 'ENVIRON-'\nos.environ[f'{NAME:.7}MENT']\n" + HANDLER,
        "import os\nos.environ['{:.7}MENT'.format('ENVIRON-')], os.environ['%sMENT' % 'ENVIRON']\n"
        + HANDLER,
        "import os\ntry: os.environ['%s%s' % 'A']\nexcept TypeError: ...\n" + HANDLER,
    ],
)
def test_handler_that_its_module_binds_is_found(source):
    assert flaw_of(source) is None


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def other(): ...", "handler.py defines no handler"),
        ("def other():\n def handler(event, context): ...", "handler.py defines no handler"),
        ("if True:\n def other():\n  handler = 1", "handler.py defines no handler"),
        ("if False:\n " + HANDLER, "handler.py defines no handler"),
        (
            "import typing\nif typing.TYPE_CHECKING:\n from app import handler",
            "handler.py defines no handler",
        ),
        ("async def handler(event, context): ...", "handler in handler.py cannot be called"),
        ("def handler(event): ...", "handler in handler.py cannot be called"),
        ("handler = None", "handler in handler.py cannot be called"),
        ("import app as handler", "handler in handler.py cannot be called"),
        ("from package import handler", "handler in handler.py cannot be called"),
        ("handler = {}", "handler in handler.py cannot be called"),
        ("handler = (name for name in 'a')", "handler in handler.py cannot be called"),
        ("handler: object", "handler.py defines no handler"),
        ("return", "handler.py is no Python"),
        ("from package.broken.app import handler", "package/broken/__init__.py:1 raises KeyError"),
        ("handler = lambda event: None", "handler in handler.py cannot be called"),
        ("def handler(event, context)", "handler.py is no Python"),
        ("import requests\n" + HANDLER, "handler.py:1 imports requests"),
        (
            "from app import run\n" + HANDLER,
            "handler.py:1 uses run, which app.py does not define",
        ),
        ("from . import app\n" + HANDLER, "handler.py:1 raises ImportError"),
        (HANDLER + "raise SystemExit(0)", "handler.py:2 raises SystemExit"),
        ("class Box:\n import requests\n" + HANDLER, "handler.py:2 imports requests"),
        ("class Box:\n raise KeyError\n" + HANDLER, "handler.py:2 raises KeyError"),
        ("import os\nos.environ['NOSUCH']\n" + HANDLER, "handler.py:2 needs the variable NOSUCH"),
        (
            "import os\nfor name in os.environ['NOSUCH'].split(): ...\n" + HANDLER,
            "handler.py:2 needs the variable NOSUCH",
        ),
        (
            "import os\nclass Settings:\n table = os.environ['NOSUCH']\n" + HANDLER,
            "handler.py:3 needs the variable NOSUCH",
        ),
        (
            "from os import environ\nTABLE = environ['NOSUCH']\n" + HANDLER,
            "handler.py:2 needs the variable NOSUCH",
        ),
        ("try:\n raise KeyError\nfinally: ...\n" + HANDLER, "handler.py:2 raises KeyError"),
        ("import cgi\n" + HANDLER, "handler.py:1 imports cgi, which neither the package nor"),
        ("import package.nosuch\n" + HANDLER, "handler.py:1 imports package.nosuch, which neither"),
        (
            "import os\nif not os.environ.get('A'):\n raise OSError\n" + HANDLER,
            "handler.py:3 raises",
        ),
        ("import os\nassert 'A' in os.environ\n" + HANDLER, "handler.py:2 raises AssertionError"),
        (
            "import os, sys\nif (table := os.getenv('A')) is None:\n sys.exit('A')\n" + HANDLER,
            "handler.py:3 raises SystemExit",
        ),
        (
            "import os\nSTAGE = os.environ.get('A', 'dev')\nif STAGE not in ('prod', 'test'):\n raise ValueError\n"
            + HANDLER,
            "handler.py:4 raises ValueError",
        ),
        ("import os\nTABLE = os.environ.get('A')\nTABLE.split()\n" + HANDLER, "handler.py:3 needs"),
        ("import os\nLINES = int(os.getenv('A'))\n" + HANDLER, "handler.py:2 needs the variable A"),
        ("def set_up():\n raise KeyError\nset_up()\n" + HANDLER, "handler.py:2 raises KeyError"),
        (
            "import os\ndef need(name):\n value = os.environ.get(name)\n if not value:\n  raise OSError\n return value\n"
            "def show(value): ...\nTABLE = need('A').lower()\n" + HANDLER,
            "handler.py:5 raises OSError",
        ),
        (
            "import os\ndef need(name):\n try:\n  return os.environ[name]\n except KeyError:\n  raise OSError from None\n"
            "need(name='A')\n" + HANDLER,
            "handler.py:6 raises OSError",
        ),
        (
            "from package.need import need\nneed('A')\n" + HANDLER,
            "package/need.py:3 needs the variable A",
        ),
        (
            "import functools, os\n@functools.lru_cache(maxsize=1)\ndef table():\n return os.environ['A']\ntable()\n"
            + HANDLER,
            "handler.py:4 needs the variable A",
        ),
        (
            "from functools import cache\n@cache\ndef end():\n raise KeyError\nend()\n" + HANDLER,
            "handler.py:4 raises KeyError",
        ),
        *(
            (f"import os, sys\nNAMES = ['B', 'A']\n{source}\n{HANDLER}", f"handler.py:{why}")
            for source, why in (
                ("for name in NAMES:\n os.environ[name]", "4 needs the variable B"),
                (
                    "for name in ('A',):\n if not os.getenv(name):\n  raise OSError",
                    "5 raises OSError",
                ),
                ("SET = {name: os.environ[name] for name in NAMES}", "3 needs the variable B"),
                ("SET = [name for name in os.environ['A']]", "3 needs the variable A"),
                (
                    "absent = [n for n in NAMES if n not in os.environ]\nif absent:\n raise OSError(f'{absent}')",
                    "5 raises OSError",
                ),
                ("if any(name not in os.environ for name in NAMES):\n raise OSError", "4 raises"),
                ("assert all(os.environ.get(name) for name in NAMES)", "3 raises AssertionError"),
                ("def need():\n for name in NAMES:\n  os.environ[name]\nneed()", "5 needs the"),
                ("NAME = os.environ.get('A') or sys.exit('A')", "3 raises SystemExit"),
                ("NAME = os.environ['A'] if 'A' in os.environ else sys.exit()", "3 raises System"),
                ("NAME = 'rally-' + os.environ.get('A')", "3 needs the variable A"),
                ("NAME = os.environ.get('A') + f'-{sys}'", "3 needs the variable A"),
                ("for n in NAMES: os.environ[f'T_{n}']", "3 needs the variable T_B"),
                ("NAME = os.environ['T_' + 'A' + '_X']", "3 needs the variable T_A_X"),
                ("NAME = os.environ['T_{}_{}'.format('A', 'X')]", "3 needs the variable T_A_X"),
                ("NAME = os.environ['T_%s' % 'A']", "3 needs the variable T_A"),
                ("NAME = os.environ['T_%s_%s' % ('A', 'X')]", "3 needs the variable T_A_X"),
                ("NAME = os.environ['t_a'.upper()]", "3 needs the variable T_A"),
                (
                    "def need(name): return os.environ[f'T_{name}']\nneed('A')",
                    "3 needs the variable T_A",
                ),
                ("@sys.exit\ndef set_up(): ...", "3 raises SystemExit"),
                ("ON = 'a' in os.environ.get('A')", "3 needs the variable A"),
                *(
                    (f"{reading}\nos.environ['A']", "4 needs the variable A")
                    for reading in (
                        "ABSENT = {*NAMES} - os.environ.keys()",
                        "SET = {**os.environ, 'A': '1'}",
                        "for name in os.environ: print(name)",
                        "SET = [name for name in os.environ]",
                    )
                ),
                ("ON = sorted(os.environ.get('A'))", "3 needs the variable A"),
                ("first, last = os.environ.get('A')", "3 needs the variable A"),
                (
                    "if os.environ.get('A', 'dev') not in ['prod']:\n raise OSError",
                    "4 raises OSError",
                ),
                (
                    "class Box:\n def __init__(self): self.need('A')\n def need(self, name): os.environ[name]\nBox()",
                    "5 needs the variable A",
                ),
                (
                    "class Box:\n def need(self): os.environ['A']\nBOX = Box()\nBOX.need()",
                    "4 needs the variable A",
                ),
                (
                    "def need(names):\n for name in names: os.environ[name]\nneed(('A', 'B'))",
                    "4 needs the variable A",
                ),
                (
                    "match os.environ.get('A'):\n case 'a': ...\n case _: raise OSError",
                    "5 raises OSError",
                ),
                (
                    "match os.environ.get('A'):\n case None: raise OSError\n case _: ...",
                    "4 raises OSError",
                ),
                ("print(*os.environ.get('A'))", "3 needs the variable A"),
                (
                    "SET = os.environ.copy()\nSET['A'] = '1'\nos.environ['A']",
                    "5 needs the variable A",
                ),
                (
                    "class Box: ...\nBox.environ = os.environ.copy()\nBox.environ['B'] = os.environ['A']",
                    "5 needs the variable A",
                ),
                (
                    "def once(f):\n os.environ['A']\n@once\ndef set_up(): ...",
                    "4 needs the variable A",
                ),
            )
        ),
        (HANDLER + "del handler", "handler.py defines no handler"),
        (HANDLER + "import sys\nsys.exit()", "handler.py:3 raises SystemExit"),
        (
            "import app\nhandler = app.nosuch",
            "handler.py:2 uses nosuch, which app.py does not define",
        ),
        ("import package.handler as h\nh.run()\n" + HANDLER, "handler.py:2 uses run, which"),
        ("@nosuch\n" + HANDLER, "handler.py:1 raises NameError (nosuch)"),
        ("handler = nosuch", "handler.py:1 raises NameError (nosuch)"),
        ("SIZE = 2 * LIMIT\nLIMIT = 1\n" + HANDLER, "handler.py:1 raises NameError (LIMIT)"),
        ("class Box:\n size = 1\nhandler = size", "handler.py:3 raises NameError (size)"),
        ("def handler(event, context=nosuch): ...", "handler.py:1 raises NameError (nosuch)"),
        ("assert False\n" + HANDLER, "handler.py:1 raises AssertionError"),
        (
            "class handler:\n def __init__(self, event, context): ...",
            "handler in handler.py returns",
        ),
        ("def handler(event, context):\n yield event", "handler in handler.py returns a generator"),
        (
            "def handler(event: Nosuch, context): ...",
            "handler.py:1 raises NameError (Nosuch)",
        ),
        ("size: Nosuch = 1\n" + HANDLER, "handler.py:1 raises NameError (Nosuch)"),
        (
            "import os\nNAMES = os.environ.get('NOSUCH').split()\n" + HANDLER,
            "handler.py:2 needs the variable NOSUCH",
        ),
        (
            "from os import getenv\nLINES = int(getenv('NOSUCH'))\n" + HANDLER,
            "handler.py:2 needs the variable NOSUCH",
        ),
        (
            "import os\ndef read(name):\n return os.environ[name]\nread('NOSUCH')\n" + HANDLER,
            "handler.py:3 needs the variable NOSUCH",
        ),
        (
            "import os\nread = lambda name: os.environ[name]\nread('NOSUCH')\n" + HANDLER,
            "handler.py:2 needs the variable NOSUCH",
        ),
        ("(lambda: nosuch)()\n" + HANDLER, "handler.py:1 raises NameError (nosuch)"),
        (
            "import os\nclass Box:\n def __init__(self, name):\n  self.table = os.environ[name]\n"
            "box = Box('NOSUCH')\n" + HANDLER,
            "handler.py:4 needs the variable NOSUCH",
        ),
        (
            "from package.need import need\nneed('NOSUCH')\n" + HANDLER,
            "package/need.py:3 needs the variable NOSUCH",
        ),
        (
            "import package.need\npackage.need.need('NOSUCH')\n" + HANDLER,
            "package/need.py:3 needs the variable NOSUCH",
        ),
        (
            "def set_up():\n return LIMIT\nset_up()\nLIMIT = 1\n" + HANDLER,
            "handler.py:2 raises NameError (LIMIT)",
        ),
    ],
)
def test_handler_that_lambda_cannot_import_or_call_is_no_handler(source, why):
    found = flaw_of(source)

    assert found.words.en.startswith(why)
    assert found.certain


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("if input():\n " + HANDLER, {}),
        ("from boto3 import *", {}),
        ("import sys\nsys.path.append('/tmp/more')\nimport requests\n" + HANDLER, {}),
        ("import sys as s\ns.path.append('/tmp/more')\nimport requests\n" + HANDLER, {}),
        ("from sys import path\npath.append('/tmp/more')\nimport requests\n" + HANDLER, {}),
        ("import site\nsite.addsitedir('/tmp/more')\nimport requests\n" + HANDLER, {}),
        ("import sys\nsys.modules['requests'] = sys\nimport requests\n" + HANDLER, {}),
        ("import sys\nsys.meta_path.append(input())\nimport requests\n" + HANDLER, {}),
        ("import requests\n" + HANDLER, {".requirements.zip": archive("urllib3/__init__.py")}),
        ("handler = None\nglobals()['handler'] = print", {}),
        ("handler = None\ndef set_up():\n global handler\n handler = print\nset_up()", {}),
        ("import logging\nlogging.root.handler = 1", {}),
        ("if input(): ...\n" + "elif input(): ...\n" * 300 + HANDLER, {}),
    ],
    ids=[
        *("a condition", "names that are not read", "a folder", "a folder by another name"),
        *(
            "a folder by its list",
            "a folder of packages",
            "a module put there",
            "a finder",
            "an archive without it",
            "a name that is set by its text",
            "a name that a function sets",
            "a name that is set on what is imported",
            "more branches than can be followed",
        ),
    ],
)
def test_handler_that_a_run_decides_about_is_a_guess(source, more):
    assert not flaw_of(source, more).certain


def entries(*described):
    """Return a zip of entries: name, mode, and what a file holds or where a link leads."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, mode, text in described:
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = (3 if mode else 0), mode << 16
            package.writestr(entry, text)
    return buffer.getvalue()


IMPORTING = ("handler.py", 0o100644, "import rally\n" + HANDLER)


@pytest.mark.parametrize(
    "package",
    [
        [("./handler.py", 0o100644, HANDLER)],
        [IMPORTING, ("rally.py", 0o120777, "src/app.py"), ("src/app.py", 0o100644, "")],
        [IMPORTING, ("rally", 0o120777, "src/rally"), ("src/rally/__init__.py", 0o100644, "")],
        [("handler.py", 0o100644, HANDLER), ("notes.py", 0o100600, "")],
        [("handler.py", 0, HANDLER)],
        [("lib/", 0o040755, ""), ("handler.py", 0o100644, HANDLER)],
    ],
    ids=[
        *("from this folder on", "a link to a module", "a link to a folder"),
        *("what it does not import", "made where files have no modes", "a folder for all users"),
    ],
)
def test_handler_is_found_however_its_package_was_zipped(package):
    assert flaw_in(entries(*package), LIVE) is None


@pytest.mark.parametrize(
    ("package", "file"),
    [
        ([("handler.py", 0o100600, HANDLER)], "handler.py"),
        ([IMPORTING, ("rally.py", 0o100640, "")], "rally.py"),
        (
            [IMPORTING, ("rally/", 0o040700, ""), ("rally/__init__.py", 0o100644, "")],
            "rally/__init__.py",
        ),
    ],
    ids=["the handler", "what it imports", "a folder"],
)
def test_file_that_its_owner_alone_may_read_is_read_by_no_function(package, file):
    flaw = flaw_in(entries(*package), LIVE)

    assert flaw.words.en.startswith(f"Lambda may not read {file}: ")
    assert flaw.certain


@pytest.mark.parametrize(
    "binding",
    [
        "for TABLE in ('a', 'b'): ...",
        "with open(__file__) as TABLE: ...",
        "if TABLE := input(): ...",
        "while not (TABLE := input()): ...",
        "match input():\n case TABLE: ...",
        "match [1]:\n case [1, *TABLE]: ...",
        "match {}:\n case {'a': 1, **TABLE}: ...",
        "all((TABLE := name) for name in ('a', 'b'))",
        "try:\n TABLE = 'a'\n import requests\nexcept ImportError: ...",
        "try:\n int('a')\nexcept ValueError:\n TABLE = 'a'",
        "def read():\n global TABLE\n TABLE = 'a'\nread()",
        "TABLE: str = 'a'",
        "TABLE, *rest = 'ab'",
    ],
)
def test_name_that_a_module_binds_in_any_way_may_be_imported(binding):
    assert flaw_of("from conf import TABLE\n" + HANDLER, {"conf.py": binding}) is None


@pytest.mark.parametrize(
    ("app", "name", "found"),
    [
        ("__all__ = ['other']\ndef run(event, context): ...", "run", False),
        ("__all__ = ['run']\ndef run(event, context): ...", "run", True),
        ("__all__ = []\n__all__ += ['run']\ndef run(event, context): ...", "run", True),
        ("def _run(event, context): ...", "_run", False),
        ("NAMES = ['run']\n__all__ = [*NAMES]\ndef run(event, context): ...", "run", True),
        ("from conf import *  # and __all__\ndef run(event, context): ...", "run", True),
    ],
    ids=[
        "not listed",
        "listed",
        "listed by and by",
        "of the module alone",
        "by a name",
        "another's",
    ],
)
def test_star_imports_what_its_module_makes_public(app, name, found):
    more = {"app.py": app, "conf.py": "# all\n__all__ = []"}
    flaw = flaw_of(f"from app import *\nhandler = {name}", more)

    assert (flaw is None) == found


def test_star_imports_no_name_of_the_module_alone():
    flaw = flaw_of("from app import *", {"app.py": "_run = print"}, handler="handler._run")

    assert flaw.words.en == "handler.py defines no _run"


@pytest.mark.parametrize(
    ("source", "runtime", "found"),
    [
        ("import binhex", "python3.10", True),
        ("import cgi", "python3.12", True),
        ("import imp", "python3.11", True),
        ("import imp", "python3.12", False),
        ("import tomllib", "python3.10", False),
        ("match 1:\n case _: ...", "python3.10", True),
        ("match 1:\n case _: ...", "python3.9", False),
        ("try: ...\nexcept* OSError: ...", "python3.10", False),
    ],
)
def test_runtime_has_the_library_and_the_grammar_of_its_own_python(source, runtime, found):
    assert (flaw_of(f"{source}\n{HANDLER}", runtime=runtime) is None) == found


@pytest.mark.parametrize(
    ("more", "version"),
    [
        ({"requests/__init__.py": ""}, {}),
        ({"requests.cpython-313-x86_64-linux-gnu.so": b"\x7fELF"}, {}),
        ({"requests.abi3.so": b"\x7fELF", "requests.py": "raise ImportError"}, {}),
        ({".requirements.zip": archive("requests/__init__.py")}, {}),
        ({}, {"layers": ("arn:aws:lambda:ap-northeast-1:1:layer:requests:1",)}),
    ],
    ids=["its source", "compiled", "compiled, beside its source", "in an archive", "in a layer"],
)
def test_module_that_a_package_brings_is_imported(more, version):
    assert flaw_of("import requests\n" + HANDLER, more, **version) is None


@pytest.mark.parametrize(
    ("file", "architecture"),
    [
        ("requests.cpython-312-x86_64-linux-gnu.so", "x86_64"),
        ("requests.cpython-313-darwin.so", "arm64"),
        ("requests.cpython-313-x86_64-linux-musl.so", "x86_64"),
        ("requests.cpython-313-x86_64-linux-gnu.so", "arm64"),
        ("requests.abi3.so", "arm64"),
        ("requests.cp313-win_amd64.pyd", "x86_64"),
        ("__pycache__/requests.cpython-313.pyc", "x86_64"),
        ("requests.cpython-313.pyc", "x86_64"),
    ],
)
def test_module_that_is_compiled_for_another_python_or_machine_is_not_imported(file, architecture):
    more = {file: b"\x7fELF" + 14 * b"\0" + b"\x3e\0"}
    flaw = flaw_of("import requests\n" + HANDLER, more, architectures=(architecture,))

    assert flaw.words.en.startswith("handler.py:1 imports requests")


def test_module_that_the_runtime_has_imported_is_not_taken_from_a_package():
    source = "import logging, time\nfrom logging import getLogger\nNOW = time.time()\n" + HANDLER

    assert flaw_of(source, {"logging.py": "", "time.py": ""}) is None


@pytest.mark.parametrize("file", ["conf.pyc", "conf/__init__.pyc"])
def test_module_without_its_source_may_set_variables(file):
    source = "import conf, os\nos.environ['NOSUCH']\n" + HANDLER

    assert flaw_of(source, {file: b""}) is None


def test_module_beyond_those_that_are_followed_may_set_variables_and_attributes():
    conf = "import os, app\nos.environ['NOSUCH'] = app.size = '1'"
    more = {**DEFINED, **{f"m{number}.py": "" for number in range(MODULES)}, "conf.py": conf}
    imports = "".join(f"import {file.removesuffix('.py')}\n" for file in more if "/" not in file)
    source = imports + "import os\nTABLE = os.environ['NOSUCH'], app.size\n" + HANDLER

    assert flaw_of(source, more) is None


@pytest.mark.parametrize(
    ("runtime", "handler", "file", "certain"),
    [
        ("nodejs22.x", "handler.run", "handler.mjs", None),
        ("nodejs22.x", "handler.run", "other.mjs", True),
        ("nodejs22.x", "./src/index.api.run", "src/index.js", None),
        ("ruby3.4", "source.Rally::Handler.process", "source.rb", None),
        ("provided.al2023", "anything", "bootstrap", None),
        ("provided.al2023", "bootstrap", "main", True),
        ("java21", "jp.example.App::handle", "jp/example/App.class", False),
    ],
)
def test_of_another_language_the_file_of_the_handler_is_looked_for(runtime, handler, file, certain):
    flaw = handler_flaw({file: b""}, replace(LIVE, runtime=runtime, handler=handler))

    assert (flaw.certain if flaw else None) == certain


@pytest.mark.parametrize(
    ("runtime", "handler"),
    [
        ("python3.13", "datadog_lambda.handler.handler"),
        ("nodejs22.x", "/opt/nodejs/node_modules/datadog-lambda-js/handler.handler"),
    ],
)
def test_handler_may_be_in_a_layer(runtime, handler):
    layers = ("arn:aws:lambda:ap-northeast-1:464622532012:layer:Datadog:1",)

    assert not flaw_of(HANDLER, runtime=runtime, handler=handler, layers=layers).certain


def test_handler_in_a_package_is_imported_with_the_package():
    why = flaw_of("", handler="package.broken.app.handler").words.en

    assert why == "package/broken/__init__.py:1 raises KeyError during the import"


@pytest.mark.parametrize("file", ["fast", "fast/__init__", "src/fast"])
def test_compiled_handler_is_taken_for_sound(file):
    handler = f"{file.removesuffix('/__init__')}.run"

    assert flaw_of("", {f"{file}.cpython-313-x86_64-linux-gnu.so": b""}, handler=handler) is None


def test_name_that_a_circle_of_imports_asks_for_too_early_ends_the_import():
    more = {"app.py": "from other import run\nlimit = 1", "other.py": "from app import limit"}
    flaw = flaw_of("import app\n" + HANDLER, more)

    assert flaw.words.en == "other.py:1 uses limit, which app.py does not define by then"
    assert flaw.certain


def test_handler_of_modules_that_import_each_other_is_found():
    modules = {
        "app.py": "import handler\nfrom other import run",
        "other.py": "import app\ndef run(a, b): ...",
    }

    assert flaw_of("from app import run as handler", modules) is None
