"""What processes use, read from /proc: CPU seconds and memory of a process and its children."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Megabytes: resident, and with shared pages divided among those who share them."""

    processes: int
    rss: float
    pss: float


def tree(pid: int) -> list[int]:
    """The process and everything it started."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    return list(_below(pid, children))


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time of these processes' trees so far, ended children included."""
    return sum(_cpu(one) for pid in pids for one in tree(pid))


def resident() -> float:
    """Megabytes this process holds itself, its children aside."""
    pages = int((_PROC / "self" / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory(pid: int) -> Memory:
    """Of the whole tree."""
    found = [_memory(one) for one in tree(pid)]
    return Memory(len(found), sum(rss for rss, _ in found), sum(pss for _, pss in found))


def _below(pid: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children.get(pid, ()):
        yield from _below(child, children)


def _stat(pid: int) -> list[str]:
    """Fields from the state on; the name before may hold anything."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def _memory(pid: int) -> tuple[float, float]:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    sizes = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
    return int(sizes["Rss"]) / 1024, int(sizes["Pss"]) / 1024
