"""A client that costs next to nothing, so that what is measured is the service."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

_START_S = 60.0
_ROUNDS, _ROUND_S, _CONNECTIONS = 7, 1.0, 4


class Caller:
    """One connection, kept open; answers are read and thrown away."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nX-API-Key: {secret}\r\nAccept: */*\r\n\r\n"
        self._socket: socket.socket | None = None
        self._buffer = bytearray(1 << 20)

    def get(self, path: str) -> int:
        """Length of the answer's body; anything but 200 with a length ends the bench."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        held = 0
        while (end := self._buffer.find(b"\r\n\r\n", 0, held)) < 0:
            held += self._some(held)
        head = bytes(self._buffer[:end]).lower()
        assert head.startswith(b"http/1.1 200"), bytes(self._buffer[:held]).decode()
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        while held < end + 4 + length:
            held += self._some(held)
        return length

    def wait(self) -> None:
        """Until the service answers."""
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self.get("/v1/ping")
            except OSError:
                self._socket = None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def _some(self, held: int) -> int:
        assert self._socket
        got = self._socket.recv_into(memoryview(self._buffer)[held:])
        assert got, "the service has closed the connection"
        return got


def answers_per_second(paths: Sequence[str], port: int, pid: int, secret: str) -> list[tuple[float, float]]:
    """Of each path over four connections, asked in turn, a second each: medians of two rates.

    Answers per second, and per second of the service's processor time: that one does not depend on what else
    the machine does.
    """
    rates: list[list[tuple[float, float]]] = [[] for _ in paths]
    for _ in range(_ROUNDS):
        for path, mine in zip(paths, rates, strict=True):
            before = cpu_s(pid)
            answers, seconds = _asked(path, port, secret)
            mine.append((answers / seconds, answers / (cpu_s(pid) - before)))
    return [(median(rate for rate, _ in each), median(rate for _, rate in each)) for each in rates]


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _asked(path: str, port: int, secret: str) -> tuple[int, float]:
    counts = [0] * _CONNECTIONS
    until = time.monotonic() + _ROUND_S

    def ask(at: int) -> None:
        caller = Caller(port, secret)
        while time.monotonic() < until:
            caller.get(path)
            counts[at] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=ask, args=(at,)) for at in range(_CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts), time.monotonic() - began
