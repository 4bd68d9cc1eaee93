"""How far did each member get on a way of several steps, and how long did each step take?

A way begins with an event of the first step (without order: of any). Each next step is the first event of it at a later
place, (ms, position), than the one before; it counts if it lies within the window from the beginning and no excluded event
came between. A member's way is, of those from all beginnings, the first that got furthest.

In arrays rather than by `windowFunnel`, which takes events of one moment in the order of the steps, lets one event be two
steps at once, and does not tell when the steps were taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weilu.core.warehouse.compile.source import ANY, INTERACTION, Bound, events, person
from weilu.core.warehouse.compile.where import any_of, fitting
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.funnels import STRICT, UNORDERED, Funnel

MOMENT = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"


@dataclass(frozen=True, slots=True)
class Way:
    """A funnel over a frame. `by` is what the event of its first step says of it, as text, where it is broken down; `head` a position
    that no event in the store has reached."""

    frame: Frame
    funnel: Funnel
    by: str = ""
    head: int = 2**63


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
    if (packed := packing(way)) is not None:
        return _unpacked(way, packed, bound)
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


# places as one number ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packing:
    """How an event's place, (ms, position), and what it fits go into one number of 64 bits: ms since the frame's start, `position`
    bits, `mark` bits. The mark is the number of the step where no event fits two, else a bit for each."""

    position: int
    mark: int
    numbered: bool

    @property
    def moment(self) -> int:
        """By how much the number rises in a millisecond."""
        return int(2 ** (self.position + self.mark))


def packing(way: Way) -> Packing | None:
    """None where it is more than one number holds. Sorting numbers takes a third of the time of sorting pairs, and most questions
    are of months, not decades."""
    steps = len(way.funnel.steps)
    kinds = [one.event for one in way.funnel.steps]
    numbered = len(set(kinds)) == steps and not {INTERACTION, ANY} & set(kinds)
    marks = (steps + 1).bit_length() if numbered else steps + 1
    found = Packing(way.head.bit_length(), marks, numbered)
    return found if not way.by and _milliseconds(way).bit_length() + found.position + marks <= 64 else None


def _milliseconds(way: Way) -> int:
    return max(way.frame.until - max(way.frame.start, 0), 0) * 1000


def _unpacked(way: Way, packed: Packing, bound: Bound) -> str:
    near = "x >= low"
    if way.funnel.window is not None:
        far = (min(way.funnel.window * 1000, _milliseconds(way)) + 1) * packed.moment - 1
        near += f" AND (x <= high OR x - high <= {bound(min(far, 2**64 - 1), 'UInt64')})"
    sql = f"SELECT who, arraySort(arrayFilter(x -> {near}, packed)) AS places FROM ({_packed(way, packed, bound)})"
    sql = f"{sql} WHERE length(packed) > 0 AND low <= high"
    mark = f"p % {2**packed.mark}"
    marks = f"intDiv(bitShiftLeft(toUInt32(1), toUInt8({mark})), 2)" if packed.numbered else mark
    return f"""SELECT who, arrayMap(p -> intDiv(p, {packed.moment}), places) AS moments,
        arrayMap(p -> toUInt16({marks}), places) AS marks, 0 AS bys FROM ({sql})"""


def _packed(way: Way, packed: Packing, bound: Bound) -> str:
    funnel, count = way.funnel, len(way.funnel.steps)
    excluded = any_of(funnel.exclude, bound)
    fits = [fitting(one, bound) for one in funnel.steps]
    if packed.numbered:
        mark, last = _number(funnel, excluded, fits, bound), f"x % {2**packed.mark}"
        starts, begins = f"{last} = 1", f"{last} BETWEEN 1 AND {count}"
    else:
        bits = " + ".join(f"({one}) * {2**n}" for n, one in enumerate(fits))
        mark = f"if({excluded}, {2**count}, {bits})"
        starts, begins = "bitAnd(x, 1) = 1", f"bitAnd(x, {2**count - 1}) != 0"
    where = "1" if funnel.order == STRICT else any_of(funnel.looked_up, bound)
    began = f"max({starts}) = 1" if funnel.order == UNORDERED else "low > 0"
    begins = begins if funnel.order == UNORDERED else starts
    since = bound(max(way.frame.start, 0), "UInt32")
    moment = f"(toUInt64(toUnixTimestamp(happened) - {since}) * 1000 + ms)"
    place = f"({moment} * {2**packed.position} + position) * {2**packed.mark} + toUInt64({mark}) AS x"
    rows = events(way.frame, bound, f"{person(way.frame)} AS who, {place}", where, since=way.frame.start)
    return f"""SELECT who, groupArray(x) AS packed, minIf(x, {begins}) AS low, maxIf(x, {begins}) AS high FROM ({rows})
        WHERE who != 0 GROUP BY who HAVING {began}"""


def _number(funnel: Funnel, excluded: str, fits: Sequence[str], bound: Bound) -> str:
    """Which step an event is, one more than there are where it is excluded. Steps that only name an event are looked up by its
    kind, of which a column has few; asking row by row for each takes a twentieth of the whole question."""
    plain = [n for n, one in enumerate(funnel.steps, 1) if not one.where]
    kinds = bound([funnel.steps[n - 1].event for n in plain], "Array(String)")
    number = f"transform(kind, {kinds}, {bound(plain, 'Array(UInt8)')}, toUInt8(0))" if plain else "0"
    cases = [f"{fit}, {n}" for n, fit in enumerate(fits, 1) if n not in plain]
    if funnel.exclude:
        cases.insert(0, f"{excluded}, {len(fits) + 1}")
    return f"multiIf({', '.join(cases)}, {number})" if cases else number
