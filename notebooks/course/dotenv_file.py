"""The `.env` file: read with python-dotenv's rules, saved privately and without losing a line, checked for near names."""

import io
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from . import shared_file
from .problem import Problem, listed

FILE_KEY = ".env"

_MOST_BYTES = 4 * 1024 * 1024
# python-dotenv's search for a comment takes time by the square of such a gap.
_LONGEST_GAP = 500
# A file of thousands of lines would bring thousands of sentences.
_MOST_WARNINGS = 20
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NEEDS_NO_QUOTES = re.compile(r"[\w.~:/@+,=\\-]+")
_MODE_KEY = "COURSE_MODE"
_BEGINS_WITH_MODE = re.compile(rf"\s*(?:export\s+)?{_MODE_KEY}\b", re.IGNORECASE)
# What stands after `NAME=`: a value with or without quotes, perhaps a comment, the end of the line.
_AFTER_EQUALS = re.compile(
    r"""(?:[^\S\r\n]*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")(?P<quoted>[^\S\r\n]*\#[^\r\n]*)?
         |[^\r\n]*?(?P<plain>[^\S\r\n]\#[^\r\n]*)?)
        (?P<end>[^\S\r\n]*(?:\r\n|\n|\r)?)""",
    re.VERBOSE | re.DOTALL,
)
# Names that portals, samples and other libraries use for the same values.
_OTHER_NAMES = {
    "TENANT_ID": ("TENANT",),
    "DIRECTORY_ID": ("TENANT",),
    "AUTHORITY": ("INSTANCE", "TENANT"),
    "APPLICATION_ID": ("CLIENT_ID",),
    "APP_ID": ("CLIENT_ID",),
    "CLIENT_CREDENTIAL": ("CLIENT_SECRET",),
    "CLIENT_SECRET_VALUE": ("CLIENT_SECRET",),
    "SECRET_VALUE": ("CLIENT_SECRET",),
    "SCOPES": ("SCOPE",),
    "ENDPOINT": ("API_ENDPOINT",),
}
# Names that begin with AZURE_ are read by Azure's own tools, and a secret's ID is not meant as its value.
_MEANT_AS_WRITTEN = ("AZURE_", "CLIENT_SECRET_ID")
# One letter wrong or missing in TENANT is nearer than this; SCORE is not, beside SCOPE.
_NEAR = 0.82


class DotenvError(Exception):
    """The file cannot be read or saved. Its text is a sentence for the learner and holds no value of the file."""


@dataclass(frozen=True, kw_only=True)
class DotenvFile:
    """The file's values by name, without interpolation, and the file's problems."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = ()


def read(path: Path) -> DotenvFile:
    """Read a `.env` file; an absent one is empty. Never raises for what the file is or holds: see `problems`."""
    try:
        text = _text(_read_bytes(path), path.name)
    except DotenvError as error:
        return DotenvFile(problems=(Problem(key=FILE_KEY, message=str(error)),))
    bindings = _bindings(text, newline=None)
    return DotenvFile(values=_values(bindings), problems=_first(_warnings(bindings, path.name), path.name))


def save(path: Path, values: Mapping[str, str]) -> None:
    """Write values into a `.env` file, so that reading it gives exactly them and everything else it held before.

    Comments, order and other names stay. An empty value empties its line, or is left out where there is none. The new
    file replaces the old in one step and only its owner may read it (mode 0600). If anything fails, the old file
    stands untouched. Processes that save at once save one after the other.

    Raises DotenvError: the file or its folder cannot be read or written, or a value cannot be kept in such a file.
    """
    path = Path(os.path.realpath(path))
    _require_replaceable(path)
    try:
        with shared_file.locked(path):
            shared_file.save(path, _merged(path, values), private=True)
    except OSError as error:
        raise DotenvError(f"{path.name} was not saved: {_reason(error)}. The file is unchanged.") from None
    except RuntimeError:
        raise DotenvError(
            f"{path.name} was not saved: this drive cannot keep a file private to you. Move the course to another "
            "folder, for example in your home folder."
        ) from None


def _merged(path: Path, values: Mapping[str, str]) -> bytes:
    """What the file shall hold."""
    before = _text(_read_bytes(path), path.name)
    text = _merge(before, values)
    kept = _values(_bindings(before, newline=None))
    wanted = kept | {name: value for name, value in values.items() if value or name in kept}
    if _values(_bindings(text, newline=None)) != wanted:
        # An unfinished line of the old file can swallow a line that was added or changed.
        raise DotenvError(
            f"{path.name} has a line that python-dotenv cannot read, perhaps an opening quotation mark without a "
            "closing one. Correct it, then save again. The file is unchanged."
        )
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = b"\0"
    if b"\0" in data:
        raise DotenvError(f"A value has a character that {path.name} cannot hold. The file is unchanged.")
    return data


def _read_bytes(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DotenvError(
                f"{path.name} is a folder, not a file (Docker makes one when it mounts a file that does not exist). "
                f"Remove it, then copy env.example to {path.name}."
            )
        data = shared_file.read(path, _MOST_BYTES + 1)
    except FileNotFoundError:
        return b""
    except TimeoutError:
        raise DotenvError(
            f"{path.name} is no ordinary file, and the program that should write its lines did not finish in time. "
            f"Start that program, or put a copy of env.example in the place of {path.name}."
        ) from None
    except OSError as error:
        raise DotenvError(f"{path.name} cannot be read: {_reason(error)}. Check that you may read it.") from None
    if len(data) > _MOST_BYTES:
        raise DotenvError(f"{path.name} is longer than 4 MB, so it is no list of settings. Is it another file?")
    return data


def _require_replaceable(path: Path) -> None:
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise DotenvError(
                f"{path.name} was not saved: it is no ordinary file, and saving would replace what another program "
                "put there. Change the values in that program."
            )


def _text(data: bytes, name: str) -> str:
    if data.startswith(_UTF16_MARKS) or b"\0" in data:
        raise DotenvError(
            f"{name} is in UTF-16, as Windows PowerShell writes it. Save it as UTF-8: in PowerShell with "
            f"(Get-Content {name}) | Set-Content -Encoding utf8 {name}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    else:
        for gap in re.finditer(r"[^\S\r\n]+", text):
            if gap.end() - gap.start() > _LONGEST_GAP:
                line = text.count("\n", 0, gap.start()) + 1
                raise DotenvError(f"Line {line} of {name} has more than {_LONGEST_GAP} spaces in a row. Remove them.")
        return text
    # Outside the handler: the decoding error carries the file's bytes, secrets included.
    raise DotenvError(f"{name} is not in UTF-8 (see line {line}). Open it in an editor and save it as UTF-8.")


def _bindings(text: str, newline: str | None) -> list:
    """The lines as python-dotenv reads them. It opens a file with newline=None, which turns every line end into \\n."""
    # python-dotenv's parser rather than `dotenv_values(interpolate=False)`, which gives the same values but only logs
    # the lines that it cannot read. Interpolation is a later step, so `${X}` stays as it is.
    from dotenv.parser import parse_stream

    return list(parse_stream(io.StringIO(text, newline=newline)))


def _values(bindings: list) -> dict[str, str]:
    return {item.key: item.value for item in bindings if item.key and item.value is not None}


def _first(problems: Iterable[Problem], file_name: str) -> tuple[Problem, ...]:
    """All errors and the first warnings, and how many more there are."""
    errors, warnings = [], []
    for problem in problems:
        (errors if problem.severity == "error" else warnings).append(problem)
    left_out = len(warnings) - _MOST_WARNINGS
    if left_out > 0:
        message = f"{file_name} has {left_out} more lines with problems like these."
        warnings[_MOST_WARNINGS:] = [Problem(key=FILE_KEY, message=message, severity="warning")]
    return (*errors, *warnings)


def _warnings(bindings: list, file_name: str) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for item in bindings:
        source = item.original.string
        line = item.original.line + source[: len(source) - len(source.lstrip())].count("\n")
        if item.error or (item.key and item.value is None):
            if _BEGINS_WITH_MODE.match(source):
                yield Problem(
                    key=_MODE_KEY,
                    message=f"Line {line} of {file_name} begins with {_MODE_KEY} but cannot be read, so nobody can tell "
                    f"whether practice or live was meant. Write {_MODE_KEY}=practice or {_MODE_KEY}=live.",
                )
                continue
            yield Problem(
                key=FILE_KEY,
                message=f"Line {line} of {file_name} cannot be read. A line is NAME=value, a comment starts with #, and "
                "a value that opens with a quotation mark closes with one.",
                severity="warning",
            )
            continue
        if not item.key:
            continue
        if item.key in lines:
            yield Problem(
                key=item.key,
                message=f"{item.key} stands in {file_name} more than once (lines {lines[item.key]} and {line}). "
                "The last one counts: remove the others.",
                severity="warning",
            )
        lines[item.key] = line
        written = source.partition("=")[2].strip()
        if item.value and written[0] not in "'\"" and re.search(r"\s#", written):
            yield Problem(
                key=item.key,
                message=f"{item.key} (line {line} of {file_name}) ends before ' #': the rest is read as a comment. "
                "If it belongs to the value, put the value in single quotes; if not, give it a line of its own.",
                severity="warning",
            )


def _merge(text: str, values: Mapping[str, str]) -> str:
    line_end = "\r\n" if "\r\n" in text else "\n"
    merged, present = [], set()
    for item in _bindings(text, newline=""):
        source = item.original.string
        if item.key in values and not item.error:
            present.add(item.key)
            if (item.value or "") != values[item.key]:
                source = _with_value(source, values[item.key], line_end)
        merged.append(source)
    added = [f"{name}={_encode(value)}{line_end}" for name, value in values.items() if value and name not in present]
    if added and merged and not merged[-1].endswith(("\n", "\r")):
        merged.append(line_end)
    return "".join(merged + added)


def _with_value(source: str, value: str, line_end: str) -> str:
    before, equals, after = source.partition("=")
    if not equals:
        return f"{source.rstrip()}={_encode(value)}{line_end}"
    match = _AFTER_EQUALS.fullmatch(after)
    comment = (match["quoted"] or match["plain"] or "").strip() if match else ""
    end = match["end"].strip(" \t") if match else line_end
    written = _encode(value)
    if comment:
        # Older versions of python-dotenv take `NAME= # comment` for a value.
        written = f"{written or repr('')} {comment}"
    return f"{before}={written}{end}"


def _encode(value: str) -> str:
    if not value or _NEEDS_NO_QUOTES.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\")
    if "\n" in value or "\r" in value:
        # Only double quotes know escapes for line ends.
        return '"{}"'.format(escaped.replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r"))
    return "'{}'".format(escaped.replace("'", "\\'"))


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def near_names(names: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    """A warning for each of the first names that are nearly a known one; the course would silently ignore their values.

    The warning's key is the name that was meant.
    """
    found = ((name, _meant(name.upper().replace("-", "_"), known)) for name in names if name not in known)
    for name, meant in islice((pair for pair in found if pair[1]), _MOST_WARNINGS):
        yield Problem(
            key=meant[0],
            message=f"{name} is not a name the course reads. Did you mean {listed([*meant])}?",
            severity="warning",
        )


def _meant(name: str, known: Collection[str]) -> tuple[str, ...]:
    # A name with other characters may contain part of a value.
    if not name.isidentifier() or name.startswith(_MEANT_AS_WRITTEN):
        return ()
    return _OTHER_NAMES.get(name) or tuple(get_close_matches(name, known, n=1, cutoff=_NEAR))
