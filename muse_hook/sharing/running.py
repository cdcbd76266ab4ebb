"""Running what goes on until it is ended: SIGTERM and Ctrl-C end it quietly."""

from __future__ import annotations

import asyncio
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


def run_until_ended(work: Coroutine[Any, Any, None]) -> bool:
    """Run `work` to its end, or until a signal asks for it; whether it came to its end."""

    async def watched() -> bool:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return False
        return True

    return asyncio.run(watched())
