"""Which small lies can be told in a module? Each mutant is one: an operator, a number, a condition or a statement is another.

Lies are cut into the text where `ast` says that a node stands, so that all lines keep their numbers and a reader sees a line before
and after. Not told: what only types, logs or words on screen would notice.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

COMPARED = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "is": "is not", "is not": "is", "in": "not in", "not in": "in",
}  # fmt: skip
COUNTED = {
    "+": "-",
    "-": "+",
    "*": "//",
    "/": "*",
    "//": "*",
    "%": "*",
    "<<": ">>",
    ">>": "<<",
    "&": "|",
    "|": "&",
}
JOINED = {"and": "or", "or": "and"}
ASKED = {
    " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " = ": " != ", " != ": " = ",
    " AND ": " OR ", " OR ": " AND ", " + ": " - ", " - ": " + ", "DISTINCT ": "", " DESC": "",
    "min(": "max(", "max(": "min(", "argMin(": "argMax(", "argMax(": "argMin(",
}  # fmt: skip
"""What a statement to the column store compares, joins, adds and picks."""
ANSWERED = {
    r"^bool$": ("True", "False"), r"^int$": ("0",), r"^(list|Sequence)\b": ("[]",), r"^set\b": ("set()",),
    r"^dict\b": ("{}",), r"\| None$": ("None",),
}  # fmt: skip
"""By what a function promises."""
_COMPARED = re.compile(r"not\s+in|is\s+not|<=|>=|==|!=|<|>|\bin\b|\bis\b")
_COUNTED = re.compile(r"//|<<|>>|[-+*/%&|]")
_JOINED = re.compile(r"\b(?:and|or)\b")
_ASKED = re.compile(
    "|".join(
        ("(?<!\\w)" if one[0].isalpha() else "") + re.escape(one)
        for one in sorted(ASKED, key=len, reverse=True)
    )
)
UNSAID = frozenset({"strict", "ordered", "verbose_name", "help_text"})
"""Arguments that change no answer."""
TOLD = frozenset({"logger", "logging", "warnings"})

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`function` is the outermost one that holds the change, empty where it happens on import. `source` is the whole module.
    `again`: so many earlier mutants read the same."""

    path: str
    function: str
    line: int
    before: str
    after: str
    source: str
    again: int = 0

    @property
    def name(self) -> str:
        """The same as long as these words stand in this function, whatever moves around them."""
        again = f" ({self.again + 1})" if self.again else ""
        return f"{self.path} {self.function or '(on import)'}: {self.before} → {self.after}{again}"


def mutants_of(path: str, source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines. Statements in texts are changed too where texts are statements."""
    teller = _Teller(source, asks="/compile/" in path)
    told, read = sorted(set(teller.told()), key=lambda one: one[1]), Counter[str]()
    found = []
    for function, span, text in told:
        one = _mutant(path, source, function, span, text)
        if _parses(one.source):
            found.append(replace(one, again=read[one.name]))
            read[one.name] += 1
    return found


def _mutant(path: str, source: str, function: str, span: Span, text: str) -> Mutant:
    changed = source[: span[0]] + text + source[span[1] :]
    line = source.count("\n", 0, span[0]) + 1
    before = "\n".join(source.splitlines()[line - 1 : source.count("\n", 0, span[1]) + 1])
    after = changed.splitlines()[line - 1 : line + text.rstrip("\n").count("\n")]
    return Mutant(path, function, line, _short(before), _short("\n".join(after)), changed)


def _short(lines: str) -> str:
    return re.sub(r"\s+", " ", lines).strip()


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class _Teller:
    """Walks a module; `told` gives (function, span of characters, what stands there instead)."""

    def __init__(self, source: str, *, asks: bool) -> None:
        self._source, self._asks = source, asks
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line.encode()))
        self._bytes = source.encode()

    def told(self) -> Iterator[tuple[str, Span, str]]:
        yield from self._inside(ast.parse(self._source), "", "")

    def _inside(self, node: ast.AST, function: str, class_: str) -> Iterator[tuple[str, Span, str]]:
        for change in self._of(node, function):
            yield function, *change
        for child in self._children(node):
            named = isinstance(child, ast.ClassDef) and not function
            yield from self._inside(child, function, f"{class_}{child.name}." if named else class_)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = function or f"{class_}{node.name}"
            for change in self._answers(node):
                yield inner, *change
            for child in _without_docstring(node.body):
                yield from self._inside(child, inner, class_)

    def _answers(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[Span, str]]:
        """What it answers is always the same."""
        promised = "" if function.returns is None else ast.unparse(function.returns)
        for node in _returns(function):
            for kind, values in ANSWERED.items():
                if re.search(kind, promised) and ast.unparse(node) not in values:
                    yield from ((self._span(node), value) for value in values)

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        """What is looked into beside the body of a function: no types, no decorators, no docstrings."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from node.args.defaults
            yield from (one for one in node.args.kw_defaults if one is not None)
        elif isinstance(node, ast.ClassDef | ast.Module):
            yield from _without_docstring(node.body)
        elif isinstance(node, ast.AnnAssign):
            yield from [] if node.value is None else [node.value]
        elif isinstance(node, ast.Call):
            if not _only_told(node):
                yield node.func
                yield from node.args
                yield from (one.value for one in node.keywords if one.arg not in UNSAID)
        elif not isinstance(node, ast.JoinedStr):  # before 3.12 nobody knows where a field of one stands
            yield from ast.iter_child_nodes(node)

    def _of(self, node: ast.AST, function: str) -> Iterator[tuple[Span, str]]:
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
                for left, right in pairwise(sides):
                    yield from self._between(left, right, _COMPARED, COMPARED)
            case ast.BoolOp():
                for left, right in pairwise(node.values):
                    yield from self._between(left, right, _JOINED, JOINED)
            case ast.BinOp() if function or not isinstance(node.op, ast.BitOr):
                yield from self._between(node.left, node.right, _COUNTED, COUNTED)
            case ast.UnaryOp(op=ast.Not()):
                yield self._span(node), f"({self._text(node.operand)})"
            case ast.Constant(value=bool()):
                yield self._span(node), str(not node.value)
            case ast.Constant(value=int() | float()):
                yield self._span(node), repr(node.value + 1)
                if node.value > 1:
                    yield self._span(node), repr(node.value - 1)
            case ast.Constant(value=str()) | ast.JoinedStr() if self._asks:
                yield from self._statement(node)
            case ast.Expr(value=ast.Call()) if not _only_told(node.value):
                yield self._dropped(node)
            case ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Continue() | ast.Break():
                yield self._dropped(node)
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]) if function:
                yield self._dropped(node)
        test = getattr(node, "test", None)
        if isinstance(node, ast.If | ast.IfExp | ast.While) and isinstance(
            test, ast.Name | ast.Call | ast.Attribute
        ):
            yield self._span(test), f"(not {self._text(test)})"
        for condition in getattr(node, "ifs", []):
            yield self._span(condition), "True"

    def _statement(self, node: ast.expr) -> Iterator[tuple[Span, str]]:
        begin, end = self._span(node)
        for found in _ASKED.finditer(self._source, begin, end):
            yield found.span(), ASKED[found.group()]

    def _between(
        self, left: ast.expr, right: ast.expr, words: re.Pattern[str], others: dict[str, str]
    ) -> Iterator[tuple[Span, str]]:
        found = words.search(self._source, self._span(left)[1], self._span(right)[0])
        if found is not None:
            yield found.span(), others[re.sub(r"\s+", " ", found.group())]

    def _dropped(self, node: ast.stmt) -> tuple[Span, str]:
        return self._span(node), "pass" + "\n" * self._text(node).count("\n")

    def _text(self, node: ast.expr | ast.stmt) -> str:
        begin, end = self._span(node)
        return self._source[begin:end]

    def _span(self, node: ast.expr | ast.stmt) -> Span:
        begin = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return len(self._bytes[:begin].decode()), len(self._bytes[:end].decode())


def _without_docstring(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for one in body:
        if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)):
            yield one


def _returns(node: ast.AST) -> Iterator[ast.expr]:
    """What this function returns, and none within it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return) and child.value is not None:
            yield child.value
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _returns(child)


def _only_told(node: ast.AST) -> bool:
    """A call that says something to the log or to the eye: `logger.warning(…)`, `_("…")`."""
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Name(id="_" | "ngettext" | "gettext"):
            return True
        case ast.Attribute(value=ast.Name(id=name)):
            return name in TOLD
    return False
