"""LockFileEx on FoxPro's byte ranges. Only Windows can run it: **not run by us**.

The site's self-test (docs/foxpro.md) proves it on the customer's machine before anything is
handed over: Sage Pro's own FLOCK() has to be refused while we hold the range, and ours while
Sage Pro holds it.
"""

from __future__ import annotations

import sys
from io import FileIO

from integrations.sagepro.backends.dbf.ranges import Range

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _FAIL_AT_ONCE, _EXCLUSIVE = 0x1, 0x2
    _ERROR_LOCK_VIOLATION, _ERROR_IO_PENDING = 33, 997

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    _KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)

    class WindowsLocks:
        def take(self, file: FileIO, range_: Range) -> bool:
            start, length = range_
            flags = _FAIL_AT_ONCE | _EXCLUSIVE
            at = _Overlapped(offset=start)
            if _KERNEL.LockFileEx(_handle(file), flags, 0, length, 0, ctypes.byref(at)):
                return True
            code = ctypes.get_last_error()
            if code in {_ERROR_LOCK_VIOLATION, _ERROR_IO_PENDING}:
                return False
            raise ctypes.WinError(code)

        def release(self, file: FileIO, range_: Range) -> None:
            start, length = range_
            at = _Overlapped(offset=start)
            if not _KERNEL.UnlockFileEx(_handle(file), 0, length, 0, ctypes.byref(at)):
                raise ctypes.WinError(ctypes.get_last_error())

    def _handle(file: FileIO) -> wintypes.HANDLE:
        return wintypes.HANDLE(msvcrt.get_osfhandle(file.fileno()))
