"""Hostile text, made by rules: what breaks out of a place, what it does there, and how it hides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Final

FORGED: Final = "a line that nobody logged"
_TABLES: Final = ("klines", "decisions", "symbols", "information_schema.tables", "mysql.user")
_FILES: Final = ("etc/passwd", "proc/self/environ", ".env", "model.txt", "var/lib/mysql")


def sql() -> Iterator[str]:
    """Out of a string or a number, then more of a statement, then the rest of ours as a comment."""
    outs = ("'", '"', "`", "\\'", "')", "'))", "1", "1)", "BTCUSDT'", "%27", "\u02bc", "\uff07", "\xbf'")
    columns = [", ".join(["NULL"] * count) for count in (1, 5, 13)]
    tails = [
        " OR 1=1", " OR ''='", " AND 1=0 OR TRUE", " || 1", " XOR 1", " OR SLEEP(3)", " ORDER BY 99",
        " LIMIT 999",
        *(f" UNION ALL SELECT {each}" for each in columns),
        *(f" UNION SELECT * FROM {table}" for table in _TABLES),
        *(f"; DROP TABLE {table}" for table in _TABLES),
        "; UPDATE klines SET close = 1", "; SET GLOBAL general_log = 1", " INTO OUTFILE '/tmp/opa'",
        " AND EXTRACTVALUE(1, CONCAT(0x7e, VERSION()))", " PROCEDURE ANALYSE()",
        " AND BENCHMARK(9999999, MD5(1))",
    ]  # fmt: skip
    for out, tail, rest in product(outs, tails, ("", "-- ", "#", "/*", ";%00")):
        yield f"{out}{tail}{rest}"


def documents() -> Iterator[str]:
    """Queries of document stores, where a value was expected."""
    operators = (
        "$gt",
        "$ne",
        "$where",
        "$regex",
        "$exists",
        "match_all",
        "query_string",
        "script",
        "wildcard",
    )
    values: tuple[object, ...] = (
        "",
        None,
        0,
        {},
        [],
        ".*",
        "this.a == this.b",
        {"source": "ctx._source = null"},
    )
    for operator, value in product(operators, values):
        yield json.dumps({operator: value})
        yield f"[{operator}]={value}"
    for field, query in product(
        ("*", "_id", "symbol", "decision.id"), ("*", "[* TO *]", "/.*/", "(a OR b)~")
    ):
        yield f"{field}:{query}"


def paths() -> Iterator[str]:
    """Up and out of a folder, in every writing of a dot and a slash."""
    steps = ("../", "..\\", "..%2f", "%2e%2e/", "..%252f", "....//", "..;/", "\u2025/", "%c0%ae%c0%ae/")
    for step, depth, file in product(steps, (1, 3, 8), _FILES):
        yield step * depth + file
    for scheme, file in product(("file:///", "/", "//", "\\\\", "php://filter/", "jar:file:///"), _FILES):
        yield scheme + file


def templates() -> Iterator[str]:
    """Sums that a template would work out, and names that a format would look up."""
    frames = (
        "{{%s}}",
        "${%s}",
        "#{%s}",
        "<%%= %s %%>",
        "{%% if %s %%}",
        "{%s}",
        "%%(%s)s",
        "$(%s)",
        "`%s`",
        "@(%s)",
    )
    inner = (
        "7*7",
        "config",
        "self.__class__.__mro__",
        "0.__init__.__globals__",
        "id",
        "env.OPA_API_KEYS",
        "jndi:x",
    )
    for frame, what in product(frames, inner):
        yield frame % what
    yield from ("%s%s%s%n", "%x" * 20, "{0}", "{}", "{!r:>999999999}", "%999999999d")


def headers() -> Iterator[str]:
    """The end of a header line, then a line of the sender's own."""
    ends = ("\r\n", "\n", "\r", "%0d%0a", "%0a", "\u560d\u560a", "\x85", "\u2028", "\\r\\n")
    lines = (
        "Set-Cookie: a=b", "Location: http://example.com", "X-API-Key: x", "Content-Length: 0",
        "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Access-Control-Allow-Origin: *",
    )  # fmt: skip
    for end, line, many in product(ends, lines, (1, 2)):
        yield "a" + end * many + line


def logs() -> Iterator[str]:
    """The end of a log line, then one that looks like ours."""
    line = json.dumps({"@timestamp": "2026-01-01T00:00:00Z", "log.level": "info", "message": FORGED})
    for end, written in product(
        ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1e", "\x85", "\u2028", "%0a"), (line, FORGED)
    ):
        yield f"ok{end}{written}"
        yield f'ok"}}{end}{written}'
    for escape in ("\x1b[2K", "\x1b[1A", "\x1b]0;", "\x1b[31m", "\x08" * 9, "\x07", "\x9b2J"):
        yield f"{escape}{FORGED}"


def letters() -> Iterator[str]:
    """Text that becomes other text when it is folded, trimmed or shown."""
    for name in ("BTCUSDT", "simulated", "1h", "champion", "BUY"):
        yield "".join(chr(ord(each) + 0xFEE0) for each in name)
        for behind in (" ", "\t", "\x00", "\xa0", "\xad", "\u0301", "\u200b", "\U000e0001"):
            yield name + behind
        for before in (" ", "\ufeff", "\u2066", "\u202e"):
            yield before + name
    yield from ("BTCU\u017fDT", "\u017fimulated", "s\u0131mulated", "Simulated", "1H", "BTC\xdfDT")
    yield from ("\ud83d", "\udfff\ud800", "\uffff", "\U0010ffff", "\u0130", "\u1e9e", "Z" + "\u0301" * 300)
    yield from ("\U0001f40b" * many for many in (1, 20, 400))


def oversized() -> Iterator[str]:
    """Much of one thing."""
    for unit, length in product(
        ("A", "9", "\xe9", "%00", "[", '{"a":', "'", "../", "a=b&"), (41, 81, 300, 2_000, 7_500)
    ):
        yield (unit * length)[:length]


def nulls() -> Iterator[str]:
    """A zero byte, before, within, behind and alone."""
    for zero, word in product(
        ("\x00", "%00", "\\0", "\\u0000", "\u2400"), ("BTCUSDT", "1h", "asc", "10", "2026-01-01")
    ):
        yield from (zero, zero + word, word + zero, word[:1] + zero + word[1:], word + zero + "' OR 1=1")


def wildcards() -> Iterator[str]:
    """Signs that stand for any sign."""
    signs = ("%", "_", "*", "?", "[A-Z]", ".*", "^", "+", "\\%", "%%", "{1,9}")
    for sign in signs:
        yield from (
            sign,
            f"BTC{sign}",
            f"{sign}USDT",
            f"B{sign}T",
            sign * 7,
            f"{sign}1h",
            f"b736{sign}",
            f"{sign}' {sign}",
        )


def numbers() -> Iterator[str]:
    """Numbers as some languages read them."""
    yield from (
        "NaN", "Infinity", "-Infinity", "1e999", "-1", "-0", "0x10", "1_000", "\u0663", "\uff11", "1.0", "+1",
        "1e3", "00012", "9" * 19, "9" * 40, "-" + "9" * 25, "2147483648", "-9223372036854775809", "1,000",
        "\xbd", "\xb2", "true", "null", "[]", "{}", "undefined", "0b1", "1L", "1;2", "1&limit=1000",
        "1#", "1/0", "--1", "1e-7", ".5", "0.1.2",
    )  # fmt: skip


RULES: Final = (
    sql,
    documents,
    paths,
    templates,
    headers,
    logs,
    letters,
    oversized,
    nulls,
    wildcards,
    numbers,
)


def payloads(count: int) -> list[str]:
    """So many, of every rule in turn; a rule that has no more is left out. All different."""
    chosen: dict[str, None] = {}
    rules = [iter(_spread(list(rule()))) for rule in RULES]
    while rules and len(chosen) < count:
        for rule in list(rules):
            made = next(rule, None)
            if made is None:
                rules.remove(rule)
            elif len(chosen) < count:
                chosen[made] = None
    return list(chosen)


def _spread(made: list[str]) -> list[str]:
    """The same ones in an order in which the first few differ in everything."""
    step = next(each for each in (61, 59, 53, 47, 43, 41) if len(made) % each)
    return [made[at * step % len(made)] for at in range(len(made))]
