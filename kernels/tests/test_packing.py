"""What is packed comes back byte by byte, whole or in pieces."""

from __future__ import annotations

import numpy as np
import pytest
from blocks import TYPES, random_rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library import Library
from test_products import own_name

MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("type_", TYPES)
def test_pieces_are_written_and_read_anywhere(library: Library, type_: str) -> None:
    @MANY
    @given(n=st.integers(1, 100), blocks=st.integers(1, 3), data=st.data())
    def check(n: int, blocks: int, data: st.DataObject) -> None:
        k = 256 * blocks
        rng = np.random.default_rng(data.draw(st.integers(0, 999)))
        wanted = random_rows(type_, n, k, rng).reshape(-1)
        packed = library.packed(own_name(type_), k, n)
        library.pack(own_name(type_), k, n, packed, wanted)
        for _ in range(3):
            start = data.draw(st.integers(0, wanted.size - 1))
            size = data.draw(st.integers(1, wanted.size - start))
            piece = rng.integers(0, 256, size, np.uint8)
            wanted[start : start + size] = piece
            library.pack(own_name(type_), k, n, packed, piece, start)
            start = data.draw(st.integers(0, wanted.size - 1))
            size = data.draw(st.integers(1, wanted.size - start))
            read = library.unpack(own_name(type_), k, n, packed, start, size)
            assert (read == wanted[start : start + size]).all()

    check()


def test_packed_weights_take_hardly_more_than_the_file(library: Library) -> None:
    for type_ in TYPES:
        packed = library.packed(own_name(type_), 1024, 1024).size
        assert packed <= 1.03 * random_rows(type_, 1024, 1024, np.random.default_rng(0)).size
