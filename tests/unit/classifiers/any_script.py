"""Comments as the world may send them: all scripts, disguises, emoji, rubbish. Deterministic."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

SCRIPTS: tuple[tuple[int, int], ...] = (
    (0x20, 0x7E),  # ASCII
    (0xA1, 0x24F),  # Latin with accents
    (0x250, 0x2AF),  # phonetic
    (0x370, 0x3FF),  # Greek
    (0x400, 0x52F),  # Cyrillic
    (0x531, 0x58F),  # Armenian
    (0x591, 0x5F4),  # Hebrew
    (0x600, 0x6FF),  # Arabic
    (0x900, 0x97F),  # Devanagari
    (0x980, 0xDFF),  # Bengali to Sinhala
    (0xE01, 0xE5B),  # Thai
    (0xF00, 0x109F),  # Tibetan, Burmese
    (0x10A0, 0x11FF),  # Georgian, Hangul letters
    (0x1200, 0x13FF),  # Ethiopic, Cherokee
    (0x1D00, 0x1DFF),  # small capitals, marks
    (0x1E00, 0x1FFF),  # Latin and Greek with accents
    (0x2000, 0x2BFF),  # punctuation, invisible characters, circled letters, symbols
    (0x3000, 0x30FF),  # Japanese
    (0x4E00, 0x4FFF),  # Chinese
    (0xAC00, 0xADFF),  # Korean
    (0xD800, 0xDFFF),  # lone surrogates
    (0xFB00, 0xFFFD),  # ligatures, compatibility forms, full width
    (0x1D400, 0x1D7FF),  # mathematical letters
    (0x1F100, 0x1F1FF),  # squared letters, flags
    (0x1F300, 0x1FAFF),  # emoji
    (0xE0000, 0xE01EF),  # tags, variation selectors
)
_LEET = str.maketrans("aeiost", "431057")
_CYRILLIC = str.maketrans("aeopcyxi", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456")


def _squares(text: str) -> str:
    return "".join(chr(0x1F130 + ord(c) - 97) if "a" <= c <= "z" else c for c in text.lower())


DISGUISES: tuple[Callable[[str], str], ...] = (
    lambda text: text.translate(_LEET),
    lambda text: text.translate(_CYRILLIC),
    lambda text: " ".join(text[:60]),
    lambda text: ".".join(text[:60].split(" ")[0]) + text[20:],
    "\u200b".join,
    lambda text: "".join(c + "\u0301" for c in text),
    lambda text: "".join(c * 4 if c in "aeiou" else c for c in text),
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    _squares,
    lambda text: text.replace("i", "*").replace("u", "**"),
    lambda text: text.replace(" ", " \U0001f921\U0001f921 "),
    lambda text: text.upper() + "!!!?!",
)
RUBBISH = (
    *("", " ", "\n\t\u3000", "\x00", "\u200b", "\ufe0f", "'", "$", "@", "*", "\ud83d", "\u0301"),
    *("a" * 100_000, "a " * 50_000, "!" * 100_000, "$a" * 50_000, "\U0001f602" * 25_000),
    "idiot you are " * 7_000,
)


def any_comments(count: int, seed: int = 7) -> Iterator[str]:
    """Yield rubbish first, then made-up words of one or more scripts."""
    yield from RUBBISH
    rng = random.Random(seed)  # noqa: S311 (no secret)
    for _ in range(count - len(RUBBISH)):
        scripts = rng.sample(SCRIPTS, rng.choice((1, 1, 2, 3)))
        words = []
        for _ in range(rng.randint(1, 25)):
            low, high = rng.choice(scripts)
            words.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 9))))
        yield rng.choice((" ", " ", "", ", ", "\n")).join(words)


def disguised(texts: list[str]) -> list[str]:
    """Return the texts, each in one of the disguises, in turn."""
    return [DISGUISES[index % len(DISGUISES)](text) for index, text in enumerate(texts)]
