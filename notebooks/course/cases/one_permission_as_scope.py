"""One permission as the scope of the client credentials flow."""

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="The smallest scope",
    group="tokens",
    order=10,
    seen=("https://github.com/microsoftgraph/msgraph-sdk-python/issues/181",),
    story="The job may read all users, and nothing else. So its program asks for just that.",
    symptom="invalid_scope: AADSTS1002012",
    predict="The permission exists, and it was granted. Who decides what is in the token: the job, or somebody else?",
    solved=cell("""
        def get_token(app):
            scope = "https://graph.microsoft.com/.default"  #: scope = "https://graph.microsoft.com/User.Read.All"
            return app.acquire_token_for_client([scope])


        check("07-one-permission-as-scope", get_token)
    """),
    hints=(
        "Without a user nobody can pick permissions. The scope only says for which API the token is.",
        "After the API's address comes a slash and one word that begins with a dot: everything that was granted.",
    ),
    lesson="An app without a user asks for an API, and the token has what an administrator granted there.",
    situation=situations.with_app,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old='"https://graph.microsoft.com/User.Read.All"', new='"User.Read.All"', because="AADSTS1002012"),
        Wrong(old="User.Read.All", new="", because="AADSTS1002012"),
    ),
)
