"""The checkpoints of Jaxformer, the library that CodeGen was trained with on TPUs.

A run saves `<step>/ckpt.json` and `<step>/model/<process>.npz`; the shape stands in the run's
configuration only.
"""

from __future__ import annotations

from codegen_cli.convert.jaxformer.arrays import is_jaxformer, open_jaxformer
from codegen_cli.convert.jaxformer.run import read_run_config

__all__ = ["is_jaxformer", "open_jaxformer", "read_run_config"]
