"""The modules of a package that the import of a handler has come by, and what that import ends with."""

import ast
import re
from collections.abc import Callable

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
"""Stands for what binds a name on one path alone."""
Bound = dict[str, ast.AST]
"""Name of a module -> the node that binds it, or the node of its value."""


class ImportEnds(Exception):  # noqa: N818 - it stands for the error of the module that is read
    """What the import of a module ends with."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.words = Words(en=en, ja=ja)


class Importing:
    """The import of a package's modules, one statement after the other."""

    def __init__(
        self,
        modules: PackageModules,
        execute: Callable[["Importing", str, str], Bound],
        *,
        layered: bool,
        variables: frozenset[str] | None,
    ) -> None:
        """``execute``: what a module of a file binds; ``variables``: names of the function's, None where more may be set."""
        self.modules, self.layered, self.variables = modules, layered, variables
        self._execute = execute
        self.loaded: dict[str, Bound] = {}
        self.owners: dict[ast.AST, object] = {}
        """Function that a call runs at once -> the execution of the module that defines it."""
        self.once: dict[str, frozenset[str]] = {}
        """Module -> its names whose value is known where they are bound at all."""
        self.assigned: set[str] = set()
        """Attributes that a statement of some module sets, of whichever object; ``*`` where it may be any."""
        self.doubts: list[HandlerFlaw] = []
        """What is missing in the package, and may come from where its code looks as well."""

    def load(self, module: str) -> Bound:
        """Return what a module binds; all that it may where that is not known: compiled, or in the making."""
        if self.modules.is_of_runtime(module):
            return {"*": PERHAPS}
        if (file := self.modules.source_of(module)) is None:
            if self.modules.hides(module):
                self.variables = None
            return {"*": PERHAPS}
        if module not in self.loaded:
            if len(self.loaded) >= MODULES:
                self.variables = None  # it may set any, and any attribute
                self.assigned.add("*")
                return {"*": PERHAPS}
            self.loaded[module] = {"*": PERHAPS}
            try:
                self.loaded[module] = self._execute(self, module, file)
            except ImportEnds:
                del self.loaded[module]
                raise
        return self.loaded[module]

    def imported(self, module: str, at: str) -> None:
        """Import a module with the packages that it lies in; ``at``: the file and line that ask for it."""
        parts = module.split(".")
        if self.modules.is_of_runtime(module):
            return
        for depth in range(1, len(parts) + 1):
            step = ".".join(parts[:depth])
            if self.modules.has(step):
                self.load(step)
            elif depth == 1 or "*" not in self.loaded.get(".".join(parts[: depth - 1]), {"*"}):
                self._missing(step, at)
                return

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
            self.variables = None  # it may set any
            self.doubts.append(HandlerFlaw(Words(en=en, ja=ja), certain=False))
        elif not self.layered:
            raise ImportEnds(en, ja)
