"""A seccomp filter that lets a computing program work and refuses everything else.

Deny by default: a call that is not listed fails with EPERM, a call newer than the table with
ENOSYS. Layout of `struct seccomp_data` and the actions: linux/seccomp.h, linux/bpf_common.h.
"""

from __future__ import annotations

import ctypes
import platform
import struct

from . import syscalls
from .libc import syscall

#: What a single-process Python program with threads and files needs.
_ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek open openat close
    close_range dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1
    epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 timerfd_create timerfd_settime
    timerfd_gettime stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
    getcwd chdir fchdir getdents getdents64 mkdir mkdirat rmdir unlink unlinkat rename renameat
    renameat2 link linkat symlink symlinkat readlink readlinkat umask ftruncate fallocate fsync
    fdatasync fadvise64 copy_file_range sendfile brk mmap munmap mprotect mremap madvise msync
    mincore membarrier futex futex_waitv set_robust_list get_robust_list rseq set_tid_address
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
    pause alarm setitimer getitimer nanosleep clock_nanosleep clock_gettime clock_getres
    gettimeofday time times getrusage sched_yield sched_getaffinity sched_get_priority_max
    sched_get_priority_min getcpu getpid gettid getppid getuid geteuid getgid getegid getgroups
    getresuid getresgid getpgrp getpgid getsid uname sysinfo getrandom arch_prctl getrlimit
    setrlimit exit exit_group restart_syscall wait4 waitid recvfrom
"""

_CLONE_THREAD = 0x00010000
#: Duplicating, flags and record locks; nothing that names an owner to signal or grows a pipe.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
#: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: asking, and flags of one's own.
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
#: PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (names of memory areas, by the C library and Python).
_PRCTL = (15, 16, 0x53564D41)

_AF_UNIX = 1
#: SOCK_STREAM, with SOCK_CLOEXEC and SOCK_NONBLOCK or without.
_STREAM = (0x1, 0x80001, 0x801, 0x80801)

_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_EPERM, _ENOSYS = 1, 38
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_MODE_FILTER, _GET_ACTION_AVAIL = 1, 2
#: Stands for the process that the filter is for; no argument is ever compared with it.
_SOMEBODY = 0xFFFFFFFE
#: Calls of the x32 interface carry this bit; their numbers are another table.
_X32 = 0x40000000

Instruction = tuple[int, int, int, int]
#: Where to look, how to compare, with what.
Test = tuple[int, int, tuple[int, ...]]


def available(machine: str = platform.machine()) -> bool:
    """Say whether there is a table for this machine, and a kernel that takes filters."""
    try:
        refuse = struct.pack("=I", _ERRNO)
        syscall("seccomp", _GET_ACTION_AVAIL, 0, ctypes.create_string_buffer(refuse, 4))
    except OSError:
        return False
    return machine in _AUDIT


def assemble(pid: int, machine: str = platform.machine()) -> list[Instruction]:
    """Return the filter for a process that may signal `pid`, itself, alone.

    Raises:
        KeyError: there is no table for this machine.
    """
    numbers = syscalls.numbers(machine)
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _AUDIT[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        (_EQUAL, 0, 1, numbers["clone3"]),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
    ]
    conditional: dict[str, list[Test]] = {
        "kill": [_argument(0, pid)],
        "tgkill": [_argument(0, pid)],
        "prlimit64": [_argument(0, 0, pid)],
        "fcntl": [_argument(1, *_FCNTL)],
        "ioctl": [_argument(1, *_IOCTL)],
        "prctl": [_argument(0, *_PRCTL)],
        "clone": [(_word(0), _ANY_BIT, (_CLONE_THREAD,))],
        # What asyncio wakes itself with: a pair has no address, and what is sent has none either.
        "socketpair": [_argument(0, _AF_UNIX), _argument(1, *_STREAM)],
        "sendto": [_argument(4, 0), (_word(4) + 4, _EQUAL, (0,))],
    }
    for name, tests in conditional.items():
        program += _when(numbers[name], tests)
    allowed = sorted(numbers[name] for name in _ALLOWED.split() if name in numbers)
    # Each jumps to the last instruction, past those that follow it and the three refusals.
    program += [(_EQUAL, len(allowed) - i + 2, 0, n) for i, n in enumerate(allowed)]
    program += [
        (_AT_LEAST, 0, 1, syscalls.UNKNOWN_FROM),
        (_RETURN, 0, 0, _ERRNO | _ENOSYS),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return program


def _word(argument: int) -> int:
    """Return where the low half of an argument lies."""
    return _ARGUMENTS + 8 * argument


def _argument(argument: int, *values: int) -> Test:
    return _word(argument), _EQUAL, values


def _when(number: int, tests: list[Test]) -> list[Instruction]:
    """Allow one call if each test meets one of its values, else refuse it."""
    body: list[Instruction] = []
    for place, code, values in tests:
        body.append((_LOAD, 0, 0, place))
        body += [(code, len(values) - i, 0, value) for i, value in enumerate(values)]
        body.append((_RETURN, 0, 0, _ERRNO | _EPERM))
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUAL, 0, len(body), number), *body]


def pack(program: list[Instruction]) -> bytes:
    """Return the instructions as an array of `struct sock_filter`."""
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def install(code: bytearray) -> None:
    """Filter this thread and those it starts, for good; needs no_new_privs.

    Raises:
        OSError: the kernel has no seccomp or refuses the filter.
    """
    held = (ctypes.c_char * len(code)).from_buffer(code)
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
    syscall("seccomp", _SET_MODE_FILTER, 0, ctypes.create_string_buffer(header))


class Filter:
    """A filter assembled once; each process that installs it puts its own number in."""

    def __init__(self) -> None:
        program = assemble(_SOMEBODY)
        self._code = bytearray(pack(program))
        self._places = [8 * i + 4 for i, (*_, k) in enumerate(program) if k == _SOMEBODY]

    def install(self, pid: int) -> None:
        """Filter this thread and those it starts, for good.

        Raises:
            OSError: the kernel refuses the filter.
        """
        for place in self._places:
            struct.pack_into("<I", self._code, place, pid)
        install(self._code)
