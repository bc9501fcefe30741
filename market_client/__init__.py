"""The two APIs of OPA Crypto from Python. Stands alone: copy it; it takes httpx, pyarrow and tenacity."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Self, TypedDict, cast

import httpx
import pyarrow as pa
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exception, wait_random

Json = dict[str, Any]
# What is asked for most, in rows (one name a line would be a third of this file); /docs shows every field.
Price = TypedDict("Price", {  # noqa: UP013
    "exchange": str, "symbol": str, "simulated": bool, "base": str, "quote": str, "age_ms": int | None,
    "price": str | None, "price_at": int | None, "change_24h": float | None,
})  # fmt: skip
Decision = TypedDict("Decision", {  # noqa: UP013
    "id": str, "exchange": str, "symbol": str, "interval": str, "simulated": bool, "open_time": int,
    "model_id": str, "action": str, "status": str, "reason": str, "price": str, "outcome": Json,
    "probability": float | None, "expected_gain": float | None, "cost": float, "origin": str,
})  # fmt: skip
Event = TypedDict("Event", {"id": str, "event": str, "data": Json})  # noqa: UP013


class ApiProblem(Exception):
    """A refusal: `code` for programs, `hint` what to do, `request_id` finds it in the service's log."""

    def __init__(self, answer: httpx.Response) -> None:
        told: Json = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        self.status, self.code, self.hint = answer.status_code, told.get("code", ""), told.get("hint")
        self.request_id = told.get("request_id") or answer.headers.get("x-request-id")
        pause = answer.headers.get("retry-after", "")
        self.retry_after = float(pause) if pause.isdecimal() else None
        super().__init__(f"{self.status} {self.code}: {told.get('detail') or answer.reason_phrase}")


class MarketClient(AbstractContextManager["MarketClient"]):
    """One key, both APIs. Parameters are those of /docs, None leaves one out; times: ms UTC or ISO 8601."""

    def __init__(self, historic: str, model: str, key: str, *, timeout: float = 30.0, tries: int = 4) -> None:
        self._historic, self._model = f"{historic.rstrip('/')}/v1/", f"{model.rstrip('/')}/v1/"
        hooks, wait = {"response": [_refuse]}, wait_exception(_pause) + wait_random(0, 0.5)
        self._http = httpx.Client(headers={"X-API-Key": key}, timeout=timeout, event_hooks=hooks)
        stop, again = stop_after_attempt(tries), retry_if_exception(_passes)
        self._patient = Retrying(retry=again, stop=stop, wait=wait, reraise=True)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Key: OPA_API_KEY or OPA_READ_KEY. Addresses: OPA_HISTORIC_URL and OPA_MODEL_URL, or the ports."""
        env, here = os.environ, "http://127.0.0.1:"
        historic = env.get("OPA_HISTORIC_URL") or here + env.get("OPA_HISTORIC_PORT", "8101")
        model = env.get("OPA_MODEL_URL") or here + env.get("OPA_MODEL_PORT", "8102")
        return cls(historic, model, env.get("OPA_API_KEY") or env["OPA_READ_KEY"], **options)

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def symbols(self) -> list[Json]:
        """Every stored market with its intervals, rows and holes."""
        return cast(list[Json], self._get(f"{self._historic}symbols").json()["symbols"])

    def prices(self, *symbols: str) -> list[Price]:
        """The newest price of these markets, or of all."""
        told = self._get(f"{self._historic}prices", symbols=",".join(symbols) if symbols else None)
        return cast(list[Price], told.json()["prices"])

    def klines(self, symbol: str, interval: str, **period: Any) -> pa.Table:
        """Closed candles of `start`, `end`, `exchange`, however many; `.to_pandas()` makes a frame."""
        return self._table("klines/export", symbol=symbol, interval=interval, **period)

    def ticks(self, symbol: str, **period: Any) -> pa.Table:
        """Stored ticks of `start`, `end`, `exchange`, however many."""
        return self._table("ticks/export", symbol=symbol, **period)

    def decisions(self, **wanted: Any) -> Iterator[Decision]:
        """Decisions with outcomes, newest first, page after page; `wanted` as in `GET /v1/decisions`."""
        while wanted.get("cursor") is not False:
            page = self._get(f"{self._model}decisions", **wanted).json()
            yield from page["decisions"]
            wanted["cursor"] = page["next_cursor"] or False

    def decision(self, decision_id: str) -> Json:
        """A decision with its explanation."""
        return cast(Json, self._get(f"{self._model}decisions/{decision_id}").json())

    def track_record(self, **wanted: Any) -> list[Json]:
        """Wins, losses and calibration by series, beside the base rate."""
        return cast(list[Json], self._get(f"{self._model}track-record", **wanted).json()["track_record"])

    def predict(self, **asked: Any) -> Json:
        """What the model in use says of a candle: `exchange, symbol, interval`, `at` (else the newest)."""
        return cast(Json, self._patient(self._http.post, f"{self._model}predict", json=asked).json())

    def what_if(self, **asked: Any) -> Json:
        """The ledger decided again: `exchange, symbol, interval` and settings such as `fee_bp`."""
        return cast(Json, self._patient(self._http.post, f"{self._model}what-if", json=asked).json())

    def train(self, **asked: Any) -> Json:
        """Begin a training; its job. It changes something: takes a key that may, and is not asked twice."""
        return cast(Json, self._http.post(f"{self._model}models/train", json=asked).json())

    def events(self, *kinds: str, after: str = "", **wanted: Any) -> Iterator[Event]:
        """`tick`, `kline` or `decision`, `outcome` or all; `range` and `reset` always. Goes on when cut."""
        api = self._model if {"decision", "outcome"} & {*kinds} else self._historic
        wanted["events"] = wanted.get("events") or ",".join(sorted({"tick", "kline"} & {*kinds})) or None
        asked = {name: value for name, value in wanted.items() if value is not None}
        while True:
            try:
                for told in self._told(f"{api}stream", asked, {"Last-Event-ID": after} if after else {}):
                    after = told["id"]
                    if "data" in told and (not kinds or told["event"] in {*kinds, "range", "reset"}):
                        yield {"id": after, "event": told["event"], "data": json.loads(told["data"])}
            except (httpx.TransportError, ApiProblem) as error:
                if not _passes(error):
                    raise
                time.sleep(_pause(error))

    def _told(self, url: str, asked: Json, headers: Json) -> Iterator[dict[str, str]]:  # speaks every 15 s
        told: dict[str, str] = {}
        with self._http.stream("GET", url, params=asked, headers=headers, timeout=45.0) as answer:
            for line in answer.iter_lines():
                told |= {line.partition(": ")[0]: line.partition(": ")[2]} if line else {}
                if not line and "id" in told:
                    yield told
                    told = {}
        raise httpx.ReadError("the stream has ended")

    def _table(self, url: str, **asked: Any) -> pa.Table:
        return pa.ipc.open_stream(self._get(self._historic + url, format="arrow", **asked).content).read_all()

    def _get(self, url: str, **asked: Any) -> httpx.Response:
        given = {name: value for name, value in asked.items() if value is not None}  # httpx sends "" for None
        return self._patient(self._http.get, url, params=given)


def _refuse(answer: httpx.Response) -> None:
    if not answer.is_success:
        answer.read()
        raise ApiProblem(answer)


def _passes(error: BaseException) -> bool:
    return isinstance(error, httpx.TransportError) or getattr(error, "status", 0) in {429, 502, 503, 504}


def _pause(error: BaseException) -> float:  # seconds
    return min(getattr(error, "retry_after", None) or 1.0, 60.0)
