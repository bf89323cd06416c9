"""How long `codegen chat` takes to its first prompt, beside `import transformers`.

python benchmarks/chat_start.py [ROUNDS]

Both are whole processes, one after the other in turns, so that a busy machine is busy for both. The
prompt is waited for in a real pseudo-terminal. Medians and their ratio are printed.
"""

from __future__ import annotations

import os
import pty
import select
import statistics
import subprocess
import sys
import time

_LIMIT = 60.0


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    chat, other = [], []
    for _ in range(rounds + 1):
        chat.append(to_prompt([sys.executable, "-m", "codegen_cli", "chat", "--no-session"]))
        other.append(to_end([sys.executable, "-c", "import transformers"]))
    # The first of each fills the caches of the disk.
    ours, theirs = statistics.median(chat[1:]), statistics.median(other[1:])
    print(f"codegen chat, to its first prompt  {ours:.3f} s  ({min(chat):.3f}…{max(chat):.3f})")
    print(f"python -c 'import transformers'    {theirs:.3f} s  ({min(other):.3f}…{max(other):.3f})")
    print(f"ratio                              {ours / theirs:.2f}")


def to_prompt(command: list[str]) -> float:
    """Return the seconds until the program shows a prompt."""
    master, slave = pty.openpty()
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm"}
    )
    os.close(slave)
    shown = b""
    try:
        while b"1> " not in shown:
            if not select.select([master], [], [], _LIMIT)[0]:
                raise SystemExit(f"no prompt in {_LIMIT:g} s: {shown.decode(errors='replace')}")
            shown += os.read(master, 65536)
        return time.perf_counter() - begin
    finally:
        process.kill()
        process.wait()
        os.close(master)


def to_end(command: list[str]) -> float:
    """Return the seconds that a process takes."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
