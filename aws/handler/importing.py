"""Which modules of a package its import loads, and what is known of all of them together."""

import ast
import re
import sys
from collections.abc import Callable, Iterable

from aws.handler.source import ImportEnds, ParsedModule, parsed, with_packages
from aws.handler.values import Bound, Values
from aws.kinds.function import HandlerFlaw
from aws.release import PackageModules
from aws.words import Words

MODULES = 400
"""Modules of one package that are followed; what lies behind more of them is taken for sound."""
OF_LAMBDA = re.compile(
    r"(AWS|LAMBDA|LC|LD|PYTHON|_)\w*|HOME|HOSTNAME|LANG|PATH|PWD|SHLVL|TMPDIR|TZ|USER"
)
"""Variables that Lambda's runtime may set itself."""
PERHAPS = ast.Pass()
"""Stands for what binds a name in some runs only."""


class Importing:
    """The import of a package's modules."""

    def __init__(
        self,
        modules: PackageModules,
        execute: Callable[["Importing", str, str], None],
        *,
        layered: bool,
        variables: frozenset[str] | None,
    ) -> None:
        """``execute``: adds a module by its name and file; ``variables``: names of the function's, None where more may be set."""
        self.modules, self.execute = modules, execute
        self.layered, self.variables = layered, variables
        self.loaded: dict[str, Values] = {}
        """Modules that are imported, or in the making."""
        self.patched: set[str] = set()
        """Names that some module binds in others; ``*`` where it may be any."""
        self.assigned: set[str] = set()
        """Attributes that some module sets, of whichever object; ``*`` where it may be any."""
        self.owners: dict[ast.AST, Values] = {}
        """Function, lambda or class whose name nothing binds again -> the module that defines it."""
        self.doubts: list[HandlerFlaw] = []
        """What is missing in the package, and may come from where its code looks as well."""

    def survey(self, module: str) -> None:
        """Note what any module may do that an import, also one within a function, reaches from this one."""
        pending, followed = [*with_packages(module)], set[str]()
        while pending:
            name = pending.pop()
            if (file := self._file_of(name)) is None:
                if self.modules.hides(name):
                    self.variables = None
            elif len(followed) == MODULES:
                self._take_for_unknown()
                break
            elif file not in followed:
                followed.add(file)
                pending += self._noted(file)

    def _noted(self, file: str) -> Iterable[str]:
        """Note what a module may do; return the modules that it may import."""
        try:
            source = self.parsed(file)
        except (ImportEnds, RecursionError):
            self._take_for_unknown()
            return ()
        self.modules.elsewhere |= source.searches
        if source.writes_variables or self.modules.elsewhere:
            self.variables = None
        self.patched |= source.patches
        self.assigned |= source.assigned
        if "*" in source.imports:
            return (each.rpartition(".")[0].replace("/", ".") for each in self.modules.files)
        return source.imports

    def _take_for_unknown(self) -> None:
        """Believe in no variable or attribute that a module may set which is not read."""
        self.variables = None
        self.assigned.add("*")

    def _file_of(self, module: str) -> str | None:
        return None if self.modules.is_of_runtime(module) else self.modules.source_of(module)

    def parsed(self, file: str) -> ParsedModule:
        """Parse a module, by the newest grammar that the runtime and this Python know. Raises ImportEnds."""
        minor = min(self.modules.minor, sys.version_info[1])
        return parsed(self.modules.files[file], file, minor)

    def load(self, module: str) -> Bound:
        """Return what a module binds, so far if it is in the making; all that it may where it is compiled."""
        if (file := self._file_of(module)) is None:
            return {"*": PERHAPS}
        if module not in self.loaded:
            if len(self.loaded) >= MODULES:
                return {"*": PERHAPS}
            try:
                self.execute(self, module, file)
            except ImportEnds:
                del self.loaded[module]
                raise
            except RecursionError:
                self._take_for_unknown()
                self.loaded[module].bound["*"] = PERHAPS
        return self.loaded[module].bound

    def imported(self, module: str, at: str) -> None:
        """Import a module with the packages that it lies in; ``at``: the file and line that ask for it."""
        parts = module.split(".")
        if self.modules.is_of_runtime(module):
            return
        for depth in range(1, len(parts) + 1):
            step = ".".join(parts[:depth])
            if self.modules.has(step):
                self.load(step)
            elif depth == 1 or "*" not in self._names_of(".".join(parts[: depth - 1])):
                self._missing(step, at)
                return

    def _names_of(self, module: str) -> Bound:
        return self.loaded[module].bound if module in self.loaded else {"*": PERHAPS}

    def lacks(self, variable: str) -> bool:
        """Whether a variable is certainly not there."""
        names = self.variables
        return names is not None and variable not in names and not OF_LAMBDA.fullmatch(variable)

    def _missing(self, module: str, at: str) -> None:
        """Note that a module may be elsewhere; a layer or a file system is a difference of its own."""
        en = f"{at} imports {module}, which neither the package nor Lambda's runtime has"
        ja = f"{at}でインポートする{module}がパッケージにもLambdaのランタイムにもない"
        en, ja = f"{en} ({self.modules.platform})", f"{ja}（{self.modules.platform}）"
        if self.modules.elsewhere:
            self.doubts.append(HandlerFlaw(Words(en=en, ja=ja), certain=False))
        elif not self.layered:
            raise ImportEnds(en, ja)
