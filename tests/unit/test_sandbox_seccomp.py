"""What the filter lets through, found by running its instructions; and its numbers."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from codegen_cli.sandbox.inside import seccomp, syscalls

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_I386 = 0x40000003
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_PID = 4242


def verdict(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """Run the filter on one call, as the kernel would."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, arch or _AUDIT[machine], 0, *padded)
    accumulator, at = 0, 0
    program = seccomp.assemble(_PID, machine)
    while True:
        code, yes, no, k = program[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x06:
            return k
        else:
            holds = {
                0x15: accumulator == k,
                0x35: accumulator >= k,
                0x45: bool(accumulator & k),
            }[code]
            at += yes if holds else no


@pytest.fixture(params=syscalls.MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def call(machine: str, name: str, *arguments: int) -> int:
    return verdict(machine, syscalls.numbers(machine)[name], *arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("read", ()),
        ("openat", ()),
        ("mmap", ()),
        ("futex", ()),
        ("exit_group", ()),
        ("statx", ()),
        ("kill", (_PID, 9)),
        ("tgkill", (_PID, 7, 6)),
        ("clone", (0x3D0F00,)),
        ("prlimit64", (0,)),
        ("prlimit64", (_PID,)),
        ("fcntl", (3, 3)),
        ("ioctl", (1, 0x5401)),
        ("prctl", (15,)),
        ("socketpair", (1, 0x80801)),
        ("sendto", (3, 0x7FFF00000000, 1, 0, 0)),
    ],
)
def test_what_a_program_needs_is_allowed(
    machine: str, name: str, arguments: tuple[int, ...]
) -> None:
    assert call(machine, name, *arguments) == _ALLOW


@pytest.mark.parametrize(
    ("name", "arguments", "refused"),
    [
        ("kill", (1, 0), _EPERM),
        ("kill", (0, 9), _EPERM),
        ("kill", (2**64 - 1, 9), _EPERM),
        ("tgkill", (1, 1, 9), _EPERM),
        ("clone", (17,), _EPERM),
        ("clone", (0x10000000,), _EPERM),
        ("clone3", (), _ENOSYS),
        ("prlimit64", (1,), _EPERM),
        ("fcntl", (3, 8), _EPERM),
        ("fcntl", (3, 1031), _EPERM),
        ("ioctl", (0, 0x5412), _EPERM),
        ("prctl", (4,), _EPERM),
        ("ptrace", (), _EPERM),
        ("socketpair", (1, 2), _EPERM),
        ("socketpair", (2, 1), _EPERM),
        ("socketpair", (40, 1), _EPERM),
        ("sendto", (3, 0, 1, 0, 0x7FFF00000000), _EPERM),
        ("sendto", (3, 0, 1, 0, 0x1000), _EPERM),
        ("unshare", (), _EPERM),
        ("mount", (), _EPERM),
        ("seccomp", (), _EPERM),
        ("io_uring_setup", (), _EPERM),
        ("landlock_add_rule", (), _EPERM),
    ],
)
def test_everything_else_is_refused(
    machine: str, name: str, arguments: tuple[int, ...], refused: int
) -> None:
    assert call(machine, name, *arguments) == refused


#: asm-generic and x86_64 numbers: fork, vfork, execve, execveat, socket, connect, chmod, fchmodat,
#: utimensat, setxattr, process_vm_readv, bpf, memfd_create, setns, pidfd_open, perf_event_open.
_DANGEROUS = {
    "x86_64": (57, 58, 59, 322, 41, 42, 90, 268, 280, 188, 310, 321, 319, 308, 434, 298, 76, 101),
    "aarch64": (221, 281, 198, 203, 52, 53, 88, 5, 270, 280, 279, 268, 434, 241, 45, 117),
}


def test_dangerous_calls_are_refused_by_number(machine: str) -> None:
    assert {verdict(machine, number) for number in _DANGEROUS[machine]} == {_EPERM}


def test_calls_newer_than_the_table_do_not_exist(machine: str) -> None:
    assert verdict(machine, syscalls.UNKNOWN_FROM) == _ENOSYS
    assert verdict(machine, 0x3FFFFFFF) == _ENOSYS


def test_other_architectures_are_killed(machine: str) -> None:
    assert verdict(machine, 0, arch=_I386) == _KILL
    assert verdict(machine, 0x40000000) == _KILL
    assert verdict(machine, 0xFFFFFFFF) == _KILL


def test_every_jump_fits_its_byte(machine: str) -> None:
    packed = seccomp.pack(seccomp.assemble(_PID, machine))
    assert len(packed) // 8 < 4096


def test_an_unknown_machine_has_no_numbers() -> None:
    assert syscalls.numbers("riscv64") == {}


@pytest.mark.parametrize(
    ("header", "machine", "pattern"),
    [
        ("x86_64-linux-gnu/asm/unistd_64.h", "x86_64", r"#define __NR_(\w+) (\d+)"),
        ("asm-generic/unistd.h", "aarch64", r"#define __NR(?:3264)?_(\w+) (\d+)"),
    ],
)
def test_numbers_are_the_kernels(header: str, machine: str, pattern: str) -> None:
    path = Path("/usr/include") / header
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    found = {name: int(number) for name, number in re.findall(pattern, path.read_text())}
    # The generic table has two names for one number.
    found.setdefault("newfstatat", found.get("fstatat", -1))
    numbers = syscalls.numbers(machine)
    assert len(numbers) > 120
    assert {name: n for name, n in numbers.items() if found.get(name, n) != n} == {}
    assert max(found.values()) <= syscalls.UNKNOWN_FROM or machine not in header
