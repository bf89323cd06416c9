"""The characters that tokenizers' Unicode tables know and llama.cpp's do not.

All letters and numbers that Unicode 16.0 added (September 2024): llama.cpp as in llama-cpp-python
0.3.36 takes them for unassigned ("other"), tokenizers 0.23 for what they are. GPT-2's pattern then
splits words around them in another place. Found by comparing both on every code point
(test_unicode.py), not copied from a table.
"""

from __future__ import annotations

#: Inclusive ranges of code points, and how tokenizers sees them.
RANGES: tuple[tuple[int, int, str], ...] = (
    (0x1C89, 0x1C8A, "letter"),  # Cyrillic Extended-C
    (0xA7CB, 0xA7CD, "letter"),  # Latin Extended-D
    (0xA7DA, 0xA7DC, "letter"),  # Latin Extended-D
    (0x105C0, 0x105F3, "letter"),  # Todhri
    (0x10D40, 0x10D49, "number"),  # Garay
    (0x10D4A, 0x10D65, "letter"),  # Garay
    (0x10D6F, 0x10D85, "letter"),  # Garay
    (0x10EC2, 0x10EC4, "letter"),  # Arabic Extended-C
    (0x11380, 0x11389, "letter"),  # Tulu-Tigalari
    (0x1138B, 0x1138B, "letter"),
    (0x1138E, 0x1138E, "letter"),
    (0x11390, 0x113B5, "letter"),
    (0x113B7, 0x113B7, "letter"),
    (0x113D1, 0x113D1, "letter"),
    (0x113D3, 0x113D3, "letter"),
    (0x116D0, 0x116E3, "number"),  # Myanmar Extended-C
    (0x11BC0, 0x11BE0, "letter"),  # Sunuwar
    (0x11BF0, 0x11BF9, "number"),  # Sunuwar
    (0x13460, 0x143FA, "letter"),  # Egyptian Hieroglyphs Extended-A
    (0x16100, 0x1611D, "letter"),  # Gurung Khema
    (0x16130, 0x16139, "number"),  # Gurung Khema
    (0x16D40, 0x16D6C, "letter"),  # Kirat Rai
    (0x16D70, 0x16D79, "number"),  # Kirat Rai
    (0x18CFF, 0x18CFF, "letter"),  # Khitan Small Script
    (0x1CCF0, 0x1CCF9, "number"),  # Symbols for Legacy Computing Supplement
    (0x1E5D0, 0x1E5ED, "letter"),  # Ol Onal
    (0x1E5F0, 0x1E5F0, "letter"),  # Ol Onal
    (0x1E5F1, 0x1E5FA, "number"),  # Ol Onal
)

NEWER = frozenset(point for first, last, _ in RANGES for point in range(first, last + 1))
