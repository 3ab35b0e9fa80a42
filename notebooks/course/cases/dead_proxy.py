"""A proxy in the environment that is switched off."""

from functools import partial

from course.error_clinic import network, running
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="It works in the browser",
    group="network",
    order=10,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/164",),
    story="The company has switched its proxy off. On this server, `HTTPS_PROXY` still names it. In a browser everything "
    "works.",
    symptom="ProxyError: Unable to connect to proxy",
    predict="The code doesn't mention a proxy. Who reads the variable?",
    solved=cell("""
        import os


        def get_token(practice, make_app):
            del os.environ["HTTPS_PROXY"]  #:
            app = make_app()
            return app.acquire_token_for_client(practice.scopes)


        check("07-dead-proxy", get_token)
    """),
    hints=(
        "MSAL sends its requests with `requests`, and `requests` reads the environment.",
        "Variables are in `os.environ`, a dict. Take this one away before the client is made.",
    ),
    lesson="MSAL's own session obeys `HTTPS_PROXY` and `NO_PROXY`, so look at the environment before the code.",
    situation=partial(network.by_itself, HTTPS_PROXY="old_proxy"),
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old="make_app()", new="make_app(timeout=2)", because="ProxyError"),
        Wrong(old="app = ", new='os.environ["HTTP_PROXY"] = ""\n    app = ', because="ProxyError"),
        Wrong(old="make_app()", new="make_app(verify=False)", because="ProxyError"),
    ),
)
