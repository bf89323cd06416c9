"""Dates given as YYYY-MM-DD."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_DATE = "from datetime import date"
_BOTH = "from datetime import date, timedelta"


def _part(name: str) -> Operation:
    return op(
        f"date {name}",
        "date -> number",
        name,
        f"date.fromisoformat({{x}}).{name}",
        n=(
            f"the {name} of {{x}}",
            f"the {name} [number |][in|from] {{x}}[ as an integer|]",
            f"which {name} {{x}} falls in, as a number",
        ),
        v=(
            f"[extract|take|read|get] the {name} [of|from] {{x}}",
            f"parse {{x}} and keep its {name}",
        ),
        imports=_DATE,
    )


OPERATIONS: tuple[Operation, ...] = (
    _part("year"),
    _part("month"),
    _part("day"),
    op(
        "weekday",
        "date -> text",
        "weekday",
        'date.fromisoformat({x}).strftime("%A")',
        n=(
            "the [name of the |]weekday of {x}",
            "the day of the week [of|on] {x}",
            "[on |]which weekday {x} [is|falls]",
            "what the day {x} is called in its week",
        ),
        v=("[look up|get] the weekday of {x}", "name the day of the week {x} belongs to"),
        imports=_DATE,
    ),
    op(
        "add days",
        "date -> date",
        "later",
        "str(date.fromisoformat({x}) + timedelta(days={k}))",
        n=(
            "the date {k} days after {x}",
            "{x} plus {k} days[ as a string|]",
            "the day that comes {k} days later than {x}",
        ),
        v=(
            "add {k} days to {x}",
            "[move|shift] {x} [forward |]by {k} days",
            "go {k} days on from {x}",
        ),
        k="days",
        imports=_BOTH,
    ),
    op(
        "subtract days",
        "date -> date",
        "earlier",
        "str(date.fromisoformat({x}) - timedelta(days={k}))",
        n=(
            "the date {k} days before {x}",
            "{x} minus {k} days[ as a string|]",
            "the day that was {k} days earlier than {x}",
        ),
        v=(
            "subtract {k} days from {x}",
            "[move|shift] {x} back by {k} days",
            "go {k} days back from {x}",
        ),
        k="days",
        imports=_BOTH,
    ),
    op(
        "day of year",
        "date -> number",
        "day_of_year",
        "date.fromisoformat({x}).timetuple().tm_yday",
        n=(
            "the [day of the year|number of the day in the year|day number within the year] "
            "[of|for] {x}",
            "which [numbered |]day of the year {x} is",
            "how far into its year {x} is, in days from 1",
        ),
        imports=_DATE,
    ),
    op(
        "is weekend",
        "date -> flag",
        "is_weekend",
        "date.fromisoformat({x}).weekday() >= 5",
        n=(
            "whether {x} [is|falls|lies] on a [weekend|Saturday or Sunday]",
            "whether {x} is a day of the weekend",
        ),
        v=(
            "[check|test|find out] [if|whether] {x} [is|falls] on a weekend",
            "see if {x} is a Saturday or a Sunday",
        ),
        imports=_DATE,
    ),
    op(
        "european",
        "date -> text",
        "formatted",
        'date.fromisoformat({x}).strftime("%d.%m.%Y")',
        n=(
            "{x} in the [format|form] day.month.year",
            "{x} [written|formatted] as DD.MM.YYYY",
            "{x} in European notation with full stops",
        ),
        v=(
            "[format|write|rewrite] {x} as DD.MM.YYYY",
            "[convert|turn] {x} [to|into] the [format|form] day.month.year",
            "put {x} into European notation with full stops",
        ),
        imports=_DATE,
    ),
    op(
        "days between",
        "date date -> number",
        "days",
        "abs((date.fromisoformat({x}) - date.fromisoformat({z})).days)",
        n=(
            "the [number|count] of days between {x} and {z}",
            "how many days [lie |there are |]between {x} and {z}",
            "the distance from {x} to {z} in days",
        ),
        v=(
            "count the days [between|from] {x} and {z}",
            "measure how many days {x} and {z} are apart",
        ),
        imports=_DATE,
    ),
    op(
        "earlier date",
        "date date -> date",
        "earliest",
        "min({x}, {z})",
        n=(
            "the earlier [one |date |]of {x} and {z}",
            "whichever of {x} and {z} comes first",
            "the first in time of {x} and {z}",
        ),
        v=(
            "[pick|choose|select] the earlier [one |date |]of {x} and {z}",
            "choose what comes first, {x} or {z}",
        ),
    ),
)
