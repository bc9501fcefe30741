"""The streams of one connection, and the messages that change them."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from simulator.connection_rules import ConnectionRules

Reply = dict[str, object]


class Subscriptions:
    """Names in the order they were asked for; unknown ones stay silent."""

    def __init__(self, rules: ConnectionRules, combined: bool) -> None:
        self._rules = rules
        self._names: dict[str, None] = {}
        self.combined = combined

    def names(self) -> list[str]:
        """All of them."""
        return list(self._names)

    def add(self, names: Iterable[str]) -> bool:
        """Subscribe to all, or to none if they would be too many."""
        wanted = self._names | dict.fromkeys(names)
        if len(wanted) > self._rules.streams:
            return False
        self._names = wanted
        return True

    def reply(self, text: str) -> Reply:
        """`{"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}` to `{"result": null, "id": 1}`."""
        try:
            asked = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            return {"code": 3, "msg": f"Invalid JSON: {error}"}
        if not isinstance(asked, dict) or not isinstance(asked.get("method"), str):
            return {"code": 2, "msg": "Invalid request: request must be an object with a method"}
        names = asked.get("params", [])
        if not isinstance(names, list):
            return {"code": 2, "msg": "Invalid request: params must be a list"}
        return self._perform(asked["method"], names, asked.get("id"))

    def _perform(self, method: str, names: list[object], number: object) -> Reply:
        result: object = None
        if method == "SUBSCRIBE":
            if not self.add(map(str, names)):
                return {"code": 2, "msg": f"Invalid request: more than {self._rules.streams} streams"}
        elif method == "UNSUBSCRIBE":
            for name in names:
                self._names.pop(str(name), None)
        elif method == "LIST_SUBSCRIPTIONS":
            result = self.names()
        elif method == "GET_PROPERTY" and names == ["combined"]:
            result = self.combined
        elif method == "SET_PROPERTY" and names[:1] == ["combined"] and isinstance(names[-1], bool):
            self.combined = names[-1]
        else:
            return {"code": 2, "msg": f"Invalid request: unknown method or parameters of {method}"}
        return {"result": result, "id": number}
