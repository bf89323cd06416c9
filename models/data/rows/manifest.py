"""`manifest.json`: what a trainer needs to know of a folder of rows."""

from __future__ import annotations

from models.data.rows.concatenate import RowFormat
from models.data.rows.encoded import dtype_for
from models.data.stage import FORMAT, Json
from models.data.tokenizer.load import Vocabulary

#: The version of this file's format.
_VERSION = 1


def manifest(report: Json, form: RowFormat, vocabulary: Vocabulary, lost: int) -> Json:
    """Return the manifest of rows: nothing in it depends on when or where they were made.

    `lost` is how many tokens did not fill a row.
    """
    files = {entry["name"]: entry for entry in report["files"]}
    shards = []
    left = report["kept"]
    for name in sorted(name for name in files if name.startswith("rows-")):
        weights = name.replace("rows-", "weights-")
        count = min(form.per_shard, left)
        left -= count
        shard = {"rows": name, "weights": None, "count": count, "sha256": files[name]["sha256"]}
        if weights in files:
            shard |= {"weights": weights, "weights_sha256": files[weights]["sha256"]}
        shards.append(shard)
    return {
        "format": _VERSION,
        "row_length": form.length,
        "dtype": dtype_for(vocabulary.size).__name__,
        "vocab_size": vocabulary.size,
        "eos_id": vocabulary.end_of_text,
        "tokenizer_sha256": vocabulary.sha256,
        "rows": report["kept"],
        "tokens": report["kept"] * form.length,
        "tokens_dropped": lost,
        "shards": shards,
        "made_by": f"models.data {FORMAT}",
    }
