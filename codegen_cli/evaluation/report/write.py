"""Write a report into a folder: report.md, report.html, report.json and the plots."""

from __future__ import annotations

import re
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.report.document.build import build_document
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.formats.html import to_html
from codegen_cli.evaluation.report.formats.markdown import to_markdown
from codegen_cli.evaluation.report.formats.to_json import to_json
from codegen_cli.evaluation.report.plots.draw import INSTALL, can_draw, draw_all
from codegen_cli.evaluation.report.plots.svg import standalone
from codegen_cli.files import check_output, write_output

PAGE = "report.html"
_PLOTS = "plots"
_OURS = re.compile(r"(humaneval|mtpb)-[a-z0-9_-]+\.svg")


def make_folder(folder: Path) -> None:
    """Make the folder of a report, and refuse one that cannot be written.

    Raises:
        UsageError: the disk refuses, or the path is a file.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        hint = "choose another --out, in a folder that exists"
        raise UsageError(f'cannot make folder "{folder}": {error.strerror}', hint) from error
    check_output(folder / PAGE)


def write_report(folder: Path, report: Report) -> str:
    """Write every file whole; return why there are no plots, empty where there are.

    Raises:
        CodegenError: the disk refuses.
    """
    missing = "" if can_draw() else f"No plots: matplotlib is not installed ({INSTALL})."
    document = build_document(report, missing)
    plots = {} if missing else draw_all(document)
    pictures = {key: f"{_PLOTS}/{key}.svg" for key in plots}
    files = {pictures[key]: standalone(svg) for key, svg in plots.items()}
    files["report.md"] = to_markdown(document, pictures)
    files["report.json"] = to_json(report)
    files[PAGE] = to_html(document, plots)
    # All is made before anything is written: Ctrl-C leaves an earlier report as it was.
    if plots:
        (folder / _PLOTS).mkdir(exist_ok=True)
    for name, text in files.items():
        write_output(folder / name, text)
    for path in (folder / _PLOTS).glob("*.svg"):
        if _OURS.fullmatch(path.name) and f"{_PLOTS}/{path.name}" not in files:
            path.unlink()  # of an earlier report
    return missing
