"""A device code that nobody entered in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course import transport
from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

_COFFEE = 20 * 60  # seconds


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.practising() as given, situations.failing(given["practice"]) as tenant:
        late = set[int]()

        def flows() -> int:
            return sum(exchange.path.endswith("/devicecode") for exchange in transport.current_trace())

        def coffee() -> None:
            late.update(range(1, flows() + 1))
            tenant.shift_clock(_COFFEE)

        def person(flow: dict) -> None:
            # Nobody types a code that is over: the tenant counts wrong ones, and lets no more through for a while.
            if flows() not in late:
                given["person"](flow)

        yield given | {"app": situations.public_app(given["practice"]), "coffee": coffee, "person": person}


CASE = Case(
    title="A code and a coffee",
    group="sign-in",
    order=50,
    seen=("https://github.com/Azure/azure-sdk-for-python/issues/32375",),
    story="The program shows a code. The person gets a coffee, which takes twenty minutes, and comes back.",
    symptom="expired_token: AADSTS70020",
    predict="A flow says how long it lasts: `expires_in`. Can the program make it longer?",
    solved=cell("""
        def sign_in(app, person, coffee):
            #: flow = app.initiate_device_flow(["User.Read"])
            coffee()
            flow = app.initiate_device_flow(["User.Read"])  #:
            person(flow)
            return app.acquire_token_by_device_flow(flow)


        check("07-device-code-expired", sign_in)
    """),
    hints=(
        "A code lives for 15 minutes in the tenant. Nothing that the program changes in the flow changes that.",
        "An expired code is replaced, never repaired: begin the flow when the person is there.",
    ),
    lesson="An expired code is no failure of the program: it begins a new flow and shows the new code.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old="    person(flow)",
            new='    flow["message"] = "Take your time."\n    person(flow)',
            because="AADSTS70020",
        ),
        Wrong(old="    coffee()\n    person(flow)", new="    coffee()", because="AADSTS70020"),
    ),
    given={
        "app": "`app`, a public client",
        "coffee": "`coffee()`, which takes twenty minutes",
    },
)
