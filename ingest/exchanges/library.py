"""python-binance, imported in one place: it uses a deprecated name of `websockets` and warns about it."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from binance import AsyncClient, BinanceSocketManager
    from binance.exceptions import (
        BinanceAPIException,
        BinanceRequestException,
        BinanceWebsocketClosed,
        BinanceWebsocketUnableToConnect,
        ReadLoopClosed,
    )
    from binance.ws.reconnecting_websocket import ReconnectingWebsocket

__all__ = [
    "AsyncClient",
    "BinanceAPIException",
    "BinanceRequestException",
    "BinanceSocketManager",
    "BinanceWebsocketClosed",
    "BinanceWebsocketUnableToConnect",
    "ReadLoopClosed",
    "ReconnectingWebsocket",
]
