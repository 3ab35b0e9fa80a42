"""The record of finished exercises, in one JSON file on this computer.

The file is `progress.json` in the user's data folder (platformdirs, "msal-python-course"), or in the folder that the
environment variable COURSE_HOME names.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path

from course import exercises, shared_file
from course.exercises.exercise import Exercise
from course.message import Message, inline

_LEFT = 'style="text-align: left;"'

# Done, but not in the file: the ids, each with the sentence that says why.
_in_memory: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The exercises of all notebooks and whether they are done, as the last line of a cell shows them."""

    done: frozenset[str]
    notes: tuple[str, ...] = ()

    def reset(self) -> Message:
        """Forget all progress, and say so."""
        return reset()

    def __repr__(self) -> str:
        return self._text()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": self._text()}

    def _text(self) -> str:
        lines = [self._summary(), *self.notes]
        for notebook, group in _by_notebook():
            lines.append(f"{_title(notebook)}: {self._count(group)}")
            lines += [f"  {self._mark(exercise)} {exercise.title}" for exercise in group]
        return "\n".join(lines)

    def _html(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" {_LEFT}><a href="{notebook}.ipynb">{_title(notebook)}</a></th>'
            f"<td {_LEFT}>{'<br>'.join(self._item(exercise) for exercise in group)}</td>"
            f"<td>{self._count(group)}</td></tr>"
            for notebook, group in _by_notebook()
        )
        headers = "".join(f'<th scope="col" {_LEFT}>{name}</th>' for name in ("Notebook", "Exercises", "Done"))
        notes = "".join(f"<p>{inline(note)}</p>" for note in self.notes)
        return (
            f"<p><strong>{self._summary()}</strong></p>{notes}"
            f"<table><thead><tr>{headers}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _summary(self) -> str:
        return f"{self._count(exercises.every())} exercises done."

    def _count(self, group: tuple[Exercise, ...]) -> str:
        return f"{sum(exercise.id in self.done for exercise in group)} of {len(group)}"

    def _mark(self, exercise: Exercise) -> str:
        return "✓" if exercise.id in self.done else "○"

    def _item(self, exercise: Exercise) -> str:
        return f"{self._mark(exercise)} {inline(exercise.title)}{' (done)' if exercise.id in self.done else ''}"


def progress() -> Progress:
    """The progress so far. `progress().reset()` forgets it."""
    path = _file()
    try:
        done, notes = _read(path)
    except OSError as error:
        done, notes = set(), (_kept_in_memory(path, error),)
    unsaved = {name: why for name, why in _in_memory.items() if name not in done}
    return Progress(done=frozenset(done | unsaved.keys()), notes=tuple(dict.fromkeys((*notes, *unsaved.values()))))


def note_done(exercise_id: str) -> tuple[str, ...]:
    """Note that an exercise is done. Returns sentences on what went wrong with the file, if anything did."""
    path = _file()
    try:
        done, notes = _read(path)
        if unsaved := {exercise_id, *_in_memory} - done:
            notes += _add(path, unsaved)
        _in_memory.clear()
    except OSError as error:
        _in_memory[exercise_id] = _kept_in_memory(path, error)
        return (_in_memory[exercise_id],)
    return notes


def reset() -> Message:
    """Forget all progress, and say so."""
    before = progress()
    path = _file()
    try:
        if path.parent.is_dir():
            with shared_file.locked(path):
                shared_file.persistently(lambda: path.unlink(missing_ok=True))
    except OSError as error:
        return Message(f"Progress is not reset: `{path}` can't be removed ({_reason(error)}).")
    _in_memory.clear()
    known = {exercise.id for exercise in exercises.every()}
    return Message(f"Progress is reset: {len(before.done & known)} of {len(known)} exercises were done, none is now.")


def _file() -> Path:
    if home := os.environ.get("COURSE_HOME"):
        return Path(home).expanduser() / "progress.json"
    from platformdirs import user_data_path

    return user_data_path("msal-python-course", appauthor=False) / "progress.json"


def _read(path: Path) -> tuple[set[str], tuple[str, ...]]:
    """The ids in the file, and a sentence if it made no sense and was set aside."""
    done = _done(path)
    if done is not None:
        return done, ()
    with shared_file.locked(path):
        return _read_locked(path)


def _read_locked(path: Path) -> tuple[set[str], tuple[str, ...]]:
    done = _done(path)
    return (set(), (_set_aside(path),)) if done is None else (done, ())


def _done(path: Path) -> set[str] | None:
    """The ids in the file; None if it makes no sense."""
    try:
        done = json.loads(path.read_text(encoding="utf-8"))["done"]
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return set(done) if isinstance(done, list) and all(isinstance(name, str) for name in done) else None


def _set_aside(path: Path) -> str:
    names = (path.with_name(f"progress.unreadable-{number}.json") for number in count(1))
    aside = next(name for name in names if not name.exists())
    shared_file.persistently(lambda: path.rename(aside))
    return f"The progress file made no sense, so it was set aside as `{aside}`, and progress begins anew."


def _add(path: Path, unsaved: set[str]) -> tuple[str, ...]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with shared_file.locked(path):
        # Read again: another kernel may have noted something meanwhile.
        done, notes = _read_locked(path)
        shared_file.save(path, json.dumps({"done": sorted(done | unsaved)}, indent=2).encode())
    return notes


def _kept_in_memory(path: Path, error: OSError) -> str:
    return f"`{path.parent}` can't be used ({_reason(error)}), so progress is kept in memory and ends with this kernel."


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _by_notebook() -> list[tuple[str, tuple[Exercise, ...]]]:
    return [(name, tuple(group)) for name, group in groupby(exercises.every(), key=lambda exercise: exercise.notebook)]


def _title(notebook: str) -> str:
    number, _, words = notebook.partition("-")
    return f"{number} {words.replace('-', ' ').capitalize()}"
