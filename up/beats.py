"""How long ago every process told that it is there."""

from __future__ import annotations

from market.errors import MarketError
from market.ports import LastBeat
from market.store import MySQLHeartbeatStore
from up.environment import EnvFile
from up.indexing import record
from up.places import Places


def told(places: Places, env: EnvFile) -> dict[str, str]:
    """By service, in words; empty where nobody can be asked (the database is away, or an older house)."""
    try:
        beats = MySQLHeartbeatStore(record(places, env)).last()
    except MarketError:
        return {}
    return {str(each.beat.process.service): _words(each) for each in beats if _ours(each, env)}


def _ours(last: LastBeat, env: EnvFile) -> bool:
    return last.beat.process.exchange == env.get("OPA_EXCHANGE")


def _words(last: LastBeat) -> str:
    ago = f"{last.age_s:.0f} s"
    if last.beat.ending:
        return f"said goodbye {ago} ago"
    if last.silent:
        return f"SILENT for {ago}"
    memory = last.beat.memory_bytes
    return f"beat {ago} ago" + (f", {memory / 1e6:.0f} MB" if memory else "")
