"""One interpreter that has imported what is slow, and a copy of it for each program that begins with these imports."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

LOOP = """
import json, os, sys, traceback
exec(sys.argv.pop(1))
for line in sys.stdin:
    program, arguments, environment, folder, out, err = json.loads(line)
    copy = os.fork()
    if copy:
        print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)
        continue
    for standard, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), standard)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    try:
        exec(program, {"__name__": "__main__"})
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
"""


@dataclass(frozen=True)
class CopiedInterpreter:
    process: subprocess.Popen[str]

    def run(
        self, program: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> CompletedProcess[str]:
        """Run the program in a copy, in this folder, with this environment alone."""
        to, come = self.process.stdin, self.process.stdout
        assert to, "no way to ask"
        assert come, "no way to be told"
        with TemporaryDirectory() as said:
            files = [Path(said) / one for one in ("out", "err")]
            asked = program, arguments, dict(environment), str(folder), *map(str, files)
            to.write(json.dumps(asked) + "\n")
            to.flush()
            code = int(come.readline())
            out, err = (file.read_text() for file in files)
        return CompletedProcess(arguments, code, out, err)


@contextmanager
def interpreter(imports: str, *options: str) -> Iterator[CopiedInterpreter]:
    """Start Python with these options and these imports, statements of a program; it ends with the block."""
    with subprocess.Popen(
        [sys.executable, *options, "-c", LOOP, imports],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield CopiedInterpreter(process)
