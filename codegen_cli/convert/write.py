"""Stream a checkpoint's tensors into a GGUF file."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.plan import PlannedTensor
from codegen_cli.convert.quantize import prepare, quantize_rows
from codegen_cli.convert.source import Progress
from codegen_cli.convert.unfinished import Unfinished

#: Told how many tensors of how many an earlier run completed.
OnResume = Callable[[int, int], None]

#: Source rows in the order of the file, by `TargetTensor.kind`.
RowOrders = Mapping[str, NDArray[np.intp]]
_AS_THEY_ARE: RowOrders = {}

#: Elements a job quantizes: large enough to hide Python, small enough to keep memory flat.
_JOB_ELEMENTS = 1 << 20


@dataclass(frozen=True, slots=True)
class _Job:
    tensor: PlannedTensor
    rows: slice | NDArray[np.intp]
    elements: int
    is_last: bool


def write_file(
    part: Unfinished,
    header: bytes,
    plan: Sequence[PlannedTensor],
    on_progress: Progress,
    on_resume: OnResume,
    *,
    threads: int,
    drop_other: bool,
    row_orders: RowOrders = _AS_THEY_ARE,
    version: str = "",
) -> int:
    """Write what an earlier run did not, and return how many tensors it did.

    `version` tells the source from an older one of its name, where the header has no hash of it.

    Raises:
        UsageError: the file was begun otherwise, and `drop_other` is off.
        CheckpointError: a weight is NaN, infinite or too large for the type.
    """
    total = sum(tensor.elements for tensor in plan)

    def on_elements(count: int) -> None:
        on_progress("writing", count, total)

    sizes = [tensor.nbytes for tensor in plan]
    inputs = _digest(plan, row_orders, version)
    resumed = part.open(header, sizes, drop_other=drop_other, inputs=inputs)
    if resumed:
        on_resume(resumed, len(plan))
        on_elements(sum(tensor.elements for tensor in plan[:resumed]))
    write_tensors(part, plan[resumed:], threads, on_elements, row_orders)
    part.finish()
    return resumed


def _digest(plan: Sequence[PlannedTensor], row_orders: RowOrders, version: str) -> bytes:
    """Return a hash of what decides the tensors' bytes beside the header and the weights."""
    digest = hashlib.sha256(version.encode())
    for kind, rows in row_orders.items():
        digest.update(kind.encode() + rows.astype(np.int64).tobytes())
    for tensor in plan:
        if tensor.importance_N is not None:
            digest.update(tensor.target.name.encode() + tensor.importance_N.tobytes())
    return digest.digest()


def write_tensors(
    file: Unfinished,
    tensors: Sequence[PlannedTensor],
    threads: int,
    on_elements: Callable[[int], None],
    row_orders: RowOrders = _AS_THEY_ARE,
) -> None:
    """Quantize jobs on all cores, a bounded number ahead, and write them in order.

    `row_orders` are the source rows, in the order of the file, of the kinds of tensors where that
    is another one. `on_elements` is told how many weights were written. Memory holds a few jobs of
    a million elements, whatever the model's size.

    Raises:
        CheckpointError: a weight is NaN, infinite or too large for the type.
        OSError: the disk is full or the file cannot be written.
    """
    prepare()
    pending: deque[tuple[_Job, Future[NDArray[np.uint8]]]] = deque()

    def write_oldest() -> None:
        job, future = pending.popleft()
        file.write(future.result().data)
        if job.is_last:
            file.end_tensor()
            if job.tensor.source is not None:
                job.tensor.source.release()
        on_elements(job.elements)

    pool = ThreadPoolExecutor(threads)
    try:
        for job in _jobs(tensors, row_orders):
            pending.append((job, pool.submit(_run, job)))
            if len(pending) > 2 * threads:
                write_oldest()
        while pending:
            write_oldest()
    finally:
        # After an error or Ctrl-C the jobs ahead are of no use.
        pool.shutdown(wait=True, cancel_futures=True)


def _jobs(tensors: Sequence[PlannedTensor], row_orders: RowOrders) -> Iterator[_Job]:
    for tensor in tensors:
        shape = tensor.target.shape
        rows, columns = shape if len(shape) == 2 else (1, shape[0])
        step = max(1, _JOB_ELEMENTS // columns)
        order = row_orders.get(tensor.target.kind)
        for start in range(0, rows, step):
            stop = min(rows, start + step)
            picked = slice(start, stop) if order is None else order[start:stop]
            yield _Job(tensor, picked, (stop - start) * columns, stop == rows)


def _run(job: _Job) -> NDArray[np.uint8]:
    source, name = job.tensor.source, job.tensor.target.name
    if source is None:
        values = np.zeros((1, job.elements), np.float32)
    elif len(source.shape) == 1:
        values = source.float32().reshape(1, -1)
    else:
        values = source.float32(job.rows)
    return quantize_rows(values, job.tensor.type.type, name, job.tensor.importance_N)
