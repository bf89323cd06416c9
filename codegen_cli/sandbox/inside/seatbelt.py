"""macOS: a Seatbelt profile put on a child with `sandbox_init`, as browsers do.

Written from the profile language's public uses; the self-attack at start decides whether it holds.
"""

from __future__ import annotations

import ctypes

_LIBRARY = "/usr/lib/libsandbox.1.dylib"


def profile(read: list[str], devices: list[str], scratch: str) -> bytes:
    """Return the profile: deny everything, read the libraries, write the scratch folder."""
    readable = " ".join(f'(subpath "{_quoted(path)}")' for path in [*read, scratch])
    literal = " ".join(f'(literal "{_quoted(path)}")' for path in devices)
    return f"""(version 1)
(deny default)
(allow file-read* {readable} {literal})
(allow file-map-executable {readable})
(allow file-write* (subpath "{_quoted(scratch)}"))
(allow file-write-data {literal})
(allow signal (target self))
(allow sysctl-read)
""".encode()


def enclose(text: bytes) -> None:
    """Shut this process in, for good.

    Raises:
        OSError: the system refuses the profile.
    """
    library = ctypes.CDLL(_LIBRARY)
    message = ctypes.c_char_p()
    if library.sandbox_init(text, ctypes.c_uint64(0), ctypes.byref(message)):
        raise OSError(f"sandbox_init: {(message.value or b'').decode(errors='replace')}")


def _quoted(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"')
