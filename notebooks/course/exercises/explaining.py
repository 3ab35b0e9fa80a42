"""Exercises of notebook 07: a function that explains any result of MSAL, in four steps."""

from __future__ import annotations

from course.error_clinic.case import NOTEBOOK
from course.exercises import explained
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell

THREE_RESULTS = Exercise(
    id="07-explain-three-results",
    notebook=NOTEBOOK,
    title="Explain a result, step 1: three kinds",
    solved=cell("""
        def explain(result):
            if result is None:
                return "person", "nothing in the cache fits"
            if "access_token" in result:
                return "nobody", result["token_source"]  #: return ...
            return "developer", result["error"]  #: return ...


        check("07-explain-three-results", explain)
    """),
    hints=(
        "Return two things with a comma between them, as the first line does: who has to act, and what there is to say.",
        (
            'With a token `"nobody"` has to act, and `token_source` is worth saying. With an error it is for now always the '
            '`"developer"`, and OAuth has one word for it.'
        ),
    ),
    check=explained.check_three_results,
    success="MSAL returns three kinds of result, and a program asks for them in this order.",
)

WORDS = Exercise(
    id="07-explain-words",
    notebook=NOTEBOOK,
    title="Explain a result, step 2: the tenant's words",
    solved=cell("""
        import re


        def words(error):
            text = error.get("error_description") or error["error"]  #: text = error["error_description"]
            return re.split(r"\\s+Trace ID", text)[0]  #: return text


        check("07-explain-words", words)
    """),
    hints=(
        "The identifiers behind the sentences begin with `Trace ID`. Cut there. And a description may be missing, or empty.",
        (
            "`re.split` takes a pattern and a text, and returns a list of parts. Any white space is `\\s`, one or more of it "
            "`\\s+`. For the missing description: the method `get`, and the operator `or`."
        ),
    ),
    check=explained.check_words,
    success="A person reads the sentences, and an administrator searches by the identifiers, so keep those in your log.",
)

WHO = Exercise(
    id="07-explain-who",
    notebook=NOTEBOOK,
    title="Explain a result, step 3: who has to act?",
    solved=cell("""
        def who(error):
            word = error["error"]
            if word in ("invalid_grant", "interaction_required", "expired_token"):  #:
                return "person"
            if word == "temporarily_unavailable":  #:
                return "wait"
            return "developer"  #: return ...


        check("07-explain-who", who)
    """),
    hints=(
        "OAuth's word decides. A grant (a code, a refresh token) that doesn't count any more is replaced by a new sign-in.",
        (
            "Three words call for the person: the grant is invalid, interaction is required, the token (of a device code) "
            "expired. One says that the tenant is unavailable for now. All others are the developer's."
        ),
    ),
    check=explained.check_who,
    success="A program decides by OAuth's word; the number and the sentences are for the person who repairs.",
)

EXPLAIN = Exercise(
    id="07-explain",
    notebook=NOTEBOOK,
    title="Explain a result, step 4: exceptions too",
    solved=cell("""
        import json

        import requests

        from course.diagnosis import who, words


        def explain(result):
            if isinstance(result, requests.RequestException):  #:
                return "network", type(result).__name__
            later = (json.JSONDecodeError, msal.exceptions.MsalServiceError)  #:
            if isinstance(result, later):  #:
                return "wait", type(result).__name__
            if isinstance(result, Exception):  #:
                return "developer", str(result)
            if result is None:
                return "person", "nothing in the cache fits"
            if "access_token" in result:
                return "nobody", result["token_source"]
            return who(result), words(result)


        check("07-explain", explain)
    """),
    hints=(
        "An exception is no dict, so it has to be looked for before the dict is. The most special kind goes first.",
        (
            '`isinstance` tells the kinds apart. Those of `requests` are `RequestException`: say `"network"` and the name of '
            'the type. An answer that is no JSON, and MSAL\'s own `MsalServiceError`, are `"wait"`, also with the name.'
        ),
        'Every other exception is the `"developer"`\'s, and what it says is its text.',
    ),
    check=explained.check_explain,
    success="Nothing that MSAL returns or raises is a riddle now, and no token is in what your function says.",
)
