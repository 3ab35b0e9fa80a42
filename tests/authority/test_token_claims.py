"""Claims: a token counts in its time, from its issuer, in its tenant, for this API, and for nothing else."""

import pytest

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from practice_tenant.graph import routes
from practice_tenant.graph.bearer import PublishedKeys
from practice_tenant.hosts import cloud_face
from tests.tenant.answers import assert_forbidden, assert_unauthorized
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import Clock
from tests.tenant.tokens import ABSENT, Mint

SKEW = 300
UNKNOWN_GUID = "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00"
V1_ISSUER = "https://sts.windows.net/{tid}/"
V2_ISSUER = "https://login.microsoftonline.com/{tid}/v2.0"


@pytest.mark.statement(88)
def test_an_expired_token_is_refused_once_the_skew_is_over(graph: Graph, mint: Mint, clock: Clock):
    token = mint(exp=int(clock()) + 60)
    clock.advance(60 + SKEW - 0.1)
    assert graph.get(token=token).status_code == 200
    clock.advance(0.1)
    assert_unauthorized(graph.get(token=token))


@pytest.mark.statement(88)
def test_a_token_from_the_future_is_refused_until_the_skew_begins(graph: Graph, mint: Mint, clock: Clock):
    token = mint(nbf=int(clock()) + 3600, exp=int(clock()) + 7200)
    clock.advance(3600 - SKEW - 0.1)
    assert_unauthorized(graph.get(token=token))
    clock.advance(0.1)
    assert graph.get(token=token).status_code == 200


@pytest.mark.statement(88)
@pytest.mark.parametrize(
    "exp",
    [ABSENT, None, "9999999999", "", True, [], {}, float("nan"), float("inf"), float("-inf"), 0, -1, -(10**400)],
    ids=lambda exp: ascii(exp)[:12],
)
def test_a_token_needs_an_expiry_that_is_a_time(graph: Graph, mint: Mint, exp: object):
    assert_unauthorized(graph.get(token=mint(exp=exp)))


@pytest.mark.statement(88)
@pytest.mark.parametrize(
    "nbf", [None, "0", True, [], float("nan"), float("inf"), float("-inf"), 10**400], ids=lambda nbf: str(nbf)[:9]
)
def test_a_not_before_that_is_there_has_to_be_a_time(graph: Graph, mint: Mint, nbf: object):
    assert_unauthorized(graph.get(token=mint(nbf=nbf)))


@pytest.mark.statement(88)
def test_a_time_may_have_a_fraction(graph: Graph, mint: Mint, clock: Clock):
    """RFC 7519 section 2: a NumericDate may be a non-integer. The control of the tests above."""
    assert graph.get(token=mint(exp=clock() + 0.5, nbf=clock() - 0.5)).status_code == 200


@pytest.mark.statement(89)
@pytest.mark.parametrize(
    "iss",
    [
        V1_ISSUER.format(tid=UNKNOWN_GUID),
        V1_ISSUER.rstrip("/"),
        V1_ISSUER + "/",
        V1_ISSUER.replace("sts", "STS"),
        V1_ISSUER.replace("https:", "http:"),
        V1_ISSUER.replace("sts.", "sts.evil.example/"),
        V1_ISSUER.replace(".net/", ".net.evil.example/"),
        V1_ISSUER.replace(".net/", ".net:443/"),
        V1_ISSUER + "v2.0",
        " " + V1_ISSUER,
        V1_ISSUER + "\0",
        V2_ISSUER,
        "https://sts.windows.net/{{tenantid}}/",
        "https://sts.windows.net/common/",
        "https://localhost:8443/{tid}/",
        "",
    ],
)
def test_a_version_1_token_has_exactly_its_own_issuer(graph: Graph, mint: Mint, seeded: SeededValues, iss: str):
    assert_unauthorized(graph.get(token=mint(iss=iss.format(tid=seeded.tenant_id))))


@pytest.mark.statement(89)
@pytest.mark.parametrize(
    "iss",
    [V1_ISSUER, V2_ISSUER + "/", V2_ISSUER.removesuffix("/v2.0"), V2_ISSUER.format(tid="common"), V2_ISSUER + "x"],
)
def test_a_version_2_token_has_exactly_its_own_issuer(graph: Graph, mint: Mint, seeded: SeededValues, iss: str):
    claims = mint.version_2(iss=iss.format(tid=seeded.tenant_id))
    assert_unauthorized(graph.get(token=mint(**claims)))


@pytest.mark.statement(89)
@pytest.mark.parametrize(
    "changes", [{"iss": ABSENT}, {"iss": None}, {"iss": []}, {"ver": "2.0"}, {"ver": ABSENT}, {"ver": 1.0}], ids=ascii
)
def test_a_token_without_issuer_or_version_is_refused(graph: Graph, mint: Mint, changes: dict):
    assert_unauthorized(graph.get(token=mint(**changes)))


@pytest.mark.statement(89)
def test_a_token_of_one_face_is_refused_by_the_other(
    graph: Graph, localhost: InProcess, form: dict, seeded: SeededValues, authority: Authority
):
    local = Graph(http=localhost, root="/graph/v1.0")
    of_cloud = authority.token(form).json()["access_token"]
    of_localhost = Authority(http=localhost, tenant=seeded.tenant_id).token(form).json()["access_token"]
    assert graph.get(token=of_cloud).status_code == local.get(token=of_localhost).status_code == 200
    assert_unauthorized(graph.get(token=of_localhost))
    assert_unauthorized(local.get(token=of_cloud))


@pytest.mark.statement(90)
@pytest.mark.parametrize(
    "tid",
    [ABSENT, None, "", "practice.example", "common", "{upper}", "{{{id}}}", "{id} ", "{nodash}", 1, []],
    ids=ascii,
)
def test_a_tenant_id_is_a_guid(graph: Graph, mint: Mint, seeded: SeededValues, tid: object):
    written = seeded.tenant_id
    if isinstance(tid, str):
        tid = tid.format(id=written, upper=written.upper(), nodash=written.replace("-", ""))
    issuer = V1_ISSUER.format(tid=tid if isinstance(tid, str) else written)
    assert_unauthorized(graph.get(token=mint(tid=tid, iss=issuer)))


@pytest.mark.statement(90)
def test_the_tenant_id_is_the_one_in_the_issuer(graph: Graph, mint: Mint, seeded: SeededValues):
    assert_unauthorized(graph.get(token=mint(tid=seeded.other_tenant_id)))
    assert_unauthorized(graph.get(token=mint(iss=V1_ISSUER.format(tid=seeded.other_tenant_id))))


@pytest.mark.statement(90)
def test_a_tenant_where_the_app_is_not_installed_gives_it_nothing(graph: Graph, mint: Mint, seeded: SeededValues):
    for tid in (seeded.other_tenant_id, UNKNOWN_GUID):
        assert_forbidden(graph.get(token=mint(tid=tid, iss=V1_ISSUER.format(tid=tid))))


@pytest.fixture
def graph_that_trusts(directory: Directory, clock: Clock, mint: Mint, graph: Graph):
    """The API, given one published key with some members changed."""

    def build(**changes: object) -> Graph:
        async def fetch() -> dict:
            issuer = {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}
            return {"keys": [mint.key.jwk | issuer | changes]}

        keys = PublishedKeys(fetch, clock)
        application = routes.application(routes.Graph(directory=directory, keys=lambda _: keys, clock=clock))

        async def with_face(scope, receive, send):
            await application(scope | {"state": {"face": cloud_face(8400)}}, receive, send)

        return Graph(http=InProcess(app=with_face, base_url=graph.http.base_url))

    return build


@pytest.mark.statement(90)
def test_a_key_signs_for_the_issuer_it_is_published_with(graph_that_trusts, mint: Mint, seeded: SeededValues):
    for good in (V2_ISSUER.format(tid="{tenantid}"), V2_ISSUER.format(tid=seeded.tenant_id)):
        assert graph_that_trusts(issuer=good).get(token=mint()).status_code == 200
    for bad in (V2_ISSUER.format(tid=seeded.other_tenant_id), V2_ISSUER.format(tid="common"), "{tenantid}", ""):
        assert_unauthorized(graph_that_trusts(issuer=bad).get(token=mint()))


@pytest.mark.statement(90)
@pytest.mark.parametrize("changes", [{"use": "enc"}, {"kty": "oct", "k": "AAAA"}, {"kid": "other"}], ids=str)
def test_a_key_that_is_not_for_signatures_verifies_nothing(graph_that_trusts, mint: Mint, changes: dict):
    assert_unauthorized(graph_that_trusts(**changes).get(token=mint()))


@pytest.mark.statement(91)
@pytest.mark.parametrize(
    "aud",
    [
        "{api_uri}",
        "{api_client_id}",
        "{client_id}",
        "https://graph.windows.net",
        "https://graph.microsoft.com.evil.example",
        "https://graph.microsoft.com//",
        "http://graph.microsoft.com",
        "HTTPS://GRAPH.MICROSOFT.COM",
        "api://00000003-0000-0000-c000-000000000000",
        ["https://graph.microsoft.com"],
        ["{client_id}", "https://graph.microsoft.com"],
        "",
        None,
        ABSENT,
        {},
    ],
    ids=ascii,
)
def test_a_token_for_another_audience_is_refused(graph: Graph, mint: Mint, seeded: SeededValues, aud: object):
    names = {name: getattr(seeded, name) for name in ("api_uri", "api_client_id", "client_id")}
    aud = aud.format(**names) if isinstance(aud, str) else aud
    response = graph.get(token=mint(aud=aud))
    assert_unauthorized(response)
    assert response.json()["error"]["message"] == "Access token validation failure. Invalid audience."


@pytest.mark.statement(91)
@pytest.mark.parametrize("scope", ["{api_uri}/.default", "{api_client_id}/.default"])
def test_a_token_the_authority_gave_for_another_api_is_refused(
    authority: Authority, graph: Graph, form: dict, seeded: SeededValues, scope: str
):
    scope = scope.format(api_uri=seeded.api_uri, api_client_id=seeded.api_client_id)
    token = authority.token(form | {"scope": scope}).json()["access_token"]
    assert_unauthorized(graph.get(token=token))


@pytest.mark.statement(92)
def test_an_id_token_is_no_access_token(graph: Graph, mint: Mint, seeded: SeededValues):
    """An ID token has Entra's key, issuer, times and ``typ``; its audience is the app, and it has no scp and no roles."""
    user = {"preferred_username": "learner@practice.example", "name": "Practice Learner", "nonce": "n", "azp": ABSENT}
    id_token = mint.version_2(aud=seeded.client_id, roles=ABSENT, **user)
    for azp in (ABSENT, seeded.client_id):
        assert_unauthorized(graph.get(token=mint(**id_token | {"azp": azp})))
        response = graph.get(token=mint(**id_token | {"aud": "https://graph.microsoft.com", "azp": azp}))
        assert response.status_code in (401, 403)


@pytest.mark.statement(92)
@pytest.mark.parametrize(
    "token", ["0.AAAA-BBBB.AgABAAEAAAD--DLA3VO7QrddgJg7WevrAgDs_wUA9P8", "1.AVkA", "M.C507_BAY.0.U.-Cg"]
)
def test_a_refresh_token_is_no_access_token(graph: Graph, token: str):
    assert_unauthorized(graph.get(token=token))


@pytest.mark.statement(92)
@pytest.mark.parametrize("typ", ["at+jwt", "jwt", "JOSE", "secevent+jwt", "", None, ABSENT], ids=ascii)
def test_a_token_of_another_type_is_refused(graph: Graph, mint: Mint, typ: object):
    assert_unauthorized(graph.get(token=mint(header={"typ": typ})))
