"""What a restart remembers."""

import pytest

from kibana.notifier.memory import Memory, load, save
from market.errors import InvalidInput, StoreRefused


def test_what_is_saved_is_read_again(tmp_path):
    path = tmp_path / "state" / "notifier.json"
    assert load(path).fresh
    save(path, Memory(held=[{"told": 1.5}], cursor={"at": 7}))
    again = load(path)
    assert (again.held, again.cursor, again.fresh) == ([{"told": 1.5}], {"at": 7}, False)


def test_a_kill_while_writing_leaves_the_older_file(tmp_path):
    path = tmp_path / "notifier.json"
    save(path, Memory(cursor={"at": 1}))
    path.with_suffix(".new").write_bytes(b'{"held": [')
    assert load(path).cursor == {"at": 1}


def test_a_file_that_is_none_of_ours_is_named(tmp_path):
    path = tmp_path / "notifier.json"
    path.write_text('{"what": 1}')
    with pytest.raises(InvalidInput, match=r"notifier\.json is no memory"):
        load(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(StoreRefused, match="OPA_STATE_DIR"):
        save(tmp_path / "state" / "notifier.json", Memory())
