"""Mutants of the functions, drawn by cosmic-ray: one fault each, deployed, and judged by the smoke rows alone."""

import ast
import random
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from lambdas.packing import described, pack
from tests.smoke.breaking import released
from tests.smoke.judging import first_red
from tests.smoke.rally import Rally

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one file, and the functions that pack that file."""

    file: str
    line: int
    operator: str
    before: str
    after: str
    functions: tuple[str, ...]

    @property
    def change(self) -> str:
        """The lines that differ: ``old -> new``."""
        old, new = self.before.splitlines(), self.after.splitlines()
        pairs = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
        if not pairs or len(old) != len(new):
            gone = [one for one in old if one not in set(new)]
            return f"{' / '.join(map(str.strip, gone))} -> removed"
        return f"{pairs[0][0].strip()} -> {pairs[0][1].strip()}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.operator}: {self.change}"


@dataclass(frozen=True, slots=True)
class Killed:
    """The row that saw a mutant first, and how it said so."""

    row: str
    reason: str


def everything() -> list[Mutant]:
    """Return one mutant for each place and kind of change, in the order of files and lines."""
    return [mutant for file, functions in _packed().items() for mutant in _of(file, functions)]


def sample(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Draw so many, always the same ones for a seed and a source."""
    drawn = random.Random(seed).sample(mutants, min(count, len(mutants)))  # noqa: S311 - no secret
    return sorted(drawn, key=lambda mutant: (mutant.file, mutant.line, mutant.operator))


def judged(rally: Rally, mutant: Mutant) -> Killed | None:
    """Deploy a mutant, make the smoke calls until a row is red, and bring the functions back."""
    with deployed(rally, mutant):
        found = first_red(rally)
    return Killed(*found) if found else None


@contextmanager
def deployed(rally: Rally, mutant: Mutant) -> Iterator[None]:
    """Release the mutant in every function that packs its file."""
    with ExitStack() as releases:
        for key in mutant.functions:
            edit = {mutant.file: (mutant.before, mutant.after)}
            releases.enter_context(released(rally, key, edit))
        yield


@cache
def _packed() -> dict[str, tuple[str, ...]]:
    """Return file -> the functions whose package holds it; ours alone."""
    found: dict[str, list[str]] = {}
    for key in described():
        for name in ZipFile(BytesIO(pack(key))).namelist():
            if name.startswith("lambdas/") and not name.endswith("__init__.py"):
                found.setdefault(name, []).append(key)
    return {file: tuple(found[file]) for file in sorted(found)}


def _of(file: str, functions: tuple[str, ...]) -> Iterator[Mutant]:
    source = (ROOT / file).read_text(encoding="utf-8")
    original = _code(source)
    by_place: dict[tuple[int, int, str], list[tuple[str, int]]] = {}
    for operator, line, column, occurrence in _places(source):
        family = operator.partition("/")[2].partition("_")[0]
        by_place.setdefault((line, column, family), []).append((operator, occurrence))
    for (line, column, family), ways in sorted(by_place.items()):
        # Of twelve other operators for one, any will do: which, is drawn for good.
        chance = random.Random(f"{file}:{line}:{column}:{family}")  # noqa: S311 - no secret
        for operator, occurrence in chance.sample(ways, len(ways)):
            after = mutate_code(source, get_operator(operator)(), occurrence)
            if after and _code(after) not in (None, original):
                name = operator.partition("/")[2]
                yield Mutant(
                    file=file,
                    line=line,
                    operator=name,
                    before=source,
                    after=after,
                    functions=functions,
                )
                break


def _places(source: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield operator, line, column, and which occurrence of the operator that is."""
    tree = get_ast(source)
    for operator in operator_names():
        made = get_operator(operator)
        if made.arguments():
            continue
        positions: Iterable[tuple[tuple[int, int], tuple[int, int]]] = (
            position for node in ast_nodes(tree) for position in made().mutation_positions(node)
        )
        for occurrence, ((line, column), _) in enumerate(positions):
            yield operator, line, column, occurrence


class _Bare(ast.NodeTransformer):
    """Takes away what is never run, annotations, and what only forbids: that a value is frozen."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        for one in node.decorator_list:
            if isinstance(one, ast.Call):
                one.keywords = [it for it in one.keywords if it.arg != "frozen"]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _code(source: str) -> str | None:
    """Return what a source does, without its annotations; None where it is no Python."""
    try:
        return ast.dump(_Bare().visit(ast.parse(source)))
    except SyntaxError:
        return None
