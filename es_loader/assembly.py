"""Puts the loader together from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from elasticsearch import Elasticsearch

from es_loader.anchors import Anchors
from es_loader.bulk import Bulk
from es_loader.client import connect
from es_loader.dead_letter import DeadLetters
from es_loader.everything import EVERYTHING
from es_loader.figures import LoaderFigures
from es_loader.follow import Follower
from es_loader.indices import Indices
from es_loader.rebuild import Rebuild
from es_loader.record import Record
from es_loader.renewal import Renewal
from es_loader.settings import LoaderSettings
from es_loader.state import State, StateStore
from es_loader.touched import Touched
from es_loader.trimming import Trimming
from market.documents import DOCUMENTS
from market.errors import InvalidInput
from market.ports import LogTrimmer
from market.store import (
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLHealthStore,
    MySQLHeartbeatStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    MySQLLogTrimmer,
    MySQLTickStore,
    StoredClock,
)
from market.store.connection import Database
from market.store.settings import StoreSettings


@dataclass(frozen=True)
class Loader:
    """The record and the two Elasticsearch users; the maintainer only prepares, swaps and deletes indices."""

    record: Record
    writer: Elasticsearch
    maintainer: Elasticsearch
    dead_letters: DeadLetters
    figures: LoaderFigures = field(default_factory=LoaderFigures)
    trimming: Trimming = field(default_factory=Trimming)

    def bootstrap(self) -> None:
        """Prepare every index.

        A stream that is new, that has other fields than its indices were made for, or whose indices were
        deleted under us is rebuilt; one that MySQL does not hold learns its new fields.
        """
        state = self.states().load()
        indices = Indices(self.maintainer)
        generations = state.generations if state else {}
        lost = indices.empty(generations) + [name for name in EVERYTHING if state and name not in generations]
        indices.bootstrap(generations)
        for stream in DOCUMENTS.values():
            if stream.name not in EVERYTHING:
                indices.add_new_fields(stream)
            elif state and indices.outdated(stream):
                lost.append(stream.name)
        if lost and state and state.epoch == self.record.changes.epoch():  # else the follower rebuilds all
            self.rebuild().run(lost)

    def states(self) -> StateStore:
        """Where the cursor is kept."""
        return StateStore(self.writer)

    def state(self) -> State:
        """The cursor; `InvalidInput` before the first load."""
        state = self.states().load()
        if state is None:
            raise InvalidInput("nothing was loaded yet: run `python -m es_loader rebuild`")
        return state

    def rebuild(self) -> Rebuild:
        """What `rebuild` runs."""
        return Rebuild(self.record, self.bulk(), Indices(self.maintainer), self.states())

    def follower(self) -> Follower:
        """What `follow` runs."""
        return Follower(
            self.record,
            self.bulk(),
            Indices(self.maintainer),
            self.states(),
            Touched(self.record, self.writer),
            Anchors(self.record, self.bulk()),
            self.trimming,
            self.figures,
        )

    def renewal(self) -> Renewal:
        """What `rebuild` of a range runs."""
        return Renewal(self.record, self.bulk(), self.writer, self.states())

    def measured(self) -> LoaderFigures:
        """The figures, with those that grow while the loader waits as they are now."""
        self.figures.dead_letters = self.dead_letters.count()
        if self.figures.cursor is not None:
            lag = self.record.changes.lag(self.figures.cursor)
            self.figures.lag_lines, self.figures.lag_ms = lag
        return self.figures

    def bulk(self) -> Bulk:
        """Writes as the writer; what is refused for good becomes a dead letter."""
        return Bulk(self.writer, self.dead_letters.append, figures=self.figures)


def assembled() -> Loader:
    """From the environment or `.env`; raises pydantic's `ValidationError` for missing settings."""
    settings, store = LoaderSettings(), StoreSettings()
    trimmer = MySQLLogTrimmer(Database(store, "trimmer")) if store.trimmer_password else None
    return connected(settings, mysql_record(Database(store, "reader")), trimmer)


def mysql_record(database: Database) -> Record:
    """The record behind one database connection pool."""
    return Record(
        klines=MySQLKlineStore(database),
        ticks=MySQLTickStore(database),
        decisions=MySQLDecisionStore(database),
        changes=MySQLChangeLog(database),
        health=MySQLHealthStore(database),
        lifecycle=MySQLLifecycleStore(database),
        heartbeats=MySQLHeartbeatStore(database),
        clock=cache(lambda exchange: StoredClock(database, exchange)),
    )


def connected(settings: LoaderSettings, record: Record, trimmer: LogTrimmer | None = None) -> Loader:
    """The loader of one record and one Elasticsearch; without a trimmer the change log only grows."""
    return Loader(
        record=record,
        writer=connect(settings, "writer"),
        maintainer=connect(settings, "maintainer"),
        dead_letters=DeadLetters(settings.dead_letters, settings.dead_letter_mb * 1_000_000),
        trimming=Trimming(trimmer, settings.change_log_days),
    )
