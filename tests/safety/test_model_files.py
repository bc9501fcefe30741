"""A model is read when it is what was registered, text and numbers; what else lies there is not opened."""

from __future__ import annotations

import ast
import pickle  # noqa: TID251  (to plant one)
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from market.errors import ModelRefused
from market.ports import ModelRecord
from model_service.registry import Shelf
from model_service.spec import Spec
from model_service.train import train
from tests.model_service.made import memory_shop
from tests.model_service.markets import QUARTER, random_walk

ROOT = Path(__file__).parents[2]
ROOMS = sorted(
    path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "bench")
)
LOADERS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "jsonpickle"}
METHODS = {"read_pickle", "to_pickle", "load_module", "allow_pickle"}


class Trap:
    """Unpickled, it writes a file."""

    def __init__(self, sprung: Path) -> None:
        self._sprung = sprung

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self._sprung,)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelRecord]:
    folder = tmp_path_factory.mktemp("models")
    model = train(random_walk(5_300, 11, edge=0.1), Spec(QUARTER, kind="logistic"))
    return folder, memory_shop(folder).register(model, "m", 0, 1)


@pytest.fixture
def planted(stored: tuple[Path, ModelRecord], tmp_path: Path) -> tuple[Path, ModelRecord, Path]:
    """A copy of the model's folder, its record, and the file that a sprung trap writes."""
    folder, record = stored
    copy = tmp_path / "models" / "m"
    copy.mkdir(parents=True)
    for path in (folder / "m").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy, record, tmp_path / "sprung"


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_the_trap_works(tmp_path):
    pickle.loads(pickle.dumps(Trap(tmp_path / "sprung")))
    assert (tmp_path / "sprung").exists()


def test_what_was_registered_is_loaded(planted):
    folder, record, _ = planted
    assert Shelf(folder.parent).load(record).spec.kind == "logistic"


def test_a_pickle_beside_the_files_is_refused(planted):
    folder, record, sprung = planted
    (folder / "model.pkl").write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(ModelRefused, match=r"exactly the registered files \(model.pkl\)"):
        Shelf(folder.parent).load(record)
    assert not sprung.exists()


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.npy"])
def test_a_pickle_that_somebody_registered_is_refused(planted, name):
    folder, record, sprung = planted
    (folder / name).write_bytes(pickle.dumps(Trap(sprung)))
    registered = replace(record, files={**record.files, name: _hash(folder / name)})
    with pytest.raises(ModelRefused, match="is not the registered one"):
        Shelf(folder.parent).load(registered)
    assert not sprung.exists()


def test_a_pickle_in_the_place_of_every_file_is_refused_even_where_its_hash_was_registered(planted):
    folder, record, sprung = planted
    for name in record.files:
        (folder / name).write_bytes(pickle.dumps(Trap(sprung)))
    registered = replace(record, files={name: _hash(folder / name) for name in record.files})
    with pytest.raises(ModelRefused):
        Shelf(folder.parent).load(registered)
    assert not sprung.exists()


def test_one_changed_byte_is_refused(planted):
    folder, record, _ = planted
    for name in record.files:
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(before[:-1] + b" ")
        with pytest.raises(ModelRefused, match=name):
            Shelf(folder.parent).load(record)
        (folder / name).write_bytes(before)


@pytest.mark.parametrize("model_id", ["../elsewhere", "/etc", "a/b", "..", ".", ".hidden", ""])
def test_an_id_that_leads_out_of_the_folder_is_refused(planted, model_id):
    folder, record, _ = planted
    with pytest.raises(ModelRefused, match="names no folder"):
        Shelf(folder.parent).load(replace(record, model_id=model_id))


def test_a_link_to_another_folder_is_refused(planted):
    folder, record, _ = planted
    (folder.parent / "linked").symlink_to(folder, target_is_directory=True)
    with pytest.raises(ModelRefused, match="names no folder"):
        Shelf(folder.parent).load(replace(record, model_id="linked"))


def _ways_to_run_a_file(path: Path) -> set[str]:
    found: set[str] = set()
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match each:
            case ast.Import(names=names):
                found |= {alias.name.partition(".")[0] for alias in names} & LOADERS
            case ast.ImportFrom(module=str(module)):
                found |= {module.partition(".")[0]} & LOADERS
            case ast.Attribute(attr=name) if name in METHODS:
                found.add(name)
            case ast.keyword(arg="allow_pickle", value=value) if getattr(value, "value", None) is not False:
                found.add("allow_pickle")
    return found


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_no_room_knows_how_to_load_a_pickle(room):
    found = {
        str(path.relative_to(ROOT)): ways
        for path in room.rglob("*.py")
        if (ways := _ways_to_run_a_file(path))
    }
    assert found == {}
