"""Nobody waits for ever: a request that takes too long is answered, and its work ends unheard."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

_RETRY_AFTER_S = 5
_WITHOUT_BODY = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"}


class TimeLimit:
    """503 when the head of the answer is not there after `seconds`, 408 when the request itself is not.

    Work in a thread cannot be interrupted; it keeps its place among the running ones until it ends, which
    the time limit of the database's statements bounds.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with an alarm set."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        turn = _Turn(scope, receive, send, self._seconds)
        alarm = asyncio.get_running_loop().call_later(self._seconds, turn.end)
        turn.alarm = alarm
        try:
            await self._app(scope, turn.hear, turn.say)
        finally:
            alarm.cancel()
            if turn.refusing:
                await turn.refusing
        return None


class _Turn:
    """One request under its alarm."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        self._scope, self._receive, self._send, self._seconds = scope, receive, send, seconds
        self._heard = scope["method"] in _WITHOUT_BODY
        self.alarm: asyncio.TimerHandle | None = None
        self.refusing: asyncio.Task[None] | None = None

    async def hear(self) -> Message:
        message = await self._receive()
        self._heard = self._heard or not message.get("more_body", False)
        return message

    async def say(self, message: Message) -> None:
        if self.refusing:
            return
        if self.alarm:
            self.alarm.cancel()
        await self._send(message)

    def end(self) -> None:
        if self._heard:
            answer = problem(
                503,
                f"the answer has taken more than {self._seconds:g} s",
                "took_too_long",
                {"Retry-After": str(_RETRY_AFTER_S), "Connection": "close"},
            )
        else:
            said = f"the request was not there after {self._seconds:g} s"
            answer = problem(408, said, headers={"Connection": "close"})
        self.refusing = asyncio.ensure_future(answer(self._scope, self._receive, self._send))
