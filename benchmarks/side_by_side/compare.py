"""Compare this engine with other ways to run CodeGen on a CPU.

Builds one random checkpoint of the 350M shape (kept in the cache folder, about 1.5 GB with what is
made of it). Each contender is a process of its own that waits for commands, so only one computes
at a time; every round gives every contender every workload, in an order that turns with the round.
Contenders whose package is missing are left out with a note.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks.side_by_side.contenders import CONTENDERS, Contender, missing
from benchmarks.side_by_side.files import SHAPES, Files
from benchmarks.side_by_side.process import Peer, PeerError
from benchmarks.side_by_side.report import Figures, markdown, summary
from benchmarks.side_by_side.workloads import Works
from codegen_cli import paths
from codegen_cli.bench.machine import machine
from codegen_cli.engine.threads import default_threads


def main() -> None:
    """Build, alternate, report."""
    options = parse()
    files = Files(options.dir / options.shape, SHAPES[options.shape])
    before = machine()
    figures, notes = measure(files, options)
    report = summary(figures, notes, files, options, before)
    print(json.dumps(report, indent=2) if options.json else markdown(report))
    if options.markdown:
        options.markdown.write_text(markdown(report) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(prog="benchmarks/peers.py", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sequences", type=int, default=64, help="how many at a time, in batches")
    parser.add_argument("--samples", type=int, default=200, help="answers to one prompt")
    parser.add_argument("--calls", type=int, default=4, help="sequential calls to extrapolate from")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: the CPU time of each process, which others do not lengthen; for one thread",
    )
    parser.add_argument("--only", help="contenders whose name contains one of these, by comma")
    parser.add_argument("--shape", choices=SHAPES, default="350M")
    parser.add_argument("--dir", type=Path, default=paths.cache_dir() / "peers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", type=Path, help="write the page to this file too")
    options = parser.parse_args()
    if options.clock == "cpu" and options.threads != 1:
        parser.error("--clock cpu adds up threads that work at once: use --threads 1")
    return options


def measure(files: Files, options: argparse.Namespace) -> tuple[Figures, list[str]]:
    """Return every figure of every round, and notes on what was left out."""
    figures, notes = Figures(), list[str]()
    chosen = []
    for contender in CONTENDERS:
        if options.only and not any(part in contender.name for part in options.only.split(",")):
            continue
        if lacking := missing(contender):
            notes.append(f"{contender.name} is left out: {lacking} is not installed")
            continue
        chosen.append(contender)
    paths_of = {c.name: str(files.path(c.format)) for c in chosen}
    works = Works(files.checkpoint, options)
    for contender in chosen:
        measure_memory(contender, paths_of[contender.name], works, options, figures)
    peers = [Peer(c, paths_of[c.name], options.threads, options.clock) for c in chosen]
    try:
        for number in range(options.rounds):
            play_round(number, peers, works, figures, notes)
    except KeyboardInterrupt:
        notes.append(f"interrupted in round {number + 1} of {options.rounds}")
    finally:
        for peer in peers:
            peer.close()
    return figures, notes


def measure_memory(
    contender: Contender, path: str, works: Works, options: argparse.Namespace, figures: Figures
) -> None:
    """Note the peak memory of a fresh process that reads a prompt and writes one answer."""
    if "memory" not in contender.workloads:
        return
    peer = Peer(contender, path, options.threads, options.clock)
    try:
        for name in ("prefill", "decode"):
            peer.call(name, works.round(-1)[name][1])
        figures.add("memory", contender.name, peer.call("memory", {}))
    finally:
        peer.close()


def play_round(
    number: int, peers: list[Peer], works: Works, figures: Figures, notes: list[str]
) -> None:
    """Give every workload to every contender, one after the other."""
    turn = number % len(peers)
    for workload, (method, work) in works.round(number).items():
        for peer in peers[turn:] + peers[:turn]:
            if workload not in peer.contender.workloads:
                continue
            print(
                f"round {number + 1}, load {os.getloadavg()[0]:.1f}: {workload}: "
                f"{peer.contender.name}",
                file=sys.stderr,
            )
            try:
                figures.add(workload, peer.contender.name, peer.call(method, work))
            except PeerError as error:
                notes.append(f"{peer.contender.name} failed at {workload}: {error}")
