"""What the scorer does for its models between candles: watch them, let them compete, have them trained."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from market.decision import Role
from market.errors import MarketError, Transient
from market.interval import END_OF_TIME, Series
from market.ports import Clock, EventKind, Job, LifecycleStore, ModelEvent, ModelRecord, Reading
from model_service.jobs import DEAD_AFTER_S, FAILED, SKIPPED, UNFINISHED, new_job
from model_service.lifecycle.promotion import examine, promote
from model_service.lifecycle.schedule import RETRAIN, due, patience, paused_until
from model_service.lifecycle.timeline import expired, not_trained
from model_service.lifecycle.trainer import Trainer
from model_service.lifecycle.watch import read_monitors, reason_to_retrain
from model_service.spec import MINIMUM_BARS
from model_service.training import Workshop

log = logging.getLogger(__name__)
_LOOK_EVERY_S: Final = 1.0
_ASK_EVERY_S: Final = 600.0
_EVENTS: Final = 10_000
_JOBS: Final = 200


@dataclass
class Keeper:
    """Looks after the models of the series it is shown, one series at a look.

    What it knows is in the store: it may die at any point. `settings` of the workshop say what it may do.
    """

    shop: Workshop
    life: LifecycleStore
    clock: Callable[[str], Clock]
    trainer: Trainer
    look_every_s: float = _LOOK_EVERY_S
    ask_every_s: float = _ASK_EVERY_S
    _looked: float = field(default=float("-inf"), init=False)
    _seen: dict[Series, int] = field(default_factory=dict, init=False)
    _asked: float = field(default=float("-inf"), init=False)
    _grown: list[Series] = field(default_factory=list, init=False)
    _turn: int = field(default=0, init=False)
    _job: str = field(default="", init=False)

    def look(self, series: Sequence[Series]) -> None:
        """Do what is due for one of the series, or of those once refused, at most once a second."""
        if time.monotonic() - self._looked < self.look_every_s:
            return
        self._looked = time.monotonic()
        every = [*series, *self._grown_up()]
        if not every:
            return
        self._turn = (self._turn + 1) % len(every)
        each = every[self._turn]
        try:
            self._settle_jobs()
            self._look_after(each)
        except Transient:
            raise
        except MarketError as error:
            log.error("%s: its models are not looked after: %s", each, error)

    def close(self) -> None:
        """Stop a training; it is no failure."""
        self.trainer.close()
        try:
            self._settle(self._job, SKIPPED, "stopped together with the scorer")
        except Transient as error:
            log.warning("%s; the next scorer settles the job", error)

    def _look_after(self, series: Series) -> None:
        newest = self.shop.klines.last_confirmed(series)
        champion = self._champion(series)
        if newest is None:
            return
        if champion is None:
            if series in self._grown:
                self._begin(series, "", f"refused before, {MINIMUM_BARS} candles by now")
            return
        if newest != self._seen.get(series):
            self._seen[series] = newest
            self.life.add_events(expired(self.shop.decisions.models(series, active_only=True), newest))
            self._watch(series, newest)
        if self.shop.settings.retrain:
            self._train(series, champion, newest)

    def _grown_up(self) -> list[Series]:
        """Series without any model that were refused and have enough candles by now; asked now and then."""
        if self.shop.settings.retrain and time.monotonic() - self._asked >= self.ask_every_s:
            self._asked = time.monotonic()
            refused = {e.series for e in self.life.events(limit=_EVENTS) if e.kind is EventKind.REFUSED}
            refused -= {each.series for each in self.shop.decisions.models()} if refused else set()
            self._grown = sorted(each for each in refused if self._is_long(each))
        return self._grown

    def _is_long(self, series: Series) -> bool:
        return self.shop.klines.count(series, 0, END_OF_TIME) >= MINIMUM_BARS

    def _watch(self, series: Series, newest: int) -> None:
        last = self.life.readings(series, limit=1)
        if last and newest - last[0].time < patience(self.shop.settings.monitor_every, series.interval):
            return
        self.life.save_readings(read_monitors(self.shop, series, newest))
        roles = {each.role for each in self.shop.decisions.models(series, active_only=True)}
        if not self.shop.settings.promote or roles != set(Role):
            return
        now = self.clock(series.exchange).now()
        finding = examine(self.shop, self.life, series, now)
        if finding.passed:
            champion, _ = promote(self.shop, self.life, series, finding, now)
            log.info("%s: %s is champion", series, champion.model_id)

    def _train(self, series: Series, champion: ModelRecord, newest: int) -> None:
        early = reason_to_retrain(self._readings(champion))
        reason = due(champion, self.life.events(series), self._jobs_of(series), newest, early)
        if reason:
            self._begin(series, champion.model_id, reason)

    def _begin(self, series: Series, model_id: str, reason: str) -> None:
        """Start a training, unless one runs or the last one failed a short while ago."""
        jobs = self._jobs_of(series)
        if self.trainer.busy():
            return
        now = self.clock(series.exchange).now()
        if now < paused_until(jobs, int(self.shop.settings.retrain_pause_s * 1_000)):
            return
        job = new_job(series, now, kind=RETRAIN)
        if self.shop.decisions.begin_job(job, DEAD_AFTER_S) != job:
            return
        if not self.trainer.start(job):
            self._settle(job.job_id, SKIPPED, "another training is running")
            return
        self._job = job.job_id
        details = {"job": job.job_id}
        event = ModelEvent(series, Role.CHAMPION, EventKind.RETRAIN, now, model_id, reason, details)
        self.life.add_events([event])
        log.info("%s is trained again: %s", series, reason)

    def _settle_jobs(self) -> None:
        """A job whose process is gone has failed, whoever began it."""
        how = self.trainer.ended()
        if how is not None:
            self._settle(self._job, FAILED, how)
        unfinished = [each for each in self._jobs() if each.state in UNFINISHED]
        if unfinished and not self.trainer.busy():
            for each in unfinished:
                self._settle(each.job_id, FAILED, "stopped: its process is gone")

    def _settle(self, job_id: str, state: str, message: str) -> None:
        job = next((each for each in self._jobs() if each.job_id == job_id), None)
        if job is None or job.state not in UNFINISHED:
            return
        series = Series.parse(job.series)
        now = self.clock(series.exchange).now()
        self.shop.decisions.save_job(replace(job, state=state, message=message, finished_at=now))
        if state == FAILED:
            log.error("%s was not trained: %s", series, message)
            self.life.add_events([not_trained(series, now, message, refused=False)])

    def _jobs(self) -> list[Job]:
        return [each for each in self.shop.decisions.jobs(_JOBS) if each.kind == RETRAIN]

    def _jobs_of(self, series: Series) -> list[Job]:
        return [each for each in self._jobs() if each.series == str(series)]

    def _champion(self, series: Series) -> ModelRecord | None:
        active = self.shop.decisions.models(series, active_only=True)
        return next((each for each in active if each.role is Role.CHAMPION), None)

    def _readings(self, champion: ModelRecord) -> list[Reading]:
        found = self.life.readings(champion.series, Role.CHAMPION, since=champion.train_end + 1, limit=100)
        return [each for each in found if found and each.time == found[0].time]
