"""Samples of MTPB cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MtpbSample:
    """A whole program for one case (an input, counted from 0) of a problem.

    `row` is what the sample's line said, and comes back beside its result.
    """

    id: str
    case: int
    program: str
    context_overflow: bool = False
    row: Mapping[str, Any] = field(default_factory=dict)
