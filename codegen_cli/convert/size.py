"""How large a converted file is and what it needs to run, computed from a shape alone."""

from __future__ import annotations

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.names import target_tensors
from codegen_cli.convert.plan import PlannedTensor, plan_tensors
from codegen_cli.convert.qkv import CODEGEN
from codegen_cli.convert.unfinished import ALIGNMENT
from codegen_cli.engine.context import BATCH_TOKENS
from codegen_cli.engine.gguf.architecture import LLAMA, PHI2
from codegen_cli.engine.gguf.hyperparameters import Hyperparameters
from codegen_cli.engine.memory_need import need_of
from codegen_cli.registry.recipe import Recipe

#: Metadata of a file with CodeGen's vocabulary (GPT-2's 50,257 tokens and 50,000 merges, padded to
#: 51,200). Names, hashes and the table of tensors change it by some 20 kB between models.
_HEADER_BYTES = 1_810_000

#: The graph that computes each kind of checkpoint.
_GRAPHS = {"codegen": PHI2, "codegen2": PHI2, "codegen25": LLAMA}


def recipe_config(recipe: Recipe) -> CodeGenConfig:
    """Return the shape of a recipe as a configuration."""
    shape = recipe.shape
    return CodeGenConfig(
        n_layer=shape.layers,
        n_embd=shape.width,
        n_head=shape.heads,
        n_inner=shape.inner,
        n_ctx=shape.context,
        # It changes no size.
        rotary_dim=shape.rotary or 2,
        vocab_size=shape.vocabulary,
        layer_norm_epsilon=1e-5,
        tie_word_embeddings=False,
        # Nor does this.
        qkv=CODEGEN,
        raw={},
        graph=_GRAPHS[recipe.architecture],
    )


def file_bytes(config: CodeGenConfig, file_type: str) -> int:
    """Return the size of the GGUF file, within 64 KiB for a model with CodeGen's vocabulary."""
    sizes = (tensor.nbytes for tensor in _plan(config, file_type))
    return _HEADER_BYTES + sum(size + -size % ALIGNMENT for size in sizes)


def run_bytes(config: CodeGenConfig, file_type: str, cells: int) -> int:
    """Return the memory that the weights, a cache of `cells` tokens and the buffers take."""
    sizes = Hyperparameters(
        architecture=config.graph,
        context=config.n_ctx,
        embedding=config.n_embd,
        inner=config.n_inner,
        blocks=config.n_layer,
        heads=config.n_head,
        rotary=config.rotary_dim,
    )
    tensors = ((tensor.target.name, tensor.nbytes) for tensor in _plan(config, file_type))
    return need_of(sizes, tensors, config.vocab_size, cells, BATCH_TOKENS).total


def _plan(config: CodeGenConfig, file_type: str) -> list[PlannedTensor]:
    return plan_tensors(config.n_layer, target_tensors(config), file_type, None)
