"""Names of variables, functions and classes, and how steps refer to them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from models.synthetic.values import NOUNS, WORDS

#: The code of operations uses these for itself.
TAKEN = frozenset({"a", "b", "c", "d", "i", "k", "n", "v", "w", "np", "re", "math", "date", "row"})
_COMMON = {
    "numbers": "numbers nums values data items my_list lst xs array my_numbers elements lst1 list1",
    "ratios": "values prices data weights temperatures measurements floats my_list samples",
    "words": "words names items fruits my_words tokens strings my_list vocabulary terms",
    "text": "text s sentence my_string word phrase title message line string name st input_text",
    "message": "text message note line content document raw my_text log",
    "number": "number x num value y m integer my_number amount count1 size z p q my_integer",
    "few_number": "number x num size limit m top end my_number",
    "ratio": "value x price ratio my_float f1 measure share",
    "table": "table scores prices my_dict data ages stock counts1 inventory mapping points grades",
    "matrix": "matrix grid table rows1 my_matrix board m values2d",
    "date": "day1 start date1 birthday when my_date deadline date_string",
    "pairs": "pairs items tuples records my_pairs entries",
    "array": "arr array my_array vec",
}
_RESULTS = [
    "result",
    "answer",
    "output",
    "res",
    "out",
    "final",
    "my_result",
    "new",
    "value1",
    "ans",
    "target",
    "temp",
    "current",
]
_VERBS = ["compute", "get", "find", "make", "apply", "calc", "solve", "do", "process", "convert"]


@dataclass(slots=True)
class Variable:
    """A variable of the program under way.

    `called` says what it is if a step made it; one whose name no step `said` cannot be named.
    """

    name: str
    kind: str
    called: str = ""
    said: bool = True

    @property
    def description(self) -> str:
        """Return what a step can call it without its name."""
        return f"the {self.called.replace('_', ' ')}"


def literal_name(kind: str, taken: set[str], rng: random.Random) -> str:
    """Return a name for a literal."""
    return _free(lambda: rng.choice(_COMMON[kind].split()), taken, rng)


def result_name(called: str, taken: set[str], rng: random.Random) -> str:
    """Return a name for what an operation makes."""

    def draw() -> str:
        first = rng.random()
        if first < 0.35:
            return called
        if first < 0.65:
            return rng.choice(_RESULTS)
        style = rng.choice(("my_{}", "new_{}", "{}_value", "the_{}", "{}1", "all_{}"))
        return style.format(called) if first < 0.85 else f"{rng.choice(WORDS)}_{called}"

    return _free(draw, taken, rng)


def function_name(called: str, taken: set[str], rng: random.Random) -> str:
    """Return a name for a function that makes something."""
    return _free(lambda: f"{rng.choice(_VERBS)}_{called}", taken, rng)


def class_name(rng: random.Random) -> str:
    """Return a name for a class."""
    ending = rng.choice(("", "Box", "Holder", "Record", "Store", "Data"))
    return rng.choice(WORDS).capitalize() + ending


def _free(draw: object, taken: set[str], rng: random.Random) -> str:
    assert callable(draw)
    for _ in range(8):
        name = str(draw())
        if name not in taken and name not in TAKEN:
            return name
    # Nearly every likely name is in use: a number makes it another.
    return f"{name}_{rng.randint(2, 9)}{len(taken)}"


@dataclass(frozen=True, slots=True)
class Style:
    """How one program writes names: most writers keep to one way."""

    quote: str
    literal_quote: str

    def write(self, name: str) -> str:
        """Return a name as steps show it."""
        return f"{self.quote}{name}{self.quote}"


def style(rng: random.Random) -> Style:
    """Choose a way of writing names."""
    return Style(rng.choice(('"', '"', '"', "", "", "'", "`")), rng.choice(('"', '"', '"', "'")))


def to_set(name: str, writing: Style, rng: random.Random) -> str:
    """Return a phrase for a variable that a step sets."""
    before = rng.choice(
        (
            "",
            "",
            "",
            "",
            "a variable named ",
            "the variable ",
            "a variable called ",
            "a new variable ",
        )
    )
    return before + writing.write(name)


def plain(variable: Variable, writing: Style) -> str:
    """Return a variable's name, or its description when no step has said its name."""
    return writing.write(variable.name) if variable.said else variable.description


def to_read(variable: Variable, known: list[Variable], writing: Style, rng: random.Random) -> str:
    """Return a phrase for a variable that a step reads: its name, its kind, "it" or "the result".

    The last variable made may be meant by a pronoun, and the only one of its kind by the kind.
    """
    name, nouns = plain(variable, writing), NOUNS[variable.kind]
    latest = variable is known[-1]
    if latest and (not variable.said or rng.random() < 0.5):
        choices = ["it", "it", *(f"{a} {n}" for n in nouns[:2] for a in ("the", "this", "that"))]
        if variable.called:
            choices += ["the result", "the result", "this result", f"the resulting {nouns[0]}"]
            choices += [variable.description, variable.description]
        else:
            choices.append(f"the given {nouns[0]}")
        return rng.choice(choices)
    if not variable.said:
        return name
    alone = sum(nouns[0] == NOUNS[other.kind][0] for other in known) == 1
    if alone and rng.random() < 0.25:
        return f"the {rng.choice(nouns[:2])}"
    before = (
        "",
        "",
        "",
        "",
        "the variable ",
        f"the {rng.choice(nouns)} ",
        f"the given {nouns[0]} ",
    )
    return rng.choice(before) + name
