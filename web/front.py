"""Everything that stands before an application of ours, in its order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware

from web.body_limit import BodyLimit
from web.bounds import Bounds
from web.crowd import Crowd, Visitors
from web.docs_page import add_docs
from web.door import WATCHED, Door
from web.failures import Failures
from web.head_limit import HeadLimit
from web.keys import Keys
from web.metrics import Metrics, metrics_route
from web.observed import Observed
from web.problems import add_problem_answers
from web.readiness import Ask, health_routes
from web.request_ids import add_request_ids
from web.security_headers import FOR_DATA, SecurityHeaders
from web.time_limit import TimeLimit
