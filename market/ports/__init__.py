"""What the rooms ask of the outside world. Adapters and their in-memory twins pass the same contract tests.

Every time is ms UTC of market time. Stores raise `StoreUnavailable` (try again) or `StoreRefused`.
"""

from market.ports.archive import ArchiveStore, FileRows, ImportedFile
from market.ports.health import Health, HealthStore, Pulse, Recheck
from market.ports.heartbeat import Figures, Heartbeat, HeartbeatStore, LastBeat, Process, ServiceName
from market.ports.lifecycle import EventKind, LifecycleStore, ModelEvent, MonitorState, Reading
from market.ports.listed import LISTED_SCHEMA, MEASURED_SCHEMA, MOMENT_SCHEMA, SCORED_SCHEMA
from market.ports.market_data import (
    TICK_SCHEMA,
    Change,
    ChangeLog,
    Clock,
    KlineSource,
    KlineStore,
    LogTrimmer,
    SeriesStatus,
    SymbolInfo,
    TickStore,
    WriteResult,
)
from market.ports.pages import SeriesPage
from market.ports.record import (
    BacktestRun,
    ChainHead,
    Decided,
    DecisionFilter,
    DecisionStore,
    Job,
    ModelRecord,
    OpenedPeriod,
    Trial,
)
from market.ports.tally import LedgerSpan, Measured, Step, Tally

__all__ = [
    "LISTED_SCHEMA",
    "MEASURED_SCHEMA",
    "MOMENT_SCHEMA",
    "SCORED_SCHEMA",
    "TICK_SCHEMA",
    "ArchiveStore",
    "BacktestRun",
    "ChainHead",
    "Change",
    "ChangeLog",
    "Clock",
    "Decided",
    "DecisionFilter",
    "DecisionStore",
    "EventKind",
    "Figures",
    "FileRows",
    "Health",
    "HealthStore",
    "Heartbeat",
    "HeartbeatStore",
    "ImportedFile",
    "Job",
    "KlineSource",
    "KlineStore",
    "LastBeat",
    "LedgerSpan",
    "LifecycleStore",
    "LogTrimmer",
    "Measured",
    "ModelEvent",
    "ModelRecord",
    "MonitorState",
    "OpenedPeriod",
    "Process",
    "Pulse",
    "Reading",
    "Recheck",
    "SeriesPage",
    "SeriesStatus",
    "ServiceName",
    "Step",
    "SymbolInfo",
    "Tally",
    "TickStore",
    "Trial",
    "WriteResult",
]
