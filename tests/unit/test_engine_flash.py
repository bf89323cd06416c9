"""Where flash attention pays."""

from __future__ import annotations

import pytest

from codegen_cli.engine.flash import flash_pays
from codegen_cli.engine.threads import TINY
from codegen_cli.settings import EngineSettings


def pays(settings: EngineSettings, gpu_layers: int = 0, model_bytes: int = TINY) -> bool:
    return flash_pays(settings, gpu_layers=gpu_layers, model_bytes=model_bytes)


def test_a_model_on_the_cpu_does_without() -> None:
    assert not pays(EngineSettings())


@pytest.mark.parametrize("layers", [1, 33])
def test_layers_on_a_gpu_have_it(layers: int) -> None:
    assert pays(EngineSettings(), gpu_layers=layers)


def test_a_tiny_model_has_it() -> None:
    assert pays(EngineSettings(), model_bytes=TINY - 1)


@pytest.mark.parametrize("settings", [EngineSettings(strict=True), EngineSettings(kv_tokens=8192)])
def test_equal_rows_and_large_caches_need_it(settings: EngineSettings) -> None:
    assert pays(settings)


@pytest.mark.parametrize("flash", [True, False])
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("layers", [0, 20])
def test_who_asks_gets_what_was_asked_for(flash: bool, strict: bool, layers: int) -> None:
    assert pays(EngineSettings(flash=flash, strict=strict), gpu_layers=layers) == flash
