"""Random literals, by kind."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Draw = Callable[[random.Random], Any]

WORDS = (
    "apple",
    "river",
    "stone",
    "cloud",
    "green",
    "table",
    "window",
    "garden",
    "silver",
    "yellow",
    "mountain",
    "paper",
    "music",
    "bread",
    "tiger",
    "lemon",
    "ocean",
    "forest",
    "candle",
    "pencil",
    "rocket",
    "basket",
    "winter",
    "summer",
    "copper",
    "velvet",
    "planet",
    "market",
    "bridge",
    "castle",
    "dragon",
    "engine",
    "falcon",
    "guitar",
    "hammer",
    "island",
    "jacket",
    "kettle",
    "ladder",
    "magnet",
    "needle",
    "orange",
    "pepper",
    "quartz",
    "ribbon",
    "saddle",
    "tunnel",
    "violin",
    "wizard",
    "anchor",
    "butter",
    "cherry",
    "level",
    "radar",
    "noon",
    "civic",
    "kayak",
    "book",
    "moon",
    "sun",
    "tree",
    "bird",
    "fish",
    "door",
    "lamp",
    "ring",
    "shoe",
    "milk",
    "salt",
    "wind",
    "rain",
    "snow",
    "fire",
    "gold",
    "iron",
    "sand",
    "leaf",
    "seed",
    "root",
    "wolf",
    "bear",
    "lion",
    "deer",
    "frog",
    "crab",
    "owl",
    "bee",
    "ant",
    "cat",
    "dog",
    "banana",
    "coffee",
    "pizza",
    "berry",
    "honey",
    "letter",
    "message",
    "banner",
    "mirror",
    "runner",
    "dinner",
    "pillow",
)
PEOPLE = (
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Emma",
    "Felix",
    "Grace",
    "Hugo",
    "Iris",
    "Jonas",
    "Kira",
    "Leo",
    "Mona",
    "Nils",
    "Olga",
    "Paul",
    "Rita",
    "Sven",
    "Tara",
    "Uwe",
    "Vera",
    "Wim",
    "Yara",
    "Zoe",
)
_PHRASES = ("the", "a", "and", "in", "over", "under", "with", "my", "its", "near", "on", "one")


def _numbers(r: random.Random) -> list[int]:
    low, high = r.choice(((0, 9), (1, 20), (1, 100), (-20, 20), (-9, 9), (0, 50)))
    values = [r.randint(low, high) for _ in range(r.randint(4, 9))]
    # Repeats make counting and sets interesting.
    return values if r.random() < 0.5 else values + r.sample(values, 2)


def _ratios(r: random.Random) -> list[float]:
    return [round(r.uniform(-5, 30), r.choice((1, 2))) for _ in range(r.randint(3, 6))]


def _word(r: random.Random) -> str:
    word = r.choice(WORDS)
    return r.choice((word, word, word, word.capitalize(), word.upper()))


def _words(r: random.Random) -> list[str]:
    chosen = r.sample(WORDS, r.randint(3, 6))
    if r.random() < 0.35:
        chosen.append(r.choice(chosen))
    return [w.capitalize() for w in chosen] if r.random() < 0.15 else chosen


def _text(r: random.Random) -> str:
    if r.random() < 0.4:
        return "".join(_word(r) for _ in range(r.randint(1, 2)))
    parts = [r.choice(_PHRASES) if r.random() < 0.35 else _word(r) for _ in range(r.randint(2, 6))]
    if r.random() < 0.25:
        parts.insert(r.randrange(len(parts)), str(r.randint(1, 999)))
    text = " ".join(parts)
    text = text[0].upper() + text[1:] if r.random() < 0.4 else text
    return text + r.choice(("", "", "", ".", "!", "?"))


def _table(r: random.Random) -> dict[str, int]:
    keys = r.sample(WORDS if r.random() < 0.7 else PEOPLE, r.randint(3, 5))
    # Different values, for the largest of them has to be one.
    values = r.sample(range(1, 100), len(keys))
    return dict(zip(keys, values, strict=True))


def _matrix(r: random.Random) -> list[list[int]]:
    width = r.randint(2, 4)
    return [[r.randint(-5, 20) for _ in range(width)] for _ in range(r.randint(2, 4))]


def _date(r: random.Random) -> str:
    return f"{r.randint(1990, 2030)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"


def _pairs(r: random.Random) -> list[tuple[str, int]]:
    return list(_table(r).items())


def _message(r: random.Random) -> str:
    """Return a text in which regular expressions find something."""
    name, site = r.choice(WORDS), r.choice(WORDS)
    parts = [
        r.choice((f"write to {name}@{site}.com", f"mail {name}.{site}@mail.org")),
        r.choice(
            (f"call {r.randint(100, 999)}-{r.randint(1000, 9999)}", f"room {r.randint(1, 99)}")
        ),
        r.choice((f"on {_date(r)}", f"at {r.randint(1, 12)}:{r.randint(10, 59)}")),
        r.choice((f"pay {r.randint(1, 999)} dollars", f"see #{r.choice(WORDS)}", _word(r))),
    ]
    r.shuffle(parts)
    return " ".join(parts[: r.randint(2, 4)])


KINDS: dict[str, Draw] = {
    "numbers": _numbers,
    "ratios": _ratios,
    "words": _words,
    "text": _text,
    "message": _message,
    "number": lambda r: r.choice((r.randint(2, 30), r.randint(2, 200), r.randint(10, 9999))),
    "ratio": lambda r: round(r.uniform(0, 100), r.choice((1, 2, 3))),
    "table": _table,
    "matrix": _matrix,
    "date": _date,
    "pairs": _pairs,
    # Parameters of operations.
    "few": lambda r: r.randint(1, 4),
    "few_number": lambda r: r.randint(2, 12),
    "few_big": lambda r: r.randint(2, 5),
    "small": lambda r: r.randint(2, 12),
    "any": lambda r: r.randint(-5, 25),
    "digits": lambda r: r.randint(1, 3),
    "place": lambda r: r.randint(0, 3),
    "letter": lambda r: r.choice("aeiourstnlmd"),
    "word": lambda r: r.choice(WORDS),
    "mark": lambda r: r.choice("*-_#+.x"),
    "separator": lambda r: r.choice(("-", ", ", "_", "+", "/", ":", " ", ";")),
    "days": lambda r: r.randint(1, 90),
}

#: What a variable of a kind is called in a step.
NOUNS: dict[str, tuple[str, ...]] = {
    "numbers": ("list", "list of numbers", "list of integers", "array"),
    "ratios": ("list", "list of floats", "list of numbers"),
    "words": ("list", "list of words", "list of strings"),
    "text": ("string", "text"),
    "message": ("string", "text", "message"),
    "number": ("number", "integer", "value"),
    "few_number": ("number", "integer", "value"),
    "index": ("dictionary", "dict", "mapping"),
    "ratio": ("number", "value", "float"),
    "flag": ("boolean", "value", "truth value"),
    "table": ("dictionary", "dict", "mapping"),
    "matrix": ("matrix", "nested list", "list of lists"),
    "array": ("array", "numpy array"),
    "date": ("date", "date string"),
    "pairs": ("list", "list of tuples", "list of pairs"),
    "set": ("set",),
}
