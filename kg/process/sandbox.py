"""What a worker gives up before it opens a store: unlimited memory, core files, the network, outliving its parent."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import select
import signal
import sys
import threading
from contextlib import suppress
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38
SECCOMP_MODE_FILTER: Final = 2

ALLOW: Final = 0x7FFF0000
REFUSE: Final = 0x00050000 | 1  # the call fails with EPERM
AF_UNIX: Final = 1
# Per architecture: its audit number, and its numbers of socket and io_uring_setup (which can open sockets too).
MACHINES: Final = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("jump_true", ctypes.c_uint8),
        ("jump_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_ushort),
        ("instructions", ctypes.POINTER(_Instruction)),
    ]


def confine(memory: int, parent: int) -> bool:
    """Confine this process; return whether the kernel now refuses it network sockets.

    ``memory`` is the largest address space in bytes, unless the limit is lower already; ``parent`` is the process with
    which this one must end.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        limit_memory(memory)
    end_with(parent)
    return refuse_network()


def limit_memory(memory: int) -> None:
    """Limit the address space; an existing limit is lowered, but not raised."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def end_with(parent: int) -> None:
    """Make the kernel kill this process when the thread of ``parent`` that started it ends (Linux only)."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def refuse_network() -> bool:
    """Install a seccomp filter that allows only local sockets; return whether it is in place."""
    numbers = MACHINES.get(platform.machine())
    if sys.platform != "linux" or numbers is None:
        return False
    with suppress(OSError):
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(_filter(*numbers)))
        return True
    return False


def _filter(machine: int, socket: int, ring: int) -> _Program:
    """Return the filter: refuse calls of other architectures, io_uring, and sockets that are not local."""
    load, equal, above, end = 0x20, 0x15, 0x35, 0x06
    code = (
        (load, 0, 0, 4),
        (equal, 0, 7, machine),
        (load, 0, 0, 0),
        (above, 5, 0, 0x40000000),  # x86_64 has a second set of call numbers from here on
        (equal, 4, 0, ring),
        (equal, 0, 2, socket),
        (load, 0, 0, 16),
        (equal, 0, 1, AF_UNIX),
        (end, 0, 0, ALLOW),
        (end, 0, 0, REFUSE),
    )
    _program.instructions = (_Instruction * len(code))(*(_Instruction(*row) for row in code))
    _program.length = len(code)
    return _program


_program = _Program()


def _prctl(option: int, *values: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if libc.prctl(ctypes.c_int(option), *arguments):
        raise OSError(ctypes.get_errno(), "prctl failed")


def end_when_closed(descriptor: int) -> None:
    """Kill this process as soon as the other end of a pipe is closed, even in the middle of a query."""

    def watch() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)  # POLLHUP and POLLERR are always reported
        poll.poll()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
