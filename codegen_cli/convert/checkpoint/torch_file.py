"""One `.bin` file of torch: told apart by its first bytes, then read as an archive."""

from __future__ import annotations

from .layout import Contents
from .opcodes import unpickle
from .state_dict import TorchWorld, state_dict_contents
from .torch_zip import SAVE_AGAIN, TorchZip
from .wall import Malformed
from .weight_file import WeightFile

_ZIP = b"PK"
_PICKLE = b"\x80"  # the PROTO instruction, first in every pickle of protocol 2 and later
_TAR, _TAR_AT = b"ustar", 257


def read_torch(file: WeightFile) -> Contents:
    """Find every tensor of one file; only the archive's directory and data.pkl are read.

    Raises `Malformed` for the formats torch wrote before 1.6 and for all that is no state dict.
    """
    head = file.bytes_at(0, min(file.size, _TAR_AT + len(_TAR)), "the format's mark")
    if head.startswith(_PICKLE) or head[_TAR_AT:] == _TAR:
        raise Malformed("has the format of torch before 1.6, which is not read", SAVE_AGAIN)
    if not head.startswith(_ZIP):
        raise Malformed("is neither an archive nor anything else that torch.save writes")
    archive = TorchZip(file)
    return state_dict_contents(unpickle(archive.pickle(), TorchWorld(archive.storage)))
