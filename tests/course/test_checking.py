"""`check`: four verdicts that nobody can confuse, hints one after another, and no secret anywhere."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest

from course import exercises
from course.exercises import progress
from course.exercises.check import Feedback, check
from course.exercises.verdict import Verdict
from course.message import inline
from course.redaction import Redaction, Secret

SECRET = "8Q~a  secret/with'marks`"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(progress, "_in_memory", {})
    return tmp_path


@pytest.fixture(autouse=True)
def names_of_the_cells(monkeypatch):
    """The registration among the names of the person's cells, with a secret to keep."""
    redaction = Redaction(secrets=(Secret(SECRET), Secret("a passphrase")))
    values = SimpleNamespace(mode="practice", client_secret=Secret(SECRET), redaction=redaction)
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns={"registration": values}))
    return values


def html(feedback: Feedback) -> str:
    return feedback._repr_mimebundle_()["text/html"]


def text(feedback: Feedback) -> str:
    return feedback._repr_mimebundle_()["text/plain"]


def broken(instance, tenant):
    return instance.tenant


VERDICTS = {
    "not tried": ("01-authority", ..., "○ Not tried yet."),
    "wrong": ("01-authority", lambda instance, tenant: instance + tenant, "✗ Wrong, because"),
    "raised": ("01-authority", broken, "⚠ Your code raised"),
    "right": ("01-authority", lambda instance, tenant: f"{instance.rstrip('/')}/{tenant}", "✓ Right."),
}
EACH_VERDICT = pytest.mark.parametrize(("exercise_id", "answer", "heading"), VERDICTS.values(), ids=VERDICTS)


@EACH_VERDICT
def test_each_verdict_begins_with_words_of_its_own_in_text_and_in_html(exercise_id, answer, heading):
    feedback = check(exercise_id, answer)
    mark, words = heading.split(" ", 1)
    assert text(feedback).startswith(heading)
    assert f'<span aria-hidden="true">{mark}</span> {words}</strong>' in html(feedback)


@EACH_VERDICT
def test_the_same_answer_gives_the_same_output(exercise_id, answer, heading):
    assert check(exercise_id, answer)._repr_mimebundle_() == check(exercise_id, answer)._repr_mimebundle_()


@EACH_VERDICT
def test_the_html_is_balanced_and_needs_no_script_and_no_id(exercise_id, answer, heading):
    class Balance(HTMLParser):
        opened: tuple[str, ...] = ()

        def handle_starttag(self, tag, attributes):
            assert tag != "script"
            assert not {"id", "onclick"} & {name for name, _ in attributes}
            self.opened = (*self.opened, tag)

        def handle_endtag(self, tag):
            assert self.opened[-1] == tag
            self.opened = self.opened[:-1]

    parser = Balance()
    parser.feed(html(check(exercise_id, answer)))
    assert parser.opened == ()


@EACH_VERDICT
def test_colours_come_from_the_theme(exercise_id, answer, heading):
    assert re.findall(r"border-left: 4px solid var\(--jp-\w+-color1, #[0-9a-f]{6}\)", html(check(exercise_id, answer)))


def test_the_second_hint_is_inside_the_first_and_the_solution_inside_the_last():
    page = html(check("01-authority", ...))
    exercise = exercises.find("01-authority")
    order = ["Hint 1 of 2", "Hint 2 of 2", '<summary data-lm-suppress-shortcuts="true">Solution', "def authority"]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "</details>" not in page[: places[-1]]
    assert "open" not in re.findall(r"<details[^>]*>", page)[0]
    assert page.count("<details") == len(exercise.hints) + 1


@pytest.mark.parametrize("kind", ["not tried", "wrong", "raised"])
def test_the_text_says_how_many_hints_there_are(kind):
    assert text(check(*VERDICTS[kind][:2])).endswith("\nhints: 2")


def test_a_right_answer_says_what_it_shows_and_offers_a_solution_to_compare_with():
    feedback = check("00-mode", "practice")
    assert exercises.find("00-mode").success in text(feedback)
    assert "hints" not in text(feedback)
    assert "A solution to compare with" in html(feedback)
    assert "Hint 1" not in html(feedback)


def test_a_raised_error_comes_with_the_persons_line_and_without_ours():
    shown = text(check("01-authority", broken))
    assert "`AttributeError: 'str' object has no attribute 'tenant'`" in shown
    assert "`return instance.tenant`" in shown
    assert "trial.py" not in shown
    assert "Traceback" not in shown


def test_the_cell_without_dots_asks_for_another_change():
    assert "Change the code and run the cell again." in text(check("03-reuse"))
    assert "Replace the `...` and run the cell again." in text(check("00-mode"))


@pytest.mark.parametrize(
    "answer",
    [
        SECRET,
        f"prefix {SECRET}",
        Secret(SECRET),
        "a passphrase",
        quote_plus(SECRET),
    ],
    ids=["as it is", "within a text", "hidden already", "the passphrase", "in a URL"],
)
def test_no_secret_of_the_registration_is_shown(answer):
    for exercise_id in ("00-mode", "01-redirect-uri", "05-http-cache", "04-default-scope"):
        shown = "".join(check(exercise_id, answer)._repr_mimebundle_().values())
        assert "8Q~" not in shown
        assert "passphrase" not in shown


def test_no_secret_is_shown_in_an_error_or_in_the_line_that_raised():
    def authority(instance, tenant):
        raise ValueError(SECRET)

    shown = "".join(check("01-authority", authority)._repr_mimebundle_().values())
    assert "****" in shown
    assert "8Q~" not in shown


def test_a_secret_is_masked_before_a_long_value_is_cut():
    shown = "".join(check("00-mode", "x" * 155 + SECRET)._repr_mimebundle_().values())
    assert "8Q" not in shown
    assert "…" in shown


def test_a_secret_that_begins_like_another_leaves_no_rest(names_of_the_cells):
    names_of_the_cells.redaction = Redaction(secrets=(Secret(SECRET[:6]), Secret(SECRET)))
    assert "marks" not in text(check("00-mode", SECRET))


def test_no_token_is_shown():
    shown = text(check("00-mode", "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhcGkifQ.c2lnbmF0dXJl"))
    assert "eyJ…" in shown
    assert "eyJh" not in shown
    assert "c2lnbmF0dXJl" not in shown


def test_an_answer_with_markup_is_shown_as_text():
    assert "<img" not in html(check("00-mode", "<img src=x>`</code>"))


@pytest.mark.parametrize(
    ("exercise_id", "sentence"),
    [
        ("04-default-scop", "There is no exercise `'04-default-scop'`. Is it `04-default-scope`?"),
        ("00-something-else", "Is it `00-mode` or `00-issuer`?"),
        ("zzz", "There is no exercise `'zzz'`: an id looks like `00-mode`."),
        ("", "There is no exercise `''`: an id looks like `00-mode`."),
    ],
)
def test_an_unknown_id_gives_the_ids_that_may_be_meant(exercise_id, sentence):
    assert sentence in text(check(exercise_id, 1))


@pytest.mark.parametrize("answer", [["a-scope"], SECRET])
def test_arguments_the_wrong_way_round_are_told(answer):
    shown = text(check(answer, "04-default-scope"))
    assert "takes the exercise's id first" in shown
    assert "8Q~" not in shown


def test_a_secret_in_place_of_the_id_is_not_shown():
    assert "8Q~" not in "".join(check(SECRET, 1)._repr_mimebundle_().values())


def test_only_a_right_answer_is_noted(home):
    for kind in ("not tried", "wrong", "raised"):
        check(*VERDICTS[kind][:2])
    assert progress.progress().done == set()
    check("00-mode", "practice")
    assert progress.progress().done == {"00-mode"}


def test_a_wrong_answer_later_does_not_undo_a_right_one():
    check("00-mode", "practice")
    check("00-mode", "live")
    assert progress.progress().done == {"00-mode"}


def test_progress_that_cannot_be_kept_is_said_below_the_verdict(home, monkeypatch):
    (home / "a file").write_text("")
    monkeypatch.setenv("COURSE_HOME", str(home / "a file"))
    feedback = check("00-mode", "practice")
    assert "progress is kept in memory and ends with this kernel." in text(feedback)
    assert "progress is kept in memory and ends with this kernel." in html(feedback)


def test_a_plain_python_prompt_shows_the_text():
    assert repr(check("00-mode", "practice")) == text(check("00-mode", "practice"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Let it return *why* it can't.", "Let it return <em>why</em> it can&#x27;t."),
        ("the table *Client secrets*.", "the table <em>Client secrets</em>."),
        ("*Value*, *Secret ID*", "<em>Value</em>, <em>Secret ID</em>"),
        ("`*args` and `2*3*4`", "<code>*args</code> and <code>2*3*4</code>"),
        ("*one* `*two*`", "<em>one</em> <code>*two*</code>"),
        ("2*3*4 is 24, 5 * 2 * 3 is 30", "2*3*4 is 24, 5 * 2 * 3 is 30"),
        ("*<b>*", "<em>&lt;b&gt;</em>"),
    ],
)
def test_words_between_asterisks_are_emphasized_outside_code(written, shown):
    assert inline(written) == shown


@pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.id)
def test_no_help_shows_asterisks_around_words(exercise):
    shown = html(Feedback(exercise=exercise, verdict=Verdict(kind="wrong", reason="no")))
    prose = re.sub(r"<(pre|code)>.*?</\1>", "", shown, flags=re.DOTALL)
    assert not re.search(r"\*\w[^*<]*\*", prose)
