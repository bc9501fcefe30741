"""Elasticsearch misbehaves; nothing is lost, nothing is doubled, and what is refused for good is kept."""

import itertools
import random
import threading
import time

import pytest

from es_loader.assembly import Loader, connected
from es_loader.body import Operation
from es_loader.check import compare
from es_loader.client import connect
from es_loader.replay import replay
from es_loader.settings import LoaderSettings
from market.documents import DOCUMENTS
from market.documents.stream import Document
from market.errors import SinkRefused, SinkUnavailable
from tests.es_loader.faulty_proxy import Plan, faulty
from tests.es_loader.reading import documents, everything
from tests.es_loader.world import World, candles

pytestmark = pytest.mark.elastic
KLINES = DOCUMENTS["klines"]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("es_loader.bulk.delays", lambda: itertools.repeat(0.01))


def behind(loader: Loader, settings: LoaderSettings, url: str) -> Loader:
    return connected(settings.model_copy(update={"url": url, "ca": None}), loader.record)


def one_in(share: float, fault: str) -> Plan:
    dice = random.Random(7)
    return lambda _: fault if dice.random() < share else "pass"


@pytest.mark.parametrize("fault", ["503", "429", "cut"])
def test_a_fault_in_every_second_bulk_loses_and_doubles_nothing(
    world: World, loader: Loader, settings: LoaderSettings, fault: str
) -> None:
    world.live_a_day()
    world.confirm(candles(3_000))
    with faulty(settings.url, str(settings.ca), one_in(0.5, fault)) as proxy:
        behind(loader, settings, proxy.url).rebuild().run()
        assert proxy.bulks > 5
    assert compare(loader.record, loader.writer, attempts=1).differences == []
    assert loader.dead_letters.read() == []


def test_exactly_the_poisoned_documents_become_dead_letters_and_can_be_replayed(
    world: World, loader: Loader
) -> None:
    world.confirm(candles(50))
    loader.rebuild().run()
    generations = loader.state().generations
    good = [_planted(f"good-{i}", {"close": 1.0 + i}, generations) for i in range(20)]
    poison = [_planted(f"poison-{i}", {"colour": "red"}, generations) for i in range(3)]
    mixed = [*good, *poison]
    random.Random(3).shuffle(mixed)
    assert loader.bulk().send(mixed) == 20
    letters = loader.dead_letters.read()
    assert sorted(letter.id for letter in letters) == ["poison-0", "poison-1", "poison-2"]
    assert {letter.type for letter in letters} == {"strict_dynamic_mapping_exception"}
    assert {letter.status for letter in letters} == {400}
    assert replay(loader.dead_letters, loader.writer, generations) == (0, 3)
    with loader.dead_letters.taken() as mended:
        mended[0].document["kline"] = {"close": 3.0}
    assert replay(loader.dead_letters, loader.writer, generations) == (1, 2)
    assert documents(loader.writer, "opa-klines")[letters[0].id]["kline"] == {"close": 3.0}


def test_a_replay_never_overwrites_a_document_written_since(loader: Loader) -> None:
    loader.rebuild().run()
    generations = loader.state().generations
    loader.bulk().send([_planted("x", {"colour": "red"}, generations)])
    with loader.dead_letters.taken() as mended:
        mended[0].document["kline"] = {"close": 1.0}
    loader.bulk().send([_planted("x", {"close": 2.0}, generations)])
    assert replay(loader.dead_letters, loader.writer, generations) == (1, 0)
    assert documents(loader.writer, "opa-klines")["x"]["kline"] == {"close": 2.0}
    assert loader.dead_letters.read() == []


def test_elasticsearch_away_is_waited_for_and_nothing_is_lost(
    world: World, loader: Loader, settings: LoaderSettings
) -> None:
    world.live_a_day()
    away = threading.Event()
    with faulty(settings.url, str(settings.ca), lambda _: "503" if away.is_set() else "pass") as proxy:
        follower = behind(loader, settings, proxy.url).follower()
        while follower.step():
            pass
        away.set()
        world.confirm(candles(30))
        step = threading.Thread(target=follower.step, daemon=True)
        step.start()
        seen = proxy.bulks
        deadline = time.monotonic() + 10
        while proxy.bulks < seen + 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert step.is_alive()
        away.clear()
        step.join(20)
        assert not step.is_alive()
    assert len(documents(loader.writer, "opa-klines")) == 30


def test_a_server_that_is_not_there_is_unavailable(loader: Loader, settings: LoaderSettings) -> None:
    nowhere = behind(loader, settings, "http://127.0.0.1:1")
    with pytest.raises(SinkUnavailable, match="ES_URL names it"):
        nowhere.follower().step()


def test_a_wrong_password_is_refused_and_named(settings: LoaderSettings, world: World) -> None:
    wrong = LoaderSettings.model_validate(
        {
            "ES_URL": settings.url,
            "ES_CA": settings.ca,
            "ES_WRITER_PASSWORD": "guessed",
            "ES_MAINTAINER_PASSWORD": "guessed",
            "OPA_STATE_DIR": settings.state_dir,
        }
    )
    with pytest.raises(SinkRefused, match="wrong user or password"):
        connected(wrong, world.record).follower().step()


def test_the_writer_can_neither_delete_an_index_nor_touch_others(
    loader: Loader, settings: LoaderSettings
) -> None:
    from elasticsearch import AuthorizationException

    with connect(settings, "writer") as writer:
        with pytest.raises(AuthorizationException):
            writer.indices.delete(index="opa-state-g1")
        with pytest.raises(AuthorizationException):
            writer.index(index="somebody-else", document={"a": 1})


def test_a_refused_write_leaves_the_cursor_where_it_was(
    world: World, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = loader.follower()
    while follower.step():
        pass
    before = loader.state().seq
    world.confirm(candles(2))
    loader.dead_letters.path.parent.mkdir(parents=True)
    loader.dead_letters.path.mkdir()  # a folder where the file should be: as unwritable as a full disk
    monkeypatch.setattr("es_loader.touched.kline_bodies", lambda *_: [_unmapped()])
    with pytest.raises(SinkRefused, match="OPA_STATE_DIR"):
        follower.step()
    assert loader.state().seq == before
    assert everything(loader.writer)["opa-klines"] == {}


def _unmapped() -> Operation:
    return Operation("index", KLINES, 1, Document("poison", "1h-2024", {"@timestamp": 0, "colour": "red"}))


def _planted(name: str, kline: dict[str, object], generations: dict[str, int]) -> Operation:
    market = {"exchange": "planted", "symbol": "X", "interval": "1h", "simulated": True}
    body: dict[str, object] = {"@timestamp": 0, "market": market, "kline": kline}
    return Operation("index", KLINES, generations["klines"], Document(name, "1h-2024", body))
