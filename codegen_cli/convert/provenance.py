"""What a converted file says of where it came from."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from codegen_cli import __version__
from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.names import TargetTensor
from codegen_cli.convert.source import Source
from codegen_cli.errors import UsageError
from codegen_cli.registry.fingerprint import model_sha256

FAMILIES = ("NL", "Multi", "Mono")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Name, family (NL, Multi, Mono or unknown), licence, source and hashes of a conversion.

    `sha256` maps each input file's name to its digest.
    """

    name: str
    family: str
    size_label: str
    license: str
    source: str
    sha256: dict[str, str]
    config: str
    converter: str


def describe(
    source: Source,
    targets: list[TargetTensor],
    sha256: dict[str, str],
    *,
    name: str | None,
    family: str,
    license_name: str | None,
    origin: str | None,
) -> Provenance:
    """Return the provenance of a checkpoint; what is not given is read or guessed from it."""
    raw = source.config.raw
    parameters = sum(math.prod(target.shape) for target in targets if target.sources)
    return Provenance(
        name=name or source.name,
        family=family,
        size_label=_size_label(parameters),
        license=license_name or _card_license(source.place) or "unknown",
        source=origin or str(raw.get("_name_or_path") or source.name),
        sha256=sha256,
        config=json.dumps(raw, sort_keys=True, ensure_ascii=False),
        converter=f"codegen-cli {__version__}",
    )


def hash_files(files: Iterable[Path], on_bytes: Callable[[int], None]) -> dict[str, str]:
    """Return the SHA-256 of each file by name; `on_bytes` is told the progress."""
    return {path.name: model_sha256(path, on_bytes) for path in files}


def family_of(source: Source, given: str | None = None, name: str | None = None) -> str:
    """Return the family that is given or, without one, named by a checkpoint, else "unknown".

    Raises:
        UsageError: no family has the name that is given.
    """
    text = f"{name or ''} {source.name} {source.config.raw.get('_name_or_path', '')}"
    known = {family.lower(): family for family in FAMILIES}
    if given is not None:
        if given.lower() not in known:
            raise UsageError(f'unknown family "{given}"', f"known: {', '.join(FAMILIES)}")
        return known[given.lower()]
    found = re.search(r"(?<![a-z])(nl|multi|mono)(?![a-z])", text.lower())
    return known[found[1]] if found else "unknown"


def _size_label(parameters: int) -> str:
    for unit, factor in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if parameters >= factor:
            return f"{parameters / factor:.3g}{unit}"
    return str(parameters)


def _card_license(folder: Place) -> str | None:
    """Read `license:` from the front matter of the model card."""
    card = folder / "README.md"
    if not card.is_file():
        return None
    text = card.read_text(encoding="utf-8", errors="replace")
    front = re.match(r"---\s*\n(.*?)\n---", text, re.DOTALL)
    found = re.search(r"^license:\s*(\S+)", front[1], re.MULTILINE) if front else None
    return found[1] if found else None
