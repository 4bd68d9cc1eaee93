"""Which words does a message hold that could name a subject? Chinese is segmented, Latin words stand as they are."""

from __future__ import annotations

import itertools
import re
from functools import cache
from pathlib import Path

NOISE = re.compile(
    r"https?://\S+|www\.\S+|<[^<>]{1,60}>|[@＠]\S+|:[a-z0-9_+\-]{2,40}:|`{3}.*?`{3}|\[[^\[\]]{1,20}\]",
    re.I | re.S,
)
HAN = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[a-z][a-z'’\-]{1,23}[a-z]")
LONGEST = 600
"""Characters of a message that are read: a pasted page is not a subject."""
THINGS = ("n", "vn", "an", "i", "l", "j", "eng", "g")
BEFORE_THINGS = (*THINGS, "a", "b", "f", "z", "q")
POINTING = "这那哪几每某两一"
PHRASE = 6
"""Characters of the longest phrase."""


@cache
def stop_words() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())


def words_of(text: str, names: frozenset[str] = frozenset()) -> set[str]:
    """Its words and two-part phrases, lower case; never a mention, a link, a figure, or one of these names."""
    plain = NOISE.sub(" ", text[:LONGEST]).lower()
    found = {word for word in LATIN.findall(plain.replace("’", "'")) if _meant(word, names)}
    for run in HAN.findall(plain):
        found |= _chinese(_parts(run), names)
    return found


def name_words(names: set[str]) -> frozenset[str]:
    """The words that names consist of, so that nobody becomes a subject."""
    found: set[str] = set()
    for name in names:
        lower = name.lower()
        found |= {lower, *LATIN.findall(lower), *HAN.findall(lower)}
    return frozenset(found)


def _parts(run: str) -> list[tuple[str, str]]:
    import rjieba  # its dictionary costs a process 33 MB, and only reports read it

    return rjieba.tag(run)


def _chinese(parts: list[tuple[str, str]], names: frozenset[str]) -> set[str]:
    """Things by their part of speech (ICTCLAS letters: n noun, vn verbal noun, i and l set phrases), and phrases of two."""
    found = {
        word for word, sort in parts if len(word) > 1 and sort.startswith(THINGS) and _meant(word, names)
    }
    for (one, first), (two, second) in itertools.pairwise(parts):
        whole = one + two
        fits = first.startswith(BEFORE_THINGS) and second.startswith(THINGS) and len(whole) <= PHRASE
        if fits and not {one, two} & stop_words() and _meant(whole, names):
            found.add(whole)
    return found


def _meant(word: str, names: frozenset[str]) -> bool:
    return (
        word[0] not in POINTING
        and word not in stop_words()
        and word.replace("'", "") not in stop_words()
        and word not in names
    )
