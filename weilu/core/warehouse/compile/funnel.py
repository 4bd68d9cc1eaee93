"""How far did each member get on a way of several steps, and how long did each step take?

A way begins with an event of the first step (without order: of any). Each next step is the first event of it at a later
place, (ms, position), than the one before; it counts if it lies within the window from the beginning and no excluded event
came between. A member's way is, of those from all beginnings, the first that got furthest.

In arrays rather than by `windowFunnel`, which takes events of one moment in the order of the steps, lets one event be two
steps at once, and does not tell when the steps were taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.core.warehouse.compile.source import Bound, events, person
from weilu.core.warehouse.compile.where import any_of, fitting
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.funnels import STRICT, UNORDERED, Funnel

MOMENT = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"


@dataclass(frozen=True, slots=True)
class Way:
    """A funnel over a frame. `by` is what the event of its first step says of it, as text, where it is broken down."""

    frame: Frame
    funnel: Funnel
    by: str = ""


def counts(way: Way, bound: Bound) -> str:
    """SELECT by, then for each step how many took it (m1 …) and the lower median of milliseconds since the step before
    (s2 …; 0 where nobody took it)."""
    numbers = [f"countIf(level >= {n}) AS m{n}" for n in _numbers(way)]
    middles = [f"{_middle(f'r{n} - r{n - 1}', f'level >= {n}')} AS s{n}" for n in _numbers(way)[1:]]
    return f"SELECT by, {', '.join([*numbers, *middles])} FROM ({_timed(way, bound)}) GROUP BY by"


def behind(way: Way, step: int, by: str | None, lost: bool, bound: Bound) -> str:
    """SELECT unit: the members who took a step, or who took the one before and not this one."""
    which = f"level = {step - 1}" if lost else f"level >= {step}"
    part = "" if by is None else f" AND by = {bound(by, 'String')}"
    return f"SELECT who AS unit FROM ({_levels(way, bound)}) WHERE {which}{part} ORDER BY unit"


def _middle(number: str, condition: str) -> str:
    return f"arraySort(groupArrayIf({number}, {condition}))[intDiv(countIf({condition}) + 1, 2)]"


def _numbers(way: Way) -> range:
    return range(1, len(way.funnel.steps) + 1)


def _timed(way: Way, bound: Bound) -> str:
    """With r1 …: when the first so many steps were all taken."""
    moments = [f"moments[j{n}[first]] AS t{n}" for n in _numbers(way)]
    sql = f"SELECT by, level, {', '.join(moments)} FROM ({_levels(way, bound)})"
    reached = "t1"
    told = ["t1 AS r1"]
    for n in _numbers(way)[1:]:
        reached = f"greatest({reached}, t{n})" if way.funnel.order == UNORDERED else f"t{n}"
        told.append(f"{reached} AS r{n}")
    return f"SELECT by, level, {', '.join(told)} FROM ({sql})"


def _levels(way: Way, bound: Bound) -> str:
    """who, by, level (how many steps), j1 … (for every beginning the place of each step in `moments`, 0 for none) and which
    of the beginnings is the member's own."""
    steps = [f"j{n}" for n in _numbers(way)]
    level = "0"
    for n in reversed(_numbers(way)):
        level = f"if(x{n} = 0, 0, 1 + {level})"
    levels = f"arrayMap(({', '.join(f'x{n}' for n in _numbers(way))}) -> {level}, {', '.join(steps)})"
    kept = ", ".join(["who", "moments", "bys", *steps])
    sql = f"SELECT {kept}, {levels} AS levels FROM ({_ways(way, bound)})"
    sql = f"SELECT {kept}, levels, arrayReduce('max', levels) AS level FROM ({sql})"
    sql = f"SELECT {kept}, level, indexOf(levels, level) AS first FROM ({sql}) WHERE level > 0"
    by = "bys[j1[first]]" if way.by else "''"
    return f"SELECT who, moments, level, first, {', '.join(steps)}, {by} AS by FROM ({sql})"


def _ways(way: Way, bound: Bound) -> str:
    """For every beginning the places of its steps, step after step."""
    funnel, count = way.funnel, len(way.funnel.steps)
    unordered = funnel.order == UNORDERED
    fixed = ["who", "moments", "bys", "marks", *(f"{c}{n}" for n in _watched(way) for c in ("a", "c"))]
    begin = f"arrayFilter((i, m) -> m != 0 AND m < {2**count}, arrayEnumerate(marks), marks)"
    sql = f"SELECT {', '.join(fixed)}, {begin if unordered else 'a1'} AS begins FROM ({_counted(way, bound)})"
    found: list[str] = [*fixed, "begins"]
    if not unordered:
        sql = f"SELECT {', '.join(found)}, begins AS j1 FROM ({sql})"
        found.append("j1")
    for n in range(1 if unordered else 2, count + 1):
        if unordered:
            following = f"arrayMap(i -> a{n}[c{n}[i] - {_bit('marks[i]', n)} + 1], begins)"
        elif funnel.order == STRICT:
            following = f"arrayMap(i -> if(i != 0 AND {_bit('marks[i + 1]', n)} = 1, i + 1, 0), j{n - 1})"
        else:
            following = f"arrayMap(i -> if(i = 0, 0, a{n}[c{n}[i] + 1]), j{n - 1})"
        sql = f"SELECT {', '.join(found)}, {following} AS next FROM ({sql}) WHERE {_named(way, n)}"
        counts_ = " AND ".join(["j != 0", *_limits(way, bound)])
        sql = f"SELECT {', '.join(found)}, arrayMap((s, j) -> if({counts_}, j, 0), begins, next) AS j{n} FROM ({sql}) WHERE {_named(way, n)}"
        found.append(f"j{n}")
    return sql


def _watched(way: Way) -> list[int]:
    """The numbers of the steps, and one more where something is excluded."""
    return [*_numbers(way), *([len(way.funnel.steps) + 1] if way.funnel.exclude else [])]


def _named(way: Way, step: int) -> str:
    """Something true of what the lambdas read, so that the oldest server reads it, too."""
    columns = ("moments", "marks", f"a{step}", *(f"c{n}" for n in sorted({step, _watched(way)[-1]})))
    return " + ".join(f"length({one})" for one in columns) + " > 0"


def _limits(way: Way, bound: Bound) -> list[str]:
    """What a step at place j must meet, of a way that began at place s."""
    limits, excluded = [], len(way.funnel.steps) + 1
    if way.funnel.window is not None:
        limits.append(f"moments[j] - moments[s] <= {bound(way.funnel.window * 1000, 'UInt64')}")
    if way.funnel.exclude:
        limits.append(f"c{excluded}[j] = c{excluded}[s]")
    return limits


def _counted(way: Way, bound: Bound) -> str:
    """For each step, and for what is excluded, the places of its events (a1 …) and how many there were up to each
    place (c1 …)."""
    told = [
        f"arrayFilter((i, m) -> {_bit('m', n)} = 1, arrayEnumerate(marks), marks) AS a{n}, "
        f"arrayCumSum(m -> {_bit('m', n)}, marks) AS c{n}"
        for n in _watched(way)
    ]
    return f"SELECT who, moments, marks, bys, {', '.join(told)} FROM ({_marked(way, bound)})"


def _bit(marks: str, number: int) -> str:
    return f"(bitAnd({marks}, {2 ** (number - 1)}) != 0)"


def _marked(way: Way, bound: Bound) -> str:
    """who, and in the order of the log: moments, marks (a bit for each step that an event fits), what it is broken down by."""
    size = 2 ** (len(way.funnel.steps) + 1)
    zipped = "(m, r, b)" if way.by else "(m, r)"
    names, arrays = ("m, r, b", "moments, rests, bys") if way.by else ("m, r", "moments, rests")
    near = f"arrayFilter(p -> {_near(way, bound)}, arrayMap(({names}) -> {zipped}, {arrays}))"
    sql = f"SELECT who, arraySort({near}) AS places FROM ({_each(way, bound)}) WHERE length(moments) + low + high > 0"
    bys = "arrayMap(p -> p.3, places)" if way.by else "0"
    return f"""SELECT who, arrayMap(p -> p.1, places) AS moments, arrayMap(p -> toUInt16(p.2 % {size}), places) AS marks,
        {bys} AS bys FROM ({sql})"""


def _near(way: Way, bound: Bound) -> str:
    """The condition of lying where a way can be: not before the first beginning, nor after the window of the last one. Most of what
    a member did lies elsewhere, and is not put into order."""
    far = (
        "" if way.funnel.window is None else f" AND p.1 <= high + {bound(way.funnel.window * 1000, 'UInt64')}"
    )
    return f"p.1 >= low{far}"


def _each(way: Way, bound: Bound) -> str:
    """One row for each member who took any first step, with all their events that matter, and when they began for the first and
    the last time (`low`, `high`)."""
    funnel, count = way.funnel, len(way.funnel.steps)
    fits = " + ".join(f"({fitting(one, bound)}) * {2**n}" for n, one in enumerate(funnel.steps))
    mark = f"if({any_of(funnel.exclude, bound)}, {2**count}, {fits})" if funnel.exclude else fits
    where = "1" if funnel.order == STRICT else any_of(funnel.looked_up, bound)
    by = f", if({fitting(funnel.steps[0], bound)}, {way.by}, '') AS b" if way.by else ""
    columns = f"{person(way.frame)} AS who, {MOMENT} AS m, position * {2 ** (count + 1)} + {mark} AS r{by}"
    rows = events(way.frame, bound, columns, where, since=way.frame.start)
    bys = ", groupArray(b) AS bys" if way.by else ""
    begins = f"bitAnd(r, {2**count - 1 if funnel.order == UNORDERED else 1}) != 0"
    return f"""SELECT who, groupArray(m) AS moments, groupArray(r) AS rests{bys},
        minIf(m, {begins}) AS low, maxIf(m, {begins}) AS high FROM ({rows})
        WHERE who != 0 GROUP BY who HAVING max(bitAnd(r, 1)) = 1"""
