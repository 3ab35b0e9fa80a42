"""Exercises of notebook 01: authority, credential and redirect URI."""

from __future__ import annotations

from urllib.parse import urlsplit

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_NOTEBOOK = "01-app-registration-values"

_AUTHORITIES = (
    ("https://login.microsoftonline.com", "aaaabbbb-0000-cccc-1111-dddd2222eeee"),
    ("https://login.microsoftonline.com", "organizations"),
    ("https://login.microsoftonline.us", "practice.example"),
    ("https://login.microsoftonline.com/", "aaaabbbb-0000-cccc-1111-dddd2222eeee"),
)

_NOT_THE_CREDENTIAL = {
    "client id": "the client ID names the app, and anybody may know it: it proves nothing",
    "tenant id": "the tenant ID says in which directory the app is: it belongs in the authority",
    "secret id": "the secret ID only names the secret in the admin center's list. Sent as the secret, it is "
    "answered with "
    "AADSTS7000215, one of the most frequent errors of all",
}


def _check_authority(authority: object) -> Verdict:
    for instance, tenant in _AUTHORITIES:
        case = f"for the instance `{instance}` and the tenant `{tenant}`"
        result = run_answer.call(authority, instance, tenant, when=case)
        if result != f"{instance.rstrip('/')}/{tenant}":
            return wrong(f"{case} it returned {shown(result)}: {_why_not_the_authority(result, instance, tenant)}")
    return RIGHT


def _why_not_the_authority(result: object, instance: str, tenant: str) -> str:
    if result is None:
        return "the function ends without `return`"
    if not isinstance(result, str):
        return "the authority is a string"
    if result == instance + tenant:
        return "there is no slash between the two"
    if result.startswith("https://https:"):
        return "the instance begins with `https://` already"
    if "//" in result.removeprefix("https://"):
        return "the instance may end with a slash already, and then there are two"
    if result == f"{instance.rstrip('/')}/{tenant}/":
        return "the URL ends with the tenant, without a slash"
    if "/v2.0" in result or "/oauth2" in result:
        return "the authority ends with the tenant. MSAL itself adds the version and the endpoints"
    if urlsplit(result).hostname != urlsplit(instance).hostname:
        return "the host is that of the instance that was given"
    if tenant not in result:
        return "the tenant that was given is missing"
    return "the authority is the instance, one slash, the tenant"


def _check_which_value(answer: object) -> Verdict:
    name = answer.strip().lower() if isinstance(answer, str) else ""
    if name == "secret value":
        return RIGHT
    if name in _NOT_THE_CREDENTIAL:
        return wrong(_NOT_THE_CREDENTIAL[name])
    if name == "secret":
        return wrong("a secret has two parts in the admin center, an ID and a value, and only one of them is right")
    # The answer is not shown: it may be a secret that this registration doesn't know.
    return wrong("the answer is the name of one of the four `choices`, in quotes. The value itself stays out of cells")


def _check_redirect_uri(answer: object) -> Verdict:
    if answer == "http://localhost":
        return RIGHT
    if not isinstance(answer, str):
        return wrong(f"a redirect URI is a string and you gave {shown(answer)}")
    return wrong(_why_not_the_redirect_uri(answer))


def _why_not_the_redirect_uri(answer: str) -> str:
    if answer != answer.strip():
        return "there is white space around it, and a redirect URI is compared character by character"
    if answer.startswith(("urn:ietf:wg:oauth:2.0:oob", "ms-appx-web:", "msauth", "msal")):
        return f"{shown(answer)} is for a broker or for old libraries: here the system browser signs the person in"
    if answer.endswith("/nativeclient"):
        return (
            f"{shown(answer)} is for apps with an embedded browser: MSAL Python opens the system browser, "
            "and must catch the answer itself"
        )
    if "://" not in answer:
        return f"{shown(answer)} is no URI: it begins with a scheme and `://`"
    url = urlsplit(answer)
    if url.hostname in ("127.0.0.1", "::1"):
        return "MSAL Python sends the host by its name, and the address is not the same redirect URI to Entra"
    if url.hostname != "localhost":
        return f"{shown(answer)} leads to another computer: the app that waits for the answer is on the person's own"
    if url.scheme == "https":
        return (
            "MSAL listens without a certificate. On the person's own computer plain HTTP is allowed, for "
            "nothing leaves it"
        )
    if url.path or url.query or url.fragment:
        return f"{shown(answer)} goes on after the host, and MSAL Python sends nothing there, not even a slash"
    if url.netloc.startswith("localhost:"):
        return "MSAL takes a free port at each sign-in, and Entra ignores the port of this host: register it without"
    return f"{shown(answer)} is not what MSAL Python sends: a redirect URI is compared character by character"


EXERCISES = (
    Exercise(
        id="01-authority",
        notebook=_NOTEBOOK,
        title="Put the authority together",
        solved=cell("""
            def authority(instance, tenant):
                return f"{instance.rstrip('/')}/{tenant}"  #: ...


            check("01-authority", authority)
        """),
        hints=(
            "The authority is one URL: the instance, then a slash, then the tenant. An f-string writes it.",
            "Some people write the instance with a slash at its end. `str.rstrip` takes it off.",
        ),
        check=_check_authority,
        success="The authority is the instance and the tenant, or an audience such as `organizations`, in one URL: the "
        "directory that MSAL may ask for tokens.",
    ),
    Exercise(
        id="01-which-value",
        notebook=_NOTEBOOK,
        title="Which of the four proves who the app is?",
        solved=cell("""
            choices = ("client ID", "tenant ID", "secret ID", "secret value")
            client_credential = "secret value"  #: ...

            check("01-which-value", client_credential)
        """),
        hints=(
            "Three of the four can be read in the admin center at any time, by everyone who may open the page.",
            "The one that is looked for is shown once only, when it is made.",
        ),
        check=_check_which_value,
        success="`client_credential` gets the secret's value, the only one of the four that must be kept from "
        "everyone.",
    ),
    Exercise(
        id="01-redirect-uri",
        notebook=_NOTEBOOK,
        title="The redirect URI of a desktop app",
        solved=cell("""
            redirect_uri = "http://localhost"  #: ...

            check("01-redirect-uri", redirect_uri)
        """),
        hints=(
            "After sign-in the browser must reach the app, and the app runs on the same computer as the browser.",
            "Scheme, `://`, and the name by which a computer calls itself. No port and no path.",
        ),
        check=_check_redirect_uri,
        success="A desktop app without a broker listens on its own computer, on a free port that Entra ignores when it "
        "compares the redirect URI.",
    ),
)
