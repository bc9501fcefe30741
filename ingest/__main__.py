"""`python -m ingest`."""

from ingest.cli import app
from market import hear_ctrl_c
from market.outbound import confine

confine("ingest")
hear_ctrl_c()
app(prog_name="python -m ingest")
