import pytest

from tests.kibana.notifier.webhook import listening


@pytest.fixture
def webhook():
    """An address that notifications can be sent to."""
    with listening() as server:
        yield server
