"""The pickle instructions that a state dict needs; every other one is refused.

Left out on purpose: EXT*, INST, OBJ, NEWOBJ*, all of protocols 0 and 1 as text, bytes, sets, DUP,
POP and the 4- and 8-byte lengths that a state dict has no use for.
Source: https://github.com/python/cpython/blob/v3.13.0/Lib/pickletools.py
"""

from __future__ import annotations

import pickletools
import struct

from .pickle_machine import UNSAFE, PickleMachine, Step, World
from .wall import Malformed, shown


def unpickle(data: bytes, world: World) -> object:
    """Return the value of a pickle of protocol 2 to 5, built from `world`'s inert objects.

    Raises `Malformed` to refuse; see `PickleMachine.run` for what damage raises.
    """
    return PickleMachine(data, world).run(_STEPS)


def _protocol(m: PickleMachine) -> None:
    version = m.number("B")
    if not 2 <= version <= 5:
        raise Malformed(f"has a pickle of protocol {version}, not 2 to 5", "save it again")


def _frame(m: PickleMachine) -> None:
    m.take(8)  # a length for readers of streams


def _mark(m: PickleMachine) -> None:
    m.marks.append(m.stack)
    m.stack = []


def _constant(value: object) -> Step:
    return lambda m: m.push(value)


def _integer(code: str) -> Step:
    return lambda m: m.push(m.number(code))


def _long(m: PickleMachine) -> None:
    m.push(int.from_bytes(m.take(m.number("B")), "little", signed=True))


def _float(m: PickleMachine) -> None:
    m.push(struct.unpack(">d", m.take(8))[0])


def _text(code: str) -> Step:
    return lambda m: m.push(m.take(m.number(code)).decode("utf-8"))


def _tuple(length: int) -> Step:
    return lambda m: m.push(tuple([m.pop() for _ in range(length)][::-1]))


def _marked_tuple(m: PickleMachine) -> None:
    values = m.pop_mark()
    m.push(tuple(values))


def _put(code: str) -> Step:
    def step(m: PickleMachine) -> None:
        m.memo[m.number(code)] = m.stack[-1]

    return step


def _memoize(m: PickleMachine) -> None:
    m.memo[len(m.memo)] = m.stack[-1]


def _get(code: str) -> Step:
    return lambda m: m.push(m.memo[m.number(code)])


def _global(m: PickleMachine) -> None:
    module = m.line()
    m.push(m.world.find_global(module, m.line()))


def _stack_global(m: PickleMachine) -> None:
    name, module = m.pop(), m.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise Malformed("asks for a global whose name is not text: refused", UNSAFE)
    m.push(m.world.find_global(module, name))


def _persistent(m: PickleMachine) -> None:
    m.push(m.world.persistent(m.pop()))


def _reduce(m: PickleMachine) -> None:
    arguments, function = m.pop(), m.pop()
    if not isinstance(arguments, tuple):
        raise Malformed("calls something without a tuple of arguments: refused", UNSAFE)
    m.push(m.world.reduce(function, arguments))


def _append(m: PickleMachine, values: list[object]) -> None:
    target = m.stack[-1]
    if not isinstance(target, list):
        raise Malformed("appends to something that is not a list: refused", UNSAFE)
    target.extend(values)


def _set_items(m: PickleMachine, values: list[object]) -> None:
    target = m.stack[-1]
    if not isinstance(target, dict):
        raise Malformed("sets an item of something that is not a dict: refused", UNSAFE)
    for key, value in zip(values[::2], values[1::2], strict=True):
        if not isinstance(key, str):
            raise Malformed("has a dict key that is not text", "save only the model's state dict")
        if key in target:
            raise Malformed(f"is damaged: {shown(key)} is there twice")
        target[key] = value


def _build(m: PickleMachine) -> None:
    # torch hangs `_metadata` (module versions) on the OrderedDict; no weight depends on it.
    m.pop()
    if not isinstance(m.stack[-1], dict):
        raise Malformed("sets the state of something that is not a dict: refused", UNSAFE)


_BY_NAME: dict[str, Step] = {
    "PROTO": _protocol,
    "FRAME": _frame,
    "MARK": _mark,
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    "BININT": _integer("i"),
    "BININT1": _integer("B"),
    "BININT2": _integer("H"),
    "LONG1": _long,
    "BINFLOAT": _float,
    "BINUNICODE": _text("I"),
    "SHORT_BINUNICODE": _text("B"),
    "EMPTY_TUPLE": _constant(()),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "TUPLE": _marked_tuple,
    "EMPTY_LIST": lambda m: m.push([]),
    "APPEND": lambda m: _append(m, [m.pop()]),
    "APPENDS": lambda m: _append(m, m.pop_mark()),
    "EMPTY_DICT": lambda m: m.push({}),
    "SETITEM": lambda m: _set_items(m, [m.pop(), m.pop()][::-1]),
    "SETITEMS": lambda m: _set_items(m, m.pop_mark()),
    "BINPUT": _put("B"),
    "LONG_BINPUT": _put("I"),
    "MEMOIZE": _memoize,
    "BINGET": _get("B"),
    "LONG_BINGET": _get("I"),
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "BINPERSID": _persistent,
    "REDUCE": _reduce,
    "BUILD": _build,
}

_STEPS: dict[bytes, Step] = {
    opcode.code.encode("latin-1"): _BY_NAME[opcode.name]
    for opcode in pickletools.opcodes
    if opcode.name in _BY_NAME
}
