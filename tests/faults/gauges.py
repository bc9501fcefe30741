"""What a process holds: memory, files, connections; from `/proc`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_LISTENS = "0A"


@dataclass(frozen=True)
class Held:
    """Resident memory in bytes; open files; connections to its own door; connections it made itself."""

    memory: int
    files: int
    incoming: int
    outgoing: int


def held(pid: int) -> Held:
    """Of one process, now."""
    inodes, files = _descriptors(pid)
    doors, ends = _sockets(pid, inodes)
    incoming = sum(port in doors for port in ends)
    return Held(_memory(pid), files, incoming, len(ends) - incoming)


def _memory(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _descriptors(pid: int) -> tuple[set[str], int]:
    inodes, files = set(), 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = each.readlink().name
        except FileNotFoundError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
        else:
            files += 1
    return inodes, files


def _sockets(pid: int, inodes: set[str]) -> tuple[set[str], list[str]]:
    """Ports that the process listens on, and the local port of each of its TCP connections."""
    doors, ends = set(), []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                port = fields[1].rpartition(":")[2]
                if fields[3] == _LISTENS:
                    doors.add(port)
                else:
                    ends.append(port)
    return doors, ends
