"""Exercises of notebook 00: the mode, and the first request to the authority."""

from __future__ import annotations

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_NOTEBOOK = "00-start-here"


def _check_mode(answer: object) -> Verdict:
    registration = run_answer.registration()
    if registration.mode not in ("practice", "live"):
        return wrong("the registration can't tell yet: its `problems` say what to correct first")
    if answer == registration.mode:
        return RIGHT
    if hasattr(answer, "mode"):
        return wrong("that is the whole registration: its mode is one of its attributes")
    if not isinstance(answer, str):
        return wrong(f"the mode is a string and you gave {shown(answer)}")
    if answer.strip().lower() == registration.mode:
        return wrong(f"the mode is written exactly as the registration has it, and you wrote {shown(answer)}")
    if answer in ("practice", "live"):
        return wrong(
            f"this notebook does not run in {answer} mode: the registration knows, so ask it rather than guess"
        )
    return wrong(f"there are two modes, practice and live, and {shown(answer)} is neither")


def _check_issuer(answer: object) -> Verdict:
    if hasattr(answer, "status_code"):
        return wrong("that is the HTTP response: read its JSON body, then the member `issuer`")
    if isinstance(answer, dict):
        return wrong("that is the whole document: the issuer is its member `issuer`")
    if not isinstance(answer, str):
        return wrong(f"the issuer is a string, a URL, and you gave {shown(answer)}")

    from requests import RequestException

    registration = run_answer.registration()
    url = f"{registration.authority}/v2.0/.well-known/openid-configuration"
    try:
        document = registration.session.get(url).json()
    except (RequestException, ValueError) as error:
        return wrong(f"there is nothing to compare with: the check could not read `{url}` either ({error})")
    if "issuer" not in document:
        return wrong(f"the authority has no issuer to give: `{url}` answers {shown(document)}. Correct `TENANT` first")
    if answer == document["issuer"]:
        return RIGHT
    return wrong(_why_not_the_issuer(answer, registration.authority, document))


def _why_not_the_issuer(answer: str, authority: str, document: dict) -> str:
    issuer = document["issuer"]
    for name, value in document.items():
        if answer == value:
            return f"that is the document's `{name}`: the issuer is the member `issuer`"
    if answer == "issuer":
        return "that is the member's name: its value is wanted"
    if answer.rstrip("/") == issuer:
        return "the issuer is compared character by character, and yours ends with a slash that the document's has not"
    if answer.startswith("https://sts.windows.net/"):
        return "that is the issuer of v1.0 tokens: read the v2.0 document, which `configuration_url` names"
    if answer.rstrip("/") == authority:
        return "that is the authority, the URL that MSAL is given: the issuer is what the document says, with `/v2.0`"
    if answer == f"{authority}/v2.0":
        return "the issuer names the tenant as the document does, and you built it from the authority: read it instead"
    return f"the document at `configuration_url` does not give {shown(answer)} as its issuer"


EXERCISES = (
    Exercise(
        id="00-mode",
        notebook=_NOTEBOOK,
        title="Which mode does this notebook run in?",
        solved=cell("""
            mode = registration.mode  #: ...

            check("00-mode", mode)
        """),
        hints=(
            "The registration knows. Write `registration.` in a cell and press Tab to see what it holds.",
            "It is the attribute whose name is the question: ask the registration for its mode, without parentheses.",
        ),
        check=_check_mode,
        success="The `.env` file, or its absence, decides the mode; the cells of the course are the same in both.",
    ),
    Exercise(
        id="00-issuer",
        notebook=_NOTEBOOK,
        title="Ask the authority who issues its tokens",
        solved=cell("""
            path = "/v2.0/.well-known/openid-configuration"
            configuration_url = registration.authority + path
            issuer = requests.get(configuration_url).json()["issuer"]  #: ...

            check("00-issuer", issuer)
        """),
        hints=(
            "`requests.get` takes a URL and gives a response.",
            "The response's method `json()` gives the document as a dict. The issuer is its member `issuer`.",
        ),
        check=_check_issuer,
        success="This public document is the first thing MSAL reads: it tells where tokens are asked for, and which "
        "`iss` v2.0 tokens carry.",
    ),
)
