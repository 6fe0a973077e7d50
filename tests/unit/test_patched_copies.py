"""A copy of an environment, made while others run it."""

from pathlib import Path

from starlette_conformance.stacks.patched_copies import copied


def test_what_another_python_is_compiling_is_not_copied(tmp_path: Path) -> None:
    compiled = tmp_path / "environment" / "lib" / "__pycache__"
    compiled.mkdir(parents=True)
    for name in ("files.cpython-311.pyc", "files.cpython-311.pyc.139775160877776"):
        (compiled / name).touch()
    copied(tmp_path / "environment" / "bin" / "python", tmp_path / "copy")
    made = tmp_path / "copy" / "lib" / "__pycache__"
    assert [path.name for path in made.iterdir()] == ["files.cpython-311.pyc"]
