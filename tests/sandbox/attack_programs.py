"""Hostile programs, and how each has to end.

A program prints THROUGH when its attack worked. `open_too` marks those that work, and do no harm,
where nothing encloses them: a test runs them in the open to see that they are real attacks.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Everything a program may do at its end without having got through.
CALM = ("ok", "exception")

_SYSCALL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *rest):
    if libc.syscall(ctypes.c_long(number), *rest) >= 0:
        print("THROUGH")
"""


@dataclass(frozen=True)
class HostileProgram:
    """Names in braces are filled in with the targets of `outside.Outside`."""

    name: str
    source: str
    statuses: tuple[str, ...] = CALM
    open_too: bool = False
    #: In tier `os` a program can learn names and sizes outside.
    names_only: bool = False


def _attempt(name: str, *statements: str, names_only: bool = False) -> HostileProgram:
    """Return a program that tries each statement, and reports the first that works."""
    lines = ["import ctypes, mmap, os, resource, shutil, signal, socket, subprocess"]
    for statement in statements:
        lines += ["try:", f"    {statement}", "    print('THROUGH')", "except OSError: pass"]
    return HostileProgram(name, "\n".join(lines), open_too=True, names_only=names_only)


FILES = (
    _attempt("read /etc/passwd", "open('/etc/passwd').read()"),
    _attempt("read a file outside", "open('{file}').read()"),
    _attempt("read it through a symbolic link", "os.symlink('{file}', 'l'); open('l').read()"),
    _attempt("read it through a hard link", "os.link('{file}', 'h'); open('h').read()"),
    _attempt(
        "read it through a folder's descriptor",
        "os.open('{name}', os.O_RDONLY, dir_fd=os.open('{folder}', os.O_RDONLY))",
        "os.open('{name}', os.O_RDONLY, dir_fd=os.open('{folder}', os.O_PATH))",
    ),
    _attempt("list a folder outside", "os.listdir('{folder}')"),
    _attempt("write a file outside", "open('{file}', 'r+').write('x')"),
    _attempt("empty a file outside", "os.truncate('{file}', 0)"),
    _attempt("make a file outside", "open('{folder}/new', 'w')"),
    _attempt("make a folder outside", "os.mkdir('{folder}/made')"),
    _attempt("move its own file out", "open('f', 'w'); os.replace('f', '{folder}/moved')"),
    _attempt("remove a file outside", "os.unlink('{file}')"),
    _attempt("change a mode outside", "os.chmod('{file}', 0o777)"),
    _attempt("change times outside", "os.utime('{file}', (1, 1))"),
    _attempt("change an owner outside", "os.chown('{file}', {uid}, {gid})"),
    _attempt("set an attribute outside", "os.setxattr('{file}', 'user.x', b'1')"),
    _attempt("stat a file outside", "os.stat('{file}')", names_only=True),
    _attempt("read a link outside", "os.readlink('{link}')", names_only=True),
)

NETWORK = (
    _attempt("TCP to localhost", "socket.create_connection(('127.0.0.1', {tcp}), 1)"),
    _attempt("listen on TCP", "socket.create_server(('127.0.0.1', 0))"),
    _attempt(
        "UDP to localhost",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp}))",
    ),
    _attempt("Unix socket", "socket.socket(socket.AF_UNIX).connect('{unix}')"),
    _attempt("abstract socket", "socket.socket(socket.AF_UNIX).connect('\\0{abstract}')"),
    _attempt(
        "send from a pair",
        "socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b'x', '{unix}')",
        "p = socket.socketpair(); p[0].sendmsg([b'x'])",
    ),
    _attempt("netlink socket", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)"),
)

PROCESSES = (
    _attempt(
        "signal another process",
        "os.kill({pid}, 0)",
        "os.kill(os.getppid(), 0)",
        "os.killpg({pid}, 0)",
    ),
    _attempt("signal through a pidfd", "os.pidfd_open({pid})", "os.pidfd_open(os.getppid())"),
    _attempt("read another environment", "open('/proc/{pid}/environ').read(1)"),
    _attempt("read its parent's environment", "open(f'/proc/{{os.getppid()}}/environ').read(1)"),
    _attempt("read another memory", "open('/proc/{pid}/mem', 'rb')"),
    HostileProgram(
        "trace another process",
        _SYSCALL + "call({ptrace}, 16, {pid}, 0, 0)",
        open_too=True,
    ),
    _attempt("limit another process", "resource.prlimit({pid}, resource.RLIMIT_CORE, (0, 0))"),
    _attempt("slow another process", "os.setpriority(os.PRIO_PROCESS, {pid}, 1)"),
    _attempt("move another process", "os.sched_setaffinity({pid}, {{0}})"),
    _attempt("fork", "os.fork() or os._exit(0)"),
    _attempt(
        "run a command",
        "subprocess.run(['/bin/true'])",
        "os.posix_spawn('/bin/true', ['true'], {{}})",
    ),
    HostileProgram(
        "fork bomb",
        "import os\nwhile True:\n    os.fork()\n    print('THROUGH', flush=True)",
        ("exception",),
    ),
    HostileProgram(
        "thread bomb",
        "import threading, time\nthreading.stack_size(1 << 15)\nfor _ in range(100):\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\ntime.sleep(60)",
        ("killed",),
    ),
    HostileProgram(
        "threads left running",
        """
import threading
def spin():
    while True: pass
for _ in range(3): threading.Thread(target=spin, daemon=True).start()
""",
    ),
    HostileProgram(
        "a thread that never ends",
        "import itertools, threading\n"
        "threading.Thread(target=all, args=(itertools.repeat(1),)).start()",
        ("cpu",),
    ),
)

RESOURCES = (
    _attempt("allocate 3 GiB", "mmap.mmap(-1, 3 << 30)"),
    HostileProgram("fill the memory", "x = []\nwhile True: x.append(bytes(1 << 20))", ("memory",)),
    HostileProgram("endless loop", "while True: pass", ("cpu",)),
    HostileProgram(
        "endless loop that ignores signals",
        "import signal\nfor number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:\n"
        "    signal.signal(number, signal.SIG_IGN)\nwhile True: pass",
        ("cpu",),
    ),
    HostileProgram(
        "endless loop that swallows exceptions",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        ("cpu",),
    ),
    HostileProgram("sleep for ever", "import time\ntime.sleep(1e6)", ("wall",)),
    HostileProgram("wait for input for ever", "import os\nos.read(os.pipe()[0], 1)", ("wall",)),
    HostileProgram("output flood", "while True: print('x' * 1000)", ("output",)),
    HostileProgram(
        "error flood", "import sys\nwhile True: print('x' * 1000, file=sys.stderr)", ("output",)
    ),
    HostileProgram(
        "write a huge file",
        "f = open('f', 'wb')\nwhile True: f.write(bytes(1 << 20))",
        ("exception",),
    ),
    HostileProgram(
        "write many files",
        "for n in range(10 ** 6): open(f'f{{n}}', 'w').write('x')",
        ("exception", "killed", "cpu"),
    ),
    HostileProgram(
        "fill the scratch folder",
        "for n in range(10 ** 6): open(f'f{{n}}', 'wb').write(bytes(8 << 20))",
        ("exception", "killed"),
    ),
    HostileProgram(
        "nest folders deep",
        "import os\nfor n in range(3000):\n    os.mkdir('d')\n    os.chdir('d')",
    ),
    HostileProgram(
        "leave folders nobody may enter",
        "import os\nos.makedirs('a/b')\nopen('a/b/c', 'w')\nos.umask(0o777)\nos.mkdir('d')\n"
        "open('d2', 'w')",
    ),
    HostileProgram(
        "raise a limit",
        "from resource import *\n"
        "for limit in (RLIMIT_AS, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NOFILE):\n"
        "    try:\n        setrlimit(limit, (-1, -1))\n        print('THROUGH')\n"
        "    except ValueError: pass",
    ),
    HostileProgram(
        "keep memory in pipes and files without names",
        _SYSCALL + "call({memfd_create}, b'x', 0)\ncall({shmget}, 0, 1 << 20, 0o1600)",
        open_too=True,
    ),
)

INTERPRETER = (
    HostileProgram("os._exit", "import os\nos._exit(0)", ("exit",)),
    HostileProgram("sys.exit", "import sys\nsys.exit(0)", ("exit",)),
    HostileProgram("abort", "import os\nos.abort()", ("killed",)),
    HostileProgram("signal itself", "import os\nos.kill(os.getpid(), 9)", ("killed",)),
    HostileProgram("crash", "import ctypes\nctypes.string_at(0)", ("killed",)),
    HostileProgram("close stdout", "import os\nos.close(1)\nprint('x' * 10 ** 5)"),
    HostileProgram("close everything", "import os\nos.closerange(0, 64)", ("exit",)),
    HostileProgram("recursion", "def f(): f()\nf()", ("exception",)),
    HostileProgram(
        "recursion without a limit",
        "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): f()\nf()",
        ("memory", "killed", "cpu"),
    ),
    HostileProgram(
        "C stack overflow",
        "import gc, sys\ngc.disable()\nsys.setrecursionlimit(10 ** 9)\nx, y = [], []\n"
        "for _ in range(10 ** 6): x, y = [x], [y]\nx == y",
        ("killed", "exception"),
    ),
    HostileProgram("nested source", "eval('(' * 10 ** 5)", ("exception", "memory", "killed")),
    HostileProgram(
        "import hook",
        """
import builtins, sys
def hook(*rest): raise ImportError("mine")
builtins.__import__ = hook
sys.meta_path.clear()
sys.path.clear()
sys.modules.clear()
""",
    ),
    HostileProgram(
        "broken builtins",
        """
import builtins
for name in list(vars(builtins)):
    if name != "delattr" and not name.startswith("__"): delattr(builtins, name)
""",
    ),
    HostileProgram(
        "patched harness modules",
        """
import gc, json, os, struct, sys, traceback
json.dumps = json.loads = os.write = os.read = os._exit = traceback.print_exception = None
sys.stdout = sys.stderr = None
gc.disable()
""",
    ),
    HostileProgram(
        "exit functions and trace hooks",
        """
import atexit, os, sys, threading
atexit.register(lambda: os._exit(3))
sys.settrace(lambda *rest: None)
sys.setprofile(lambda *rest: None)
""",
        ("exit",),
    ),
    HostileProgram(
        "hostile repr",
        "class C:\n    def __repr__(self):\n        while True: pass\nx = C()",
        ("cpu",),
    ),
    HostileProgram(
        "huge repr",
        "class C:\n    def __repr__(self): return 'x' * 10 ** 8\nx = [C(), C()]",
        ("ok",),
    ),
    HostileProgram(
        "a print of something hostile",
        "class C:\n    def __str__(self): raise SystemExit\nprint(C())",
        ("exit",),
    ),
)

KERNEL = (
    HostileProgram("new namespaces", _SYSCALL + "call({unshare}, 0x10000000)", open_too=True),
    HostileProgram(
        "io_uring",
        _SYSCALL + "call({io_uring_setup}, 1, ctypes.create_string_buffer(120))",
        open_too=True,
    ),
    HostileProgram(
        "kernel keys", _SYSCALL + "call({keyctl}, 0, ctypes.c_long(-3), 1)", open_too=True
    ),
    HostileProgram("eBPF", _SYSCALL + "call({bpf}, 0, ctypes.create_string_buffer(128), 128)"),
    HostileProgram("userfaultfd", _SYSCALL + "call({userfaultfd}, 1)"),
    HostileProgram("watch files outside", _SYSCALL + "call({inotify_init1}, 0)", open_too=True),
    HostileProgram(
        "own the signals of a pipe",
        "import fcntl, os\nr, w = os.pipe()\ntry:\n    fcntl.fcntl(r, 8, {pid})\n"
        "    print('THROUGH')\nexcept OSError: pass",
        open_too=True,
    ),
    HostileProgram(
        "inherited descriptors",
        """
import os
for number in range(4, 1024):
    try:
        os.fstat(number)
    except OSError:
        continue
    print("THROUGH", number)
""",
    ),
    HostileProgram(
        "the environment",
        "import os\nif 'CODEGEN_TEST_SECRET' in os.environ: print('THROUGH')",
        open_too=True,
    ),
)

ALL = FILES + NETWORK + PROCESSES + RESOURCES + INTERPRETER + KERNEL
