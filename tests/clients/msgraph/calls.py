"""Calls of Microsoft's Graph SDK for Python, as a person writes them. It knows nothing of the tests or the tenant.

It reads its settings from stdin, and writes what each call gave to stdout, as JSON.
"""

import asyncio
import json
import ssl
import sys
import time
import uuid
from collections.abc import Awaitable, Callable

import httpx
from azure.core.credentials import AccessToken, TokenCredential
from azure.identity import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.models.app_role import AppRole
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.user import User
from msgraph.generated.models.web_application import WebApplication
from msgraph.generated.users.count.count_request_builder import CountRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

Calls = dict[str, Callable[[], Awaitable[object]]]


class SignedIn:
    """A credential whose token the person's sign-in gave before."""

    def __init__(self, token: str):
        self.token = token

    def get_token(self, *scopes: str, **options: object) -> AccessToken:
        """The token, whatever it is for."""
        return AccessToken(self.token, int(time.time()) + 3600)


def of_app(settings: dict, client_id: str, secret: str) -> GraphServiceClient:
    """A Graph client of an app on its own behalf."""
    credential = ClientSecretCredential(
        tenant_id=settings["tenant"],
        client_id=client_id,
        client_secret=secret,
        authority=settings["authority"],
        disable_instance_discovery=True,
        connection_verify=settings["ca"],
    )
    return client(settings, credential)


def client(settings: dict, credential: TokenCredential) -> GraphServiceClient:
    """A Graph client. The test's settings say where the cloud is."""
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost"]
    )
    http = httpx.AsyncClient(verify=ssl.create_default_context(cafile=settings["ca"]), trust_env=False)
    http = GraphClientFactory.create_with_default_middleware(client=http, host=settings["graph"], options=options)
    adapter = GraphRequestAdapter(provider, client=http)
    adapter.base_url = f"{settings['graph']}/v1.0/"
    return GraphServiceClient(request_adapter=adapter)


def users_by(*, eventual: bool = False, **options: object) -> RequestConfiguration:
    """The options of a request for users."""
    parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**options)
    configuration = RequestConfiguration(query_parameters=parameters)
    if eventual:
        configuration.headers.add("ConsistencyLevel", "eventual")
    return configuration


def reading(graph: GraphServiceClient) -> Calls:
    """Calls that read users and groups."""

    async def users() -> object:
        return [user.display_name for user in (await graph.users.get()).value]

    async def one_user() -> object:
        return (await graph.users.by_user_id("learner@practice.example").get()).display_name

    async def two_properties() -> object:
        parameters = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=["displayName", "userType"])
        configuration = RequestConfiguration(query_parameters=parameters)
        user = await graph.users.by_user_id("learner@practice.example").get(request_configuration=configuration)
        return [user.display_name, user.user_type, user.mail]

    async def pages() -> object:
        page = await graph.users.get(request_configuration=users_by(top=5))
        sizes = [len(page.value)]
        while page.odata_next_link:
            page = await graph.users.with_url(page.odata_next_link).get()
            sizes.append(len(page.value))
        return sizes

    async def count() -> object:
        configuration = RequestConfiguration[CountRequestBuilder.CountRequestBuilderGetQueryParameters]()
        configuration.headers.add("ConsistencyLevel", "eventual")
        return await graph.users.count.get(request_configuration=configuration)

    async def count_without_header() -> object:
        return await graph.users.count.get()

    async def counted_page() -> object:
        return (await graph.users.get(request_configuration=users_by(eventual=True, count=True, top=1))).odata_count

    async def search() -> object:
        found = await graph.users.get(request_configuration=users_by(eventual=True, search='"displayName:learn"'))
        return [user.display_name for user in found.value]

    async def search_without_header() -> object:
        return await graph.users.get(request_configuration=users_by(search='"displayName:learn"'))

    async def order() -> object:
        found = await graph.users.get(request_configuration=users_by(orderby=["displayName desc"], top=2))
        return [user.display_name for user in found.value]

    async def filtered() -> object:
        found = await graph.users.get(request_configuration=users_by(filter="startswith(displayName,'Practice A')"))
        return [user.display_name for user in found.value]

    async def expand() -> object:
        return await graph.users.get(request_configuration=users_by(expand=["manager"]))

    async def create_user() -> object:
        return await graph.users.post(User(display_name="New", account_enabled=True))

    async def me() -> object:
        return await graph.me.get()

    async def groups_without_permission() -> object:
        return await graph.groups.get()

    async def nobody() -> object:
        return await graph.users.by_user_id("nobody@practice.example").get()

    return {name: call for name, call in locals().items() if name != "graph"}


def signed_in(graph: GraphServiceClient) -> Calls:
    """Calls for the person who signed in."""

    async def my_name() -> object:
        return (await graph.me.get()).user_principal_name

    async def my_groups() -> object:
        return [type(item).__name__ for item in (await graph.me.member_of.get()).value]

    return {name: call for name, call in locals().items() if name != "graph"}


def registering(graph: GraphServiceClient) -> Calls:
    """Calls that register apps, in an order."""
    made: dict = {}

    async def applications() -> object:
        return sorted(app.display_name for app in (await graph.applications.get()).value)

    async def application_by_filter() -> object:
        parameters = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(
            filter="displayName eq 'Course daemon'"
        )
        found = await graph.applications.get(request_configuration=RequestConfiguration(query_parameters=parameters))
        return [app.display_name for app in found.value]

    async def create_application() -> object:
        role = AppRole(
            id=uuid.uuid4(),
            value="Reports.Read.All",
            display_name="Read reports",
            description="Read reports",
            is_enabled=True,
            allowed_member_types=["Application"],
        )
        new = Application(
            display_name="By the SDK",
            web=WebApplication(redirect_uris=["https://app.example/signin"]),
            app_roles=[role],
        )
        made["app"] = await graph.applications.post(new)
        return [made["app"].display_name, made["app"].web.redirect_uris, made["app"].app_roles[0].value]

    async def update_application() -> object:
        change = Application(identifier_uris=[f"api://{made['app'].app_id}"])
        await graph.applications.by_application_id(made["app"].id).patch(change)
        found = await graph.applications_with_app_id(made["app"].app_id).get()
        return found.identifier_uris == change.identifier_uris

    async def wrong_identifier() -> object:
        change = Application(identifier_uris=["api://reports"])
        return await graph.applications.by_application_id(made["app"].id).patch(change)

    async def add_password() -> object:
        body = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="Mine"))
        return (
            len((await graph.applications.by_application_id(made["app"].id).add_password.post(body)).secret_text) > 30
        )

    async def create_service_principal() -> object:
        made["principal"] = await graph.service_principals.post(ServicePrincipal(app_id=made["app"].app_id))
        return made["principal"].display_name

    async def service_principal_of_graph() -> object:
        found = await graph.service_principals_with_app_id("00000003-0000-0000-c000-000000000000").get()
        made["graph"] = found
        return "User.Read" in [scope.value for scope in found.oauth2_permission_scopes]

    async def grant() -> object:
        [role] = [role for role in made["graph"].app_roles if role.value == "User.Read.All"]
        body = AppRoleAssignment(
            principal_id=uuid.UUID(made["principal"].id), resource_id=uuid.UUID(made["graph"].id), app_role_id=role.id
        )
        principal = graph.service_principals.by_service_principal_id(made["principal"].id)
        return (await principal.app_role_assignments.post(body)).resource_display_name

    async def organization() -> object:
        return [item.display_name for item in (await graph.organization.get()).value]

    async def delete_application() -> object:
        await graph.applications.by_application_id(made["app"].id).delete()
        return made["app"].id not in [app.id for app in (await graph.applications.get()).value]

    return {name: call for name, call in locals().items() if name not in ("graph", "made")}


async def outcome(call: Callable[[], Awaitable[object]]) -> object:
    """What a call gives: its result, or the status, code and message of its refusal."""
    try:
        return await call()
    except ODataError as error:
        return {"status": error.response_status_code, "code": error.error.code, "message": error.error.message}
    except APIError as error:
        return {"status": error.response_status_code, "code": type(error).__name__, "message": str(error)}


async def main(settings: dict) -> dict:
    """The outcome of each call, by its name."""
    daemon = of_app(settings, settings["client_id"], settings["client_secret"])
    administrator = of_app(settings, settings["administrator_id"], settings["administrator_secret"])
    person = client(settings, SignedIn(settings["user_token"]))
    calls = reading(daemon) | signed_in(person) | registering(administrator)
    return {name: await outcome(call) for name, call in calls.items()}


print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
