"""A wheel of Grahak holds all that a shop needs: pages, styles, fonts, icons, compiled languages, and no tests."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grahak.core import catalogues

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of the source, offline."""
    if not (ROOT / "grahak/static/vendor/STAMP").exists():
        pytest.skip("the browser's files are not built: make assets")
    here = tmp_path_factory.mktemp("wheel")
    source = here / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "grahak", source / "grahak", ignore=shutil.ignore_patterns("__pycache__"))
    catalogues.compile_all(sorted(path.parent for path in (source / "grahak").glob("*/__init__.py")))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*pip, "--no-build-isolation", "--wheel-dir", here, source], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return set(zipfile.ZipFile(next(here.glob("*.whl"))).namelist())


def test_a_wheel_brings_the_browsers_files(wheel: set[str]) -> None:
    vendor = ROOT / "grahak/static/vendor"
    built = {path.relative_to(ROOT).as_posix() for path in vendor.rglob("*") if path.is_file()}
    assert built - wheel == set()
    assert {
        "grahak/static/vendor/htmx.min.js",
        "grahak/static/vendor/icons.svg",
        "grahak/static/vendor/fonts.css",
        "grahak/static/vendor/fonts/noto-nastaliq-urdu-arabic-wght-normal.woff2",
        "grahak/static/vendor/licences/htmx.org.txt",
        "grahak/static/css/app.css",
        "grahak/static/js/app.js",
    } <= wheel


def test_a_wheel_brings_templates_data_and_compiled_languages(wheel: set[str]) -> None:
    folders = [*ROOT.glob("grahak/*/templates"), *ROOT.glob("grahak/*/data"), *ROOT.glob("grahak/*/locale")]
    needed = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert needed - wheel == set()
    compiled = {name.replace(".po", ".mo") for name in needed if name.endswith(".po")}
    assert compiled - wheel == set()
    assert compiled


def test_a_wheel_leaves_tests_at_home_and_brings_the_command(wheel: set[str]) -> None:
    assert [name for name in wheel if "/tests/" in name] == []
    assert any(name.endswith("entry_points.txt") for name in wheel)
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
