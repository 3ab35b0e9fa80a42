"""The .env file: anything in it can be read or explained, and saving loses nothing."""

import errno
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course import dotenv_file
from course.dotenv_file import DotenvError, read, save


@pytest.fixture
def env_file(tmp_path):
    return tmp_path / ".env"


def only_message(path):
    (problem,) = read(path).problems
    assert problem.message.endswith((".", "?", ".env"))
    return problem.message


def test_an_absent_file_is_empty(env_file):
    file = read(env_file)
    assert (file.values, file.problems) == ({}, ())


def test_values_are_read_as_python_dotenv_reads_them(env_file):
    env_file.write_text(
        "# comment\n\nexport A=1\nB='two words'\nC=\"line\\nbreak\"\nD=${A}\nE=\nF = spaced\nG='a\nb'\n",
        encoding="utf-8",
    )
    assert read(env_file).values == dotenv_values(env_file, interpolate=False)
    assert read(env_file).values["D"] == "${A}"
    assert read(env_file).problems == ()


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xef\xbb\xbfA=first\nB=2\n", "first"),
        (b"A=windows\r\nB=2\r\n", "windows"),
        ("A=Grüße\nB=2".encode(), "Grüße"),
    ],
    ids=["byte order mark", "CRLF", "no last line end"],
)
def test_byte_order_marks_and_line_ends_of_every_kind_are_fine(env_file, data, value):
    env_file.write_bytes(data)
    assert read(env_file).values == {"A": value, "B": "2"}
    assert read(env_file).problems == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_utf_16_gets_a_sentence(env_file, encoding):
    env_file.write_bytes("CLIENT_SECRET=canary\n".encode(encoding))
    message = only_message(env_file)
    assert "UTF-16" in message
    assert "Set-Content -Encoding utf8 .env" in message
    assert read(env_file).values == {}


def test_undecodable_bytes_get_a_sentence_with_the_line_and_not_its_text(env_file):
    env_file.write_bytes("A=1\nCLIENT_SECRET=canary\xe9\n".encode("latin-1"))
    message = only_message(env_file)
    assert ".env is not in UTF-8 (see line 2)" in message
    assert "canary" not in message


def test_a_folder_in_the_files_place_gets_a_sentence(env_file):
    env_file.mkdir()
    assert ".env is a folder" in only_message(env_file)


def test_a_file_that_may_not_be_read_gets_a_sentence(env_file, monkeypatch):
    env_file.write_text("A=1\n")

    def refuse(path, *mode):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert ".env cannot be read: Permission denied" in only_message(env_file)


def test_a_problem_with_the_file_itself_is_an_error_under_the_files_name(env_file):
    env_file.mkdir()
    (problem,) = read(env_file).problems
    assert (problem.key, problem.severity) == (".env", "error")


@pytest.mark.parametrize("line", ["A=one #two", "A=one\t# two", "export A=one # two"])
def test_a_hash_that_cuts_a_value_short_is_warned_about(env_file, line):
    env_file.write_text(f"# first\n\n{line}\n")
    (problem,) = read(env_file).problems
    assert (problem.key, problem.severity) == ("A", "warning")
    assert "A (line 3 of .env) ends before ' #'" in problem.message
    assert "two" not in problem.message
    assert read(env_file).values == {"A": "one"}


@pytest.mark.parametrize("line", ["A=one#two", "A='one #two'", 'A="one" # two', "A= # two", "A=one", "# A=one # two"])
def test_a_hash_that_cuts_nothing_is_not_warned_about(env_file, line):
    env_file.write_text(line)
    assert read(env_file).problems == ()


@pytest.mark.parametrize("line", ["CLIENT_SECRET='canary", "canary", "=canary", "canary words here"])
def test_a_line_that_cannot_be_read_is_named_by_its_number_only(env_file, line, caplog, capsys):
    env_file.write_text(f"# first\n\n{line}\nB=2\n")
    (problem,) = read(env_file).problems
    assert problem.message.startswith("Line 3 of .env cannot be read.")
    assert problem.severity == "warning"
    assert "canary" not in problem.message
    assert read(env_file).values == {"B": "2"}
    assert caplog.text + "".join(capsys.readouterr()) == ""


@pytest.mark.parametrize(
    "line",
    [
        "COURSE_MODE live",
        "COURSE_MODE: live",
        "COURSE_MODE",
        " export COURSE_MODE live",
        "COURSE_MODE='live",
        "course_mode live",
    ],
)
def test_a_line_about_the_mode_that_cannot_be_read_is_an_error(env_file, line):
    env_file.write_text(f"# first\n\n{line}\nB=2\n")
    (problem,) = read(env_file).problems
    assert (problem.key, problem.severity) == ("COURSE_MODE", "error")
    assert problem.message.startswith("Line 3 of .env begins with COURSE_MODE but cannot be read")
    assert "Write COURSE_MODE=practice or COURSE_MODE=live." in problem.message


def test_a_line_about_another_name_than_the_mode_stays_a_warning(env_file):
    env_file.write_text("COURSE_MODELS live\n")
    (problem,) = read(env_file).problems
    assert (problem.key, problem.severity) == (".env", "warning")


def test_a_name_that_stands_twice_is_warned_about(env_file):
    env_file.write_text("A=1\n\nB=2\nA=3\n")
    (problem,) = read(env_file).problems
    assert "A stands in .env more than once (lines 1 and 4)" in problem.message
    assert read(env_file).values["A"] == "3"


def test_the_values_are_not_in_what_a_file_shows_of_itself(env_file):
    env_file.write_text("CLIENT_SECRET=canary\n")
    assert "canary" not in repr(read(env_file))


def test_saving_makes_a_file_that_does_not_exist(env_file):
    save(env_file, {"TENANT": "contoso.example", "CLIENT_ID": "", "CLIENT_SECRET": "a b#c'd"})
    assert env_file.read_text() == "TENANT=contoso.example\nCLIENT_SECRET='a b#c\\'d'\n"


def test_saving_keeps_comments_order_and_other_names(env_file):
    env_file.write_text(
        "# My values\n\n# which tenant\nTENANT=old  # the test one\nOTHER='kept as it is'\n\n"
        "export CLIENT_ID = 'old' # quoted\nSAME=\"1\"\nnonsense here\nEMPTY= # nothing yet\n# end"
    )
    save(env_file, {"CLIENT_ID": "new", "TENANT": "n e w", "SAME": "1", "EMPTY": "", "ADDED": "x", "LEFT_OUT": ""})
    assert env_file.read_text() == (
        "# My values\n\n# which tenant\nTENANT='n e w' # the test one\nOTHER='kept as it is'\n\n"
        'export CLIENT_ID =new # quoted\nSAME="1"\nnonsense here\nEMPTY= # nothing yet\n# end\nADDED=x\n'
    )


def test_saving_an_empty_value_empties_its_line(env_file):
    env_file.write_text("A=1\nB='2' # two\nC=3")
    save(env_file, {"A": "", "B": "", "C": ""})
    assert env_file.read_text() == "A=\nB='' # two\nC="
    assert read(env_file).values == {"A": "", "B": "", "C": ""}


def test_saving_changes_every_line_of_a_name_that_stands_twice(env_file):
    env_file.write_text("A=1\nB=2\nA=3\n")
    save(env_file, {"A": "4"})
    assert env_file.read_text() == "A=4\nB=2\nA=4\n"


def test_saving_keeps_windows_line_ends(env_file):
    env_file.write_bytes(b"# one\r\nA=1\r\nB='2'\r\n")
    save(env_file, {"A": "x y", "C": "3"})
    assert env_file.read_bytes() == b"# one\r\nA='x y'\r\nB='2'\r\nC=3\r\n"


def test_saving_twice_changes_nothing_more(env_file):
    values = {"A": "x 'y' \\ \"z\"", "B": "plain"}
    save(env_file, values)
    once = env_file.read_bytes()
    save(env_file, values)
    assert env_file.read_bytes() == once


names = st.sampled_from(["TENANT", "CLIENT_ID", "CLIENT_SECRET", "SCOPE"])
# What a text file can hold; with more than their share of the characters that mean something in it.
characters = st.sampled_from("'\"\\#=$ \t\r\n") | st.characters(exclude_characters="\0", exclude_categories=["Cs"])
texts = st.text(characters)
value_maps = st.dictionaries(names, texts)
old_lines = st.sampled_from(
    [
        "# comment",
        "",
        "TENANT=old",
        "export SCOPE=a # b",
        "CLIENT_ID='x' # y",
        "X=${Y}",
        "CLIENT_SECRET=",
        'Z="a\nb"',
        "?",
    ]
)
old_files = st.lists(old_lines, max_size=6).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(lines))
)


@settings(deadline=None, max_examples=300)
@given(old_files, value_maps)
@example("", {"TENANT": "a\\"})
@example("TENANT=old # note", {"TENANT": "#"})
@example("SCOPE=a # b", {"SCOPE": "\\'"})
def test_what_is_saved_reads_back_identically_and_the_rest_stays(old, values):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, ".env")
        path.write_bytes(old.encode())
        before = read(path).values
        save(path, values)
        expected = before | {name: value for name, value in values.items() if value or name in before}
        assert read(path).values == expected
        # python-dotenv itself, which other programs use on the same file, agrees; a name without = is None to it.
        by_dotenv = dotenv_values(path, interpolate=False)
        assert {name: value for name, value in by_dotenv.items() if value is not None} == expected
        comments = [line for line in old.splitlines() if line.startswith("#")]
        assert [line for line in path.read_text(encoding="utf-8").splitlines() if line in comments] == comments


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_whatever_make_reading_fail(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, ".env")
        path.write_bytes(data)
        file = read(path)
    assert all(isinstance(value, str) for value in file.values.values())


@pytest.mark.skipif(os.name == "nt", reason="Windows has access control lists instead of a file mode")
@pytest.mark.parametrize("mode", [None, 0o644, 0o666])
def test_a_saved_file_is_for_its_owner_only(env_file, mode):
    if mode:
        env_file.write_text("A=1\n")
        env_file.chmod(mode)
    save(env_file, {"A": "2"})
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def stop(error):
    def fail(*args):
        raise error

    return fail


FAILURES = {
    "the disk is full": ("fsync", OSError(errno.ENOSPC, "No space left on device"), DotenvError),
    "another program holds the file": ("replace", PermissionError(errno.EACCES, "Permission denied"), DotenvError),
    "the drive keeps nothing private": ("fsync", RuntimeError("Permissions assignment failed"), DotenvError),
    "the learner interrupts": ("fsync", KeyboardInterrupt(), KeyboardInterrupt),
}


@pytest.mark.parametrize(("step", "failure", "seen"), FAILURES.values(), ids=FAILURES)
def test_the_old_file_survives_whatever_stops_the_saving(env_file, monkeypatch, step, failure, seen):
    env_file.write_text("A=old\n")
    monkeypatch.setattr(dotenv_file.os, step, stop(failure))
    with pytest.raises(seen) as raised:
        save(env_file, {"A": "canary"})
    monkeypatch.undo()
    assert env_file.read_text() == "A=old\n"
    assert list(env_file.parent.iterdir()) == [env_file]
    assert "canary" not in str(raised.value)


def test_a_full_disk_is_said_in_a_sentence(env_file, monkeypatch):
    monkeypatch.setattr(dotenv_file.os, "fsync", stop(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(DotenvError, match=r"\.env was not saved: No space left on device\."):
        save(env_file, {"A": "1"})


def test_the_old_file_survives_when_the_process_is_killed_before_replacing(env_file):
    env_file.write_text("A=old\n")
    program = (
        "import os, sys; from pathlib import Path; from course import dotenv_file\n"
        "dotenv_file.os.replace = lambda *paths: os._exit(9)\n"
        "dotenv_file.save(Path(sys.argv[1]), {'A': 'new'})\n"
    )
    path = os.pathsep.join(filter(None, [str(Path(dotenv_file.__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    result = subprocess.run(
        [sys.executable, "-c", program, str(env_file)], env=os.environ | {"PYTHONPATH": path}, check=False
    )
    assert result.returncode == 9
    assert env_file.read_text() == "A=old\n"


def test_saving_into_a_folder_that_does_not_exist_gets_a_sentence(tmp_path):
    with pytest.raises(DotenvError, match=r"\.env was not saved"):
        save(tmp_path / "absent" / ".env", {"A": "1"})


@pytest.mark.parametrize(
    "old",
    ["A=1\n".encode("utf-16"), b"A=\xff\n", None],
    ids=["UTF-16", "undecodable", "folder"],
)
def test_a_file_that_cannot_be_read_is_not_overwritten(env_file, old):
    env_file.mkdir() if old is None else env_file.write_bytes(old)
    with pytest.raises(DotenvError) as refusal:
        save(env_file, {"A": "2"})
    # A decoding error would carry all bytes of the file into whatever reports the traceback.
    assert refusal.value.__context__ is None
    assert env_file.is_dir() if old is None else env_file.read_bytes() == old


def test_an_unfinished_quotation_that_would_swallow_a_new_line_stops_the_saving(env_file):
    env_file.write_text("OTHER='unfinished\n")
    with pytest.raises(DotenvError, match="opening quotation mark"):
        save(env_file, {"CLIENT_SECRET": "two words"})
    assert env_file.read_text() == "OTHER='unfinished\n"


@pytest.mark.parametrize("value", ["canary\0", "canary\ud800"], ids=["NUL", "surrogate"])
def test_a_character_that_no_text_file_can_hold_is_refused(env_file, value):
    with pytest.raises(DotenvError, match="cannot hold") as refusal:
        save(env_file, {"CLIENT_SECRET": value})
    assert "canary" not in str(refusal.value)
    assert not env_file.exists()


@pytest.mark.skipif(os.name == "nt", reason="making a symbolic link needs a privilege on Windows")
def test_a_symbolic_link_stays_one_and_its_file_is_saved(tmp_path):
    target = tmp_path / "elsewhere" / "values"
    target.parent.mkdir()
    target.write_text("A=1\n")
    link = tmp_path / ".env"
    link.symlink_to(target)
    save(link, {"A": "2"})
    assert link.is_symlink()
    assert target.read_text() == "A=2\n"


def test_saving_removes_what_a_killed_process_left_when_it_saved(env_file):
    left, lock, others = (env_file.with_name(f".env.{name}") for name in ("0123abcd.tmp", "lock", "notes.tmp"))
    for path in (left, lock, others):
        path.write_text("CLIENT_SECRET=canary\n")
    save(env_file, {"A": "1"})
    assert sorted(env_file.parent.iterdir()) == sorted([env_file, others])


def test_the_time_that_reading_takes_grows_with_the_lines_and_not_with_their_square(env_file):
    env_file.write_text("".join(f"NAME_{number}=value {number}\n" for number in range(20_000)))
    began = time.process_time()
    assert len(read(env_file).values) == 20_000
    assert time.process_time() - began < 5  # 39 seconds when it grew with their square


def test_thousands_of_problems_are_a_few_sentences(env_file):
    env_file.write_text("A=1\nno sense\n" * 10_000 + "COURSE_MODE live\n")
    problems = read(env_file).problems
    assert len(problems) == 22
    assert (problems[0].key, problems[0].severity) == ("COURSE_MODE", "error")
    assert problems[-1].message == ".env has 19979 more lines with problems like these."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("A=1\n" * 1_100_000, "longer than 4 MB"), ("A=1\nB=a" + " " * 1_000_000 + "b\n", "Line 2 of .env has more than")],
    ids=["a long file", "a long gap"],
)
def test_what_would_take_minutes_to_read_gets_a_sentence(env_file, content, sentence):
    env_file.write_text(content)
    assert sentence in only_message(env_file)


if hasattr(os, "mkfifo"):

    def test_a_named_pipe_without_a_writer_gets_a_sentence_and_stays(env_file):
        os.mkfifo(env_file)
        began = time.monotonic()
        assert ".env is no ordinary file" in only_message(env_file)
        assert time.monotonic() - began < 5
        with pytest.raises(DotenvError, match="no ordinary file"):
            save(env_file, {"A": "1"})
        assert stat.S_ISFIFO(env_file.stat().st_mode)

    def test_a_named_pipe_that_a_program_writes_into_is_read_and_never_replaced(env_file):
        """As a password manager offers a file."""
        os.mkfifo(env_file)
        content = "A=1\n" + "B=" + "b" * 100_000 + "\n"
        writes = f"from pathlib import Path; Path({str(env_file)!r}).write_text({content!r})"
        with subprocess.Popen([sys.executable, "-c", writes]):
            assert read(env_file).values == {"A": "1", "B": "b" * 100_000}
        with pytest.raises(DotenvError, match="saving would replace what another program"):
            save(env_file, {"A": "2"})
        assert stat.S_ISFIFO(env_file.stat().st_mode)

    def test_a_device_is_not_waited_for_and_not_replaced(tmp_path):
        assert read(Path("/dev/null")).values == {}
        assert "longer than 4 MB" in only_message(Path("/dev/zero"))
        link = tmp_path / ".env"
        link.symlink_to("/dev/null")
        with pytest.raises(DotenvError, match="saving would replace"):
            save(link, {"A": "1"})
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
