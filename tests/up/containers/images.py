"""The images that up/compose.yml names, made here: no registry can be asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.up.containers.engine import Engine
from up.compose import base_images
from up.elasticsearch import elasticsearch_home
from up.mariadb import mysql_8_home

STAND_INS = Path(__file__).parent / "images"
DEBIAN = "debian:bookworm-slim"


def make_all(engine: Engine, cache: Path) -> None:
    """Every base image, under the very name that our files use; what is there already is kept."""
    named = base_images()
    mysql, elasticsearch, kibana = (
        next(image for image in named if word in image) for word in ("mysql:", "/elasticsearch:", "/kibana:")
    )
    _debian(engine, cache)
    _build(engine, "python", "python:3.11-slim")
    _build(engine, "mysql", mysql, server=mysql_8_home(cache))
    _build(engine, "elasticsearch", elasticsearch, server=elasticsearch_home(cache))
    _build(engine, "kibana", kibana)


def _debian(engine: Engine, cache: Path) -> None:
    if engine.docker("image", "ls", "-q", DEBIAN):
        return
    root = cache / "bookworm"
    if not (root / "etc" / "debian_version").exists() or (root / "debootstrap").exists():
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["/usr/sbin/debootstrap", "--variant=minbase", "bookworm", str(root)], check=True)
    with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as packed:
        engine.docker("import", "-", DEBIAN, stdin=packed.stdout)
    assert packed.returncode == 0


def _build(engine: Engine, name: str, image: str, server: Path | None = None) -> None:
    if engine.docker("image", "ls", "-q", image):
        return
    context = engine.folder / "context" / name
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(STAND_INS, context)
    if server:
        shutil.copytree(server, context / "server", symlinks=True, copy_function=os.link)
    engine.docker("build", "-q", "-t", image, "-f", str(context / f"{name}.Dockerfile"), str(context))
