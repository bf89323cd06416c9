"""Pull a model: look up, download, check, convert, verify, register; each step resumable."""

from __future__ import annotations

from codegen_cli.convert.config import read_config
from codegen_cli.convert.size import file_bytes
from codegen_cli.convert.types import parse_file_type
from codegen_cli.convert.unfinished import begun_bytes
from codegen_cli.errors import Interrupted
from codegen_cli.hub.cache import cache_folder, forget, snapshot
from codegen_cli.hub.choose import choose_files
from codegen_cli.hub.client import is_offline, warnings_as_notes
from codegen_cli.hub.listing import Listing
from codegen_cli.lock import alone
from codegen_cli.paths import models_dir
from codegen_cli.pull.download import (
    check_cached,
    have_small_files,
    have_weights,
    missing_bytes,
)
from codegen_cli.pull.fetched import Fetched
from codegen_cli.pull.look_up import look_up
from codegen_cli.pull.make import make_model
from codegen_cli.pull.records import PullOptions, PullReport, Watch
from codegen_cli.pull.room import check_room
from codegen_cli.pull.target import Target
from codegen_cli.pull.vocabulary import have_vocabulary
from codegen_cli.registry.recipes import parse_source
from codegen_cli.registry.registered import Registered


def pull(name: str, options: PullOptions, watch: Watch) -> PullReport:
    """Have a released model on this machine, converted and registered; or, dry, say what it takes.

    One process at a time pulls from a repository; others wait and then find the work done.

    Raises:
        UsageError: an unknown type, or the model's place is taken by a file that was not pulled.
        ModelNotFound: no such recipe, repository or revision; offline, not in the cache.
        CheckpointError: this version cannot convert it.
        HubError, CodegenError: the Hub or the disk refuses, or there is too little room.
        Interrupted: Ctrl-C; the same call goes on from there.
    """
    file_type = parse_file_type(options.file_type)
    repo, recipe = parse_source(name)
    target = Target(repo, recipe, file_type)
    try:
        with warnings_as_notes(watch.note):
            if options.dry_run:
                return _work(target, options, watch)
            waiting = f"another process pulls {repo}: waiting for it"
            with alone(f"a pull of {repo}", lambda: watch.note(waiting)):
                return _work(target, options, watch)
    except (KeyboardInterrupt, Interrupted):
        raise Interrupted("interrupted", "run the same command again to go on from there") from None


def _work(target: Target, options: PullOptions, watch: Watch) -> PullReport:
    asked = options.revision or (target.recipe.revision if target.recipe else "main")
    offline = options.offline or is_offline()
    found = look_up(target, asked, offline=offline, watch=watch)
    if isinstance(found, Registered):
        return PullReport.of("present", target, found)
    weights, others = choose_files(found)
    if not offline:
        needed = [file for file in others if file.name == "config.json" or not options.dry_run]
        have_small_files(found, needed, asked, watch)
    folder = snapshot(found.repo, found.commit)
    config = read_config(folder)
    size = file_bytes(config, target.file_type)
    missing = sum(missing_bytes(found, file) for file in weights)
    if options.dry_run:
        return PullReport.planned(target, found.commit, size, weights, missing)
    have_vocabulary(folder, config, watch, offline=offline)
    check_room({cache_folder(): missing, models_dir(): size - begun_bytes(target.path)})
    fetched = Fetched(found.repo, found.commit)
    if offline:
        check_cached(found, weights, watch)
    else:
        have_weights(found, weights, fetched, watch)
    record = make_model(target, asked, found.commit, options.threads, watch)
    _clean_up(found, fetched, options, watch)
    return PullReport.of("pulled", target, record)


def _clean_up(listing: Listing, fetched: Fetched, options: PullOptions, watch: Watch) -> None:
    """Remove the weights that this pull downloaded, unless they are to be kept."""
    names = fetched.names()
    if names and not options.keep_checkpoint:
        freed = forget(listing, names)
        watch.note(f"removed the checkpoint ({freed / 1e6:.1f} MB) from the Hub's cache")
    fetched.clear()
