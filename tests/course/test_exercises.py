"""The exercises and their checkers: solutions are right, and each usual mistake is told by its own reason."""

import ast
from types import FunctionType, SimpleNamespace

import pytest

from course import exercises, transport
from course.drill import Report
from course.drill.daemon_process import FIRST
from course.error_clinic import case as clinic
from course.exercises import run_answer
from course.exercises.client_credentials import ROLES_CASES, access_token
from course.exercises.verdict import Verdict
from tests.course.exercise_cell import Tenant, registration_in, run

EVERY = pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.id)
# Those of notebook 07 are cases of the error clinic, which run in situations of their own: test_error_clinic.py runs them.
OWN = pytest.mark.parametrize(
    "exercise",
    [exercise for exercise in exercises.every() if exercise.notebook != clinic.NOTEBOOK],
    ids=lambda exercise: exercise.id,
)


@pytest.fixture(autouse=True)
def quick_drill(monkeypatch) -> None:
    """The drill of notebook 08 takes half a minute; tests/faults/test_drill.py and the notebook itself run it."""

    def drill(script) -> Report:
        text = (FIRST.parents[1] / script).read_text("utf-8")
        return Report(script=text, phases=(), jobs=(), findings=())

    monkeypatch.setattr("course.drill.drill", drill)


@pytest.fixture
def registration(monkeypatch) -> SimpleNamespace:
    """The registration, found as in a kernel: among the names of the person's cells."""
    with registration_in(Tenant()) as values:
        monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns={"registration": values}))
        yield values


@OWN
def test_the_cell_as_it_is_given_is_not_tried_and_sends_nothing(exercise, registration):
    assert run(exercise, exercise.start, registration) == Verdict(kind="not tried")
    assert len(transport.current_trace()) == 0


def test_the_cell_as_it_is_given_is_not_tried_with_blank_lines_above_it_either(registration):
    exercise = exercises.find("02-instantiate")
    assert run(exercise, "\n\n" + exercise.start, registration).kind == "not tried"


@OWN
def test_something_else_entirely_is_wrong_for_a_reason(exercise, registration):
    for answer in (None, 42, object(), [], {}):
        verdict = exercise.judge(answer)
        assert verdict.kind == "wrong"
        assert len(verdict.reason) > 20


@EVERY
def test_start_and_solution_end_with_the_same_call_of_check(exercise):
    last = exercise.start.splitlines()[-1]
    assert last.startswith(f'check("{exercise.id}", ')
    assert exercise.solution.splitlines()[-1] == last
    assert exercise.start != exercise.solution


@EVERY
def test_there_are_two_hints_or_more_and_none_holds_the_solution(exercise):
    assert len(exercise.hints) >= 2
    new = [line.strip() for line in exercise.solution.splitlines() if line not in exercise.start.splitlines()]
    given_away = {*new, *(line.split(" = ", 1)[1] for line in new if " = " in line)}
    given_away |= {line.removeprefix("return ") for line in new if line.startswith("return ")}
    for hint in exercise.hints:
        assert not [part for part in given_away if len(part) > 1 and part in hint]


@EVERY
def test_success_is_one_sentence(exercise):
    assert exercise.success.endswith(".")
    assert ". " not in exercise.success.replace(".env", "")


def test_who_saves_a_cache_right_is_reminded_that_its_file_is_private():
    assert "make the file private too" in exercises.find("05-save-if-changed").success


def test_ids_are_unique_and_begin_with_the_number_of_their_notebook():
    known = exercises.every()
    assert len({exercise.id for exercise in known}) == len(known)
    assert all(exercise.id[:3] == exercise.notebook[:3] for exercise in known)


def test_every_notebook_has_two_exercises_or_more():
    for number in ("00", "01", "02", "03", "04", "05", "05b"):
        assert len(exercises.of_notebook(number)) >= 2
    assert exercises.of_notebook("99") == ()


def test_an_error_names_its_kind_its_message_the_case_and_the_line(registration):
    exercise = exercises.find("04-error-code")
    source = exercise.start.replace("...", 'result["error_codes"][0]')
    verdict = run(exercise, source, registration)
    assert verdict.kind == "raised"
    assert verdict.reason == (
        "`KeyError: 'error_codes'` for a result with a token, in line 2: `return result[\"error_codes\"][0]`"
    )


def test_an_error_inside_a_library_names_the_line_that_called_it(registration):
    exercise = exercises.find("02-instantiate")
    source = exercise.solution.replace("authority=", "client_credential='x', authority=")
    verdict = run(exercise, source, registration)
    assert verdict.kind == "raised"
    assert "Public Client should not possess credentials" in verdict.reason
    assert "in line 2: `return msal.PublicClientApplication(`" in verdict.reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def authority():\n    return 1", "takes 0 positional arguments but 2 were given` for the instance"),
        ("def authority(instance, tenant):\n    raise SystemExit(1)", "`SystemExit: 1` for the instance"),
        ("authority = lambda instance, tenant: instance.b", "'str' object has no attribute 'b'`"),
    ],
)
def test_a_function_that_cannot_be_called_or_leaves_has_raised(source, reason, registration):
    verdict = run(exercises.find("01-authority"), f'{source}\ncheck("01-authority", authority)', registration)
    assert verdict.kind == "raised"
    assert reason in verdict.reason
    assert "in line " in verdict.reason


def test_calling_the_function_in_place_of_passing_it_is_told():
    verdict = exercises.find("01-authority").judge("https://login.microsoftonline.com/common")
    assert verdict.kind == "wrong"
    assert "write its name without parentheses" in verdict.reason


def test_a_cell_that_imports_a_module_and_calls_its_functions_is_not_tried_in_a_kernel_either():
    exercise = exercises.find("07-validating-graphs-token")
    namespace: dict = {"check": lambda name, answer: None}
    for statement in ast.parse(exercise.start).body:  # as IPython does: each by itself
        exec(compile(ast.Module(body=[statement], type_ignores=[]), "<cell>", "exec"), namespace)  # noqa: S102
    assert exercise.judge(namespace["who_called"]).kind == "not tried"


@pytest.mark.parametrize("answer", [..., [...], (..., ...), {...}])
def test_dots_in_a_container_are_dots(answer):
    assert exercises.find("05-http-cache").judge(answer).kind == "not tried"


def test_a_function_that_still_returns_dots_is_not_tried(registration):
    exercise = exercises.find("04-roles")
    source = exercise.start.replace("return ...", "print(end='')\n    return ...")
    assert run(exercise, source, registration).kind == "not tried"


def test_the_registration_of_the_functions_own_notebook_comes_first(registration):
    other = object()
    function = FunctionType((lambda: None).__code__, {"registration": other})
    assert run_answer.registration(function) is other
    assert run_answer.registration(None) is registration


def test_the_tokens_to_read_need_padding_and_the_url_alphabet():
    payloads = [access_token(claims).split(".")[1] for _, claims, _ in ROLES_CASES]
    assert {len(payload) % 4 for payload in payloads} >= {2, 3}
    assert any("-" in payload or "_" in payload for payload in payloads)


def test_a_trial_of_make_app_leaves_requests_as_it_was(registration):
    import requests

    session = requests.Session
    exercises.find("02-instantiate").judge(lambda registration: 1 / 0)
    assert requests.Session is session


def test_the_cell_of_the_scope_exercise_names_the_api_that_its_check_expects():
    exercise = exercises.find("04-default-scope")
    api = exercise.start.split('"')[1]
    assert exercise.judge([f"{api}/.default"]).kind == "right"


@pytest.fixture(scope="module")
def practice_registration(tmp_path_factory):
    """The registration as a learner's first cell loads it, with the practice tenant behind it."""
    folder = tmp_path_factory.mktemp("practice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRACTICE_TENANT_HOME", str(folder))
        patch.setenv("COURSE_ENV_FILE", str(folder / ".env"))
        from course.registration import Registration
        from practice_tenant import start

        start()
        yield Registration.load()


@OWN
def test_the_solution_is_right_against_the_practice_tenant(exercise, practice_registration, monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns={"registration": practice_registration}))
    assert run(exercise, exercise.solution, practice_registration) == Verdict(kind="right")
