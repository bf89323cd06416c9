"""Seeded texts that a byte-level tokenizer could stumble over."""

from __future__ import annotations

import random

from unicode16 import NEWER

#: Ranges of code points: scripts with letters, digits, marks and white space of every kind.
_BLOCKS = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x250, 0x36F),
    (0x370, 0x52F),
    (0x590, 0x6FF),
    (0x900, 0xDFF),
    (0xE00, 0xFFF),
    (0x1100, 0x11FF),
    (0x1680, 0x180E),
    (0x1E00, 0x1FFF),
    (0x2000, 0x206F),
    (0x2070, 0x218F),
    (0x2200, 0x27BF),
    (0x3000, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xE000, 0xE0FF),
    (0xF900, 0xFAFF),
    (0xFE00, 0xFFFD),
    (0x10000, 0x1FFFF),
    (0x20000, 0x323AF),
    (0xE0000, 0xE01EF),
    (0x10FF00, 0x10FFFF),
)

_EMOJI = (
    "👩‍💻",
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇩🇪",
    "👍🏽",
    "☕️",
    "1️⃣",
    "🙂",
    "é",
    "ñ̃",
    "Z͑ͫ̓ͪ̂ͫ",
    "नमस्ते",
    "ﬁ",
    "①",
    "²",
    "Ⅻ",
    "٣٤",
    "𝟘𝟙",
)

_LOOK_ALIKES = (
    "<|endoftext",
    "|endoftext|>",
    "<|END|>",
    "<|EndOfText|>",
    "<| endoftext |>",
    "<|endoftext| >",
    "<|endoftext<|",
    "</s>",
    "<s>",
    "<unk>",
    "[PAD]",
    "<|im_end|>",
    "<|unused_1070|>",
    "<mask_1>",
    "Ġthe",
    "ĊĊ",
    "<0x0A>",
)

_CODE = (
    "def f(x, *, y=None) -> int:\n",
    "    return x[1:-1] ** 2 != y\n",
    "class A(B):\n\tdef __init__(self):\n\t\tsuper().__init__()\n",
    "print(f'{x!r:>{width}}')",
    "# Don't they'll we've I'm you're he'd it's 'S 'LL\n",
    "x = {'a': 1, \"b\": [1.5e-10, 0x1F, 1_000]}\n",
    "import numpy as np\n\n\n",
    "if a == b and c >= d or not e: pass",
    "'''docstring'''\n\"\"\"other\"\"\"",
    "https://example.org/a?b=c&d=%20#e",
    "\\n\\t\\x00\\u1234",
    "x+=1;y-=2;z//=3",
    "SELECT * FROM t WHERE a = 'b''c';",
    "for i in range(10):\r\n    print(i)\r\n",
    "λ = lambda größe: größe",
)

_SPACES = (
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\v",
    "\f",
    "\x1c\x1d\x1e\x1f",
    "\x85",
    "\u00a0",
    "\u2028",
    "\u3000",
    "\u200b",
    "\ufeff",
)


def fuzzed(count: int, seed: int) -> list[str]:
    """Return texts of 1 to 12 pieces each; none holds an exact control token."""
    rng = random.Random(seed)
    texts = ("".join(_piece(rng) for _ in range(rng.randint(1, 12))) for _ in range(count))
    return [text.replace("<|endoftext|>", "") for text in texts]


def _piece(rng: random.Random) -> str:
    kind = rng.randrange(10)
    if kind == 0:
        return " " * rng.randint(1, 100)
    if kind == 1:
        return "\t" * rng.randint(1, 30)
    if kind == 2:
        return "".join(rng.choices(" \t\n\r", k=rng.randint(1, 12)))
    if kind == 3:
        return rng.choice(_SPACES) * rng.randint(1, 3)
    if kind == 4:
        return "".join(map(chr, rng.choices([*range(0x20), 0x7F, *range(0x80, 0xA0)], k=3)))
    if kind == 5:
        return rng.choice(_LOOK_ALIKES)
    if kind == 6:
        return rng.choice(_EMOJI) * rng.randint(1, 3)
    if kind == 7:
        return rng.choice(_CODE)
    if kind == 8:
        return str(rng.randrange(10 ** rng.randint(1, 12)))
    return _characters(rng)


def _characters(rng: random.Random) -> str:
    first, last = rng.choice(_BLOCKS)
    points = (rng.randint(first, last) for _ in range(rng.randint(1, 20)))
    between = rng.choice(("", "", " "))
    return between.join(chr(p) for p in points if p not in NEWER and not 0xD800 <= p < 0xE000)
