"""The way to a NATS server: how it is found and trusted, what its stream is, and what is said when nobody answers."""

from __future__ import annotations

import asyncio
import ssl
import time
from urllib.parse import urlsplit

import nats
from nats.errors import Error as NatsError
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from muse_hook.errors import MuseHookError
from muse_hook.sharing.message import ROOT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nats.aio.client import Client
    from nats.js import JetStreamContext

STREAM = "muse"
_SAID_EVERY = 5.0  # seconds between two complaints
_DUPLICATES = 120.0  # seconds in which the server itself knows a message again
_CONNECT_SECONDS = 5
FAILURES = (NatsError, OSError, asyncio.TimeoutError)
"""What a server that is away, restarting or full raises."""


class StreamError(MuseHookError):
    """A server or a stream that cannot be used as asked."""


class Server:
    """A server by its URL; credentials and certificates by files alone, never on a command line that others see."""

    def __init__(
        self,
        url: str,
        say: Callable[[str], None],
        *,
        credentials: str | None = None,
        authority: str | None = None,
        certificate: str | None = None,
        key: str | None = None,
        stream: str = STREAM,
    ) -> None:
        """Keep what is given; `say` is called with one line, now and then, while no server answers. StreamError."""
        parts = urlsplit(url)
        if parts.scheme not in {"nats", "tls"} or not parts.hostname:
            raise StreamError("reading the server's address", f"{url!a:.80} is none", "nats://HOST or tls://HOST")
        if parts.username or parts.password:
            wrong = "it has a password in it, which everybody on this machine could see"
            raise StreamError("reading the server's address", wrong, "--creds FILE")
        self.url = url
        self.stream = stream
        self.reconnected = asyncio.Event()
        self.is_connected = False
        self._is_closing = False
        self._say = say
        self._said = 0.0
        self._credentials = credentials
        self._tls: ssl.SSLContext | None = None
        if parts.scheme == "tls" or authority or certificate:
            try:
                self._tls = ssl.create_default_context(cafile=authority)
                if certificate:
                    self._tls.load_cert_chain(certificate, key)
            except OSError as error:
                raise StreamError("reading the certificates", str(error)) from error

    async def connect(self) -> Client:
        """Return a connection that comes back by itself; waits until a server answers."""
        options: dict[str, Any] = {}
        if self._credentials:
            options["user_credentials"] = self._credentials
        if self._tls is not None:
            options["tls"] = self._tls
        delay = 0.1
        while True:
            try:
                client = await nats.connect(
                    self.url,
                    name="muse-hook",
                    connect_timeout=_CONNECT_SECONDS,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.2,
                    allow_reconnect=True,
                    error_cb=self._error,
                    disconnected_cb=self._gone,
                    reconnected_cb=self._back,
                    **options,
                )
                self.is_connected = True
                return client  # noqa: TRY300 - a loop of tries
            except FileNotFoundError as error:
                raise StreamError("connecting", f"{error.filename} is not there") from error
            except FAILURES as error:
                self.complain(error)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 2.0)

    async def create_stream(self, js: JetStreamContext, *, max_age: float = 0, replicas: int = 1) -> None:
        """Make the stream where it is missing: in files, without limits but `max_age` (seconds; 0: none)."""
        try:
            await js.stream_info(self.stream)
        except NotFoundError:
            config = StreamConfig(
                name=self.stream,
                subjects=[f"{ROOT}.>"],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                max_age=max_age,
                num_replicas=replicas,
                duplicate_window=min(_DUPLICATES, max_age) if max_age else _DUPLICATES,
            )
            await js.add_stream(config)

    async def close(self, client: Client) -> None:
        """End a connection."""
        self._is_closing = True
        await client.close()

    def complain(self, error: object) -> None:
        """Say that no server answers, if it was not said a moment ago."""
        now = time.monotonic()
        if now - self._said >= _SAID_EVERY or not self._said:
            self._said = now
            self._say(f"no answer from {self.url} ({error or type(error).__name__}); trying again")

    async def _error(self, error: Exception) -> None:
        self.complain(error)

    async def _gone(self) -> None:
        if self._is_closing:
            return
        self.is_connected = False
        self.complain("the connection ended")

    async def _back(self) -> None:
        self._said = 0.0
        self.is_connected = True
        self.reconnected.set()
