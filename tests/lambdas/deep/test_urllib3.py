"""The functions' LINE client under every urllib3 that Lambda's images bring, pinned in urllib3.lock.

An image's urllib3 is botocore's own, and it is not ours to choose. Each version is installed once into
a cache outside the repository; the tests of LINE's client then run with it in place of the locked one.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCK = Path(__file__).with_name("urllib3.lock").read_text(encoding="utf-8")
PINNED = {
    line.partition(" ")[0].partition("==")[2]: line
    for line in LOCK.splitlines()
    if line.startswith("urllib3==")
}
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "stamp-rally-signoff"
TESTS = ("test_line.py", "test_notify.py", "test_richmenu.py")
NOWHERE = "http://127.0.0.1:9"
"""Stands for the stack of other tests, which this process may have in its variables or not."""
SHOWN = "import urllib3; print(urllib3.__version__)"


def installed(version):
    """Return the folder that holds this version alone."""
    folder = CACHE / f"urllib3-{version}"
    if not (folder / "urllib3").is_dir():
        wanted = CACHE / f"urllib3-{version}.txt"
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.write_text(PINNED[version], encoding="utf-8")
        options = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--quiet")
        pip = (sys.executable, "-m", "pip", "install", *options, "--target", str(folder))
        subprocess.run([*pip, "-r", str(wanted)], check=True)
    return folder


@pytest.mark.parametrize("version", PINNED)
def test_line_is_called_alike_under_the_urllib3_of_a_runtime_image(version):
    environ = os.environ | {"PYTHONPATH": str(installed(version)), "AWS_ENDPOINT_URL": NOWHERE}
    tests = [str(ROOT / "tests" / "lambdas" / name) for name in TESTS]
    shown = subprocess.run(
        [sys.executable, "-c", SHOWN], env=environ, capture_output=True, text=True, check=True
    )
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert shown.stdout.strip() == version
    assert told.returncode == 0, told.stdout[-3000:]
