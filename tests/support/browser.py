"""A real browser, headless, driven over its own pipe (the DevTools protocol), and what it complained of."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here (apt-get install chromium)")

_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe", "about:blank",
)  # fmt: skip
# The browser reads from descriptor 3 and writes to 4, whatever stands there in us.
_START = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_SECONDS = 60.0
_WATCHED = {
    "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Page.javascriptDialogOpening",
    "Network.requestWillBeSent", "Page.windowOpen", "Page.downloadWillBegin",
}  # fmt: skip


def _is_own(event: dict[str, Any], uri: str) -> bool:
    """Whether an event is the page's own loading, or an icon that the browser has in itself (of a date's field)."""
    url: str = event["params"].get("request", {}).get("url", "")
    return event["method"] == "Network.requestWillBeSent" and (url == uri or url.startswith("data:image/svg+xml"))


class Browser:
    """One browser with one page. `heard` are the events that a quiet page does not make, its own loading left out."""

    def __init__(self, folder: Path) -> None:
        assert PROGRAM
        low = (*os.pipe(), *os.pipe())
        read, self._to, self._from, write = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in low)
        for fd in low:
            os.close(fd)
        command = [sys.executable, "-c", _START, str(read), str(write), PROGRAM, f"--user-data-dir={folder}", *_OPTIONS]
        self._process = subprocess.Popen(command, pass_fds=(read, write), stderr=subprocess.DEVNULL)
        os.close(read)
        os.close(write)
        self._number = 0
        self._rest = b""
        self._session = ""
        self.heard: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == self._number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result
            if told.get("method") in _WATCHED:
                self.heard.append(told)
            if told.get("method") == "Page.javascriptDialogOpening":
                self._number += 1
                answer = {"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
                os.write(self._to, json.dumps(answer | {"sessionId": self._session}).encode() + b"\0")

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], _SECONDS)
            assert ready, f"the browser said nothing for {_SECONDS} s"
            some = os.read(self._from, 1 << 20)
            assert some, "the browser ended"
            self._rest += some
        line, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        return told

    def open(self, path: Path, size: tuple[int, int] = (1200, 900)) -> None:
        """Load a file and wait until its script has drawn it."""
        width, height = size
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=path.as_uri())
        self.run(
            "new Promise((done) => { const look = () => performance.getEntriesByName('drawn').length ? done()"
            " : setTimeout(look, 20); look(); })"
        )
        self.heard = [each for each in self.heard if not _is_own(each, path.as_uri())]

    def run(self, script: str) -> Any:
        """Evaluate JavaScript in the page, a promise to its end; the value."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def text(self, selector: str) -> list[str]:
        """Return the text of every element that fits, in order."""
        found: list[str] = self.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)")
        return found

    def go(self, fragment: str) -> None:
        """Go to another part of the page, and wait until it is drawn."""
        self.run(
            "new Promise((done) => { addEventListener('hashchange', () => setTimeout(done), { once: true });"
            f" location.hash = {json.dumps(fragment)}; }})"
        )

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.call("Input.insertText", text=text)

    def press(self, *keys: str, shift: bool = False) -> None:
        """Press keys by name ("Enter", "ArrowDown", "/")."""
        for key in keys:
            for kind in ("keyDown", "keyUp"):
                self.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=8 if shift else 0)
        self.run("new Promise((done) => setTimeout(done, 50))")  # going elsewhere is told a little later
