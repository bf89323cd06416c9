"""Where flash attention pays, and how it is asked for."""

from __future__ import annotations

import pytest

from codegen_cli.engine.flash import flash_attention
from codegen_cli.engine.threads import TINY
from codegen_cli.settings import EngineSettings


def asked(
    settings: EngineSettings, gpu_layers: int = 0, model_bytes: int = TINY, own: bool = False
) -> bool | None:
    return flash_attention(
        settings, gpu_layers=gpu_layers, model_bytes=model_bytes, own_kernels=own
    )


def test_a_model_on_the_cpu_does_without() -> None:
    assert asked(EngineSettings()) is False


@pytest.mark.parametrize("layers", [1, 33])
def test_layers_on_a_gpu_have_it(layers: int) -> None:
    assert asked(EngineSettings(), gpu_layers=layers) is None


def test_a_tiny_model_has_it() -> None:
    assert asked(EngineSettings(), model_bytes=TINY - 1) is None


@pytest.mark.parametrize("settings", [EngineSettings(strict=True), EngineSettings(kv_tokens=8192)])
def test_equal_rows_and_large_caches_need_it(settings: EngineSettings) -> None:
    assert asked(settings) is None


@pytest.mark.parametrize("settings", [EngineSettings(), EngineSettings(strict=True)])
def test_our_own_kernels_insist_on_theirs(settings: EngineSettings) -> None:
    assert asked(settings, own=True) is True


@pytest.mark.parametrize(("flash", "given"), [(True, None), (False, False)])
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("layers", [0, 20])
def test_who_asks_gets_what_was_asked_for(
    flash: bool, given: bool | None, strict: bool, layers: int
) -> None:
    assert asked(EngineSettings(flash=flash, strict=strict), gpu_layers=layers) is given


@pytest.mark.parametrize("flash", [True, False])
def test_who_asks_our_own_kernels_gets_it_too(flash: bool) -> None:
    assert asked(EngineSettings(flash=flash), own=True) is flash
