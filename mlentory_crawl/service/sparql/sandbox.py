"""The limits of a process that answers the questions of strangers."""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import struct
import sys

_NUMBERS = {
    # AUDIT_ARCH, and the numbers of socket, socketpair, execve, execveat, ptrace, io_uring_setup.
    "x86_64": (0xC000003E, (41, 53, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 199, 221, 281, 117, 425)),
}
_X32 = 0x40000000
"""Numbers from here on mean the calls of another convention of x86_64."""
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | errno.EACCES
_NUMBER, _ARCHITECTURE = 0, 4
"""The places of these in a call."""
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def can_refuse_sockets() -> bool:
    """Check whether this system can keep a process from opening sockets without any privilege."""
    return sys.platform == "linux" and platform.machine() in _NUMBERS


def refuse_sockets() -> None:
    """Refuse this thread, and all that it starts, to open sockets and to run programs (seccomp), for good.

    Raises:
        OSError: the kernel does not take the filter.
    """
    architecture, refused = _NUMBERS[platform.machine()]
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _REFUSED)]
    steps += [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSED)]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSED)]
    steps.append((_RETURN, 0, 0, _ALLOWED))
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    system = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(steps), code)
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "the system's filter of calls (seccomp) is not to be had")


def limit_memory(size: int) -> None:
    """Limit the memory that this process can ask for, and leave no copy of it behind when it fails.

    Args:
        size: in bytes.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit is not obeyed
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def limit_processor_time(seconds: float) -> None:
    """Have the system end this process when it has used so much more processor time than until now."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))
