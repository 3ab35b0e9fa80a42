"""The values of an app registration, from `.env`, the environment and the practice tenant; every notebook starts with them.

Values and where they are found: https://learn.microsoft.com/entra/identity-platform/quickstart-register-app
"""

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from . import credential, dotenv_file, headless, registration_table, surroundings
from .clouds import WORLDWIDE, cloud_of_instance
from .problem import SECRET_KEYS, WANTED, Problem, RegistrationError, Values, plain
from .redaction import MASK, Redaction, Secret, secrets_of
from .rules import Mode, mode_of, validate

if TYPE_CHECKING:
    from practice_tenant import RunningTenant, SeededValues

    from .transport import Network, TenantSession

ENV_FILE = Path(__file__).resolve().parents[2] / ".env"
DEFAULTS = {
    "INSTANCE": WORLDWIDE.instance,
    "REDIRECT_URI": "http://localhost",
    "SCOPE": f"{WORLDWIDE.graph}/.default",
    "API_ENDPOINT": f"{WORLDWIDE.graph}/v1.0/users",
}
KEYS = (
    "COURSE_MODE",
    "INSTANCE",
    "TENANT",
    "CLIENT_ID",
    "PUBLIC_CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_CERTIFICATE_PATH",
    "CLIENT_CERTIFICATE_PASSPHRASE",
    "REDIRECT_URI",
    "SCOPE",
    "API_ENDPOINT",
)
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Source:
    """The origin of a registration's values, kept to resolve them again after a change.

    In `given` an empty value was taken away, and a `Secret` stands for each that must not be shown. `stored` says whether
    the values came from `env_file`, and `served` whether the tenant is another process's.
    """

    env_file: Path
    given: Mapping[str, str | Secret]
    exported: frozenset[str]
    file_problems: tuple[Problem, ...]
    stored: bool = True
    served: bool = False
    running: "RunningTenant | None" = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, repr=False)
class Registration:
    """The values of an app registration, and how to reach the tenant that knows it.

    In practice an empty value takes the one that the practice tenant is seeded with. Values are neither corrected nor
    refused here: `problems` says what is wrong with them. A missing secret is an empty `Secret`, which is
    false. A secret under another name is `****`: it is neither shown nor sent.
    """

    mode: Mode
    instance: str
    tenant: str
    client_id: str
    public_client_id: str
    client_secret: Secret
    client_certificate_path: str | None
    client_certificate_passphrase: Secret
    redirect_uri: str
    scope: str
    api_endpoint: str
    problems: tuple[Problem, ...]
    _source: Source = field(compare=False)

    @classmethod
    def load(cls, env_file: str | Path | None = None, environ: Mapping[str, str] | None = None) -> "Registration":
        """Read `.env` (or the file that COURSE_ENV_FILE names) and the environment, which wins over the file.

        An empty environment variable counts as absent. In practice the tenant is started, and Microsoft's hosts lead
        there for this process; live, they are Microsoft's. Never raises for what the file or its values are.
        """
        environ = os.environ if environ is None else environ
        env_file = Path(os.path.abspath(os.path.expanduser(env_file or environ.get("COURSE_ENV_FILE") or ENV_FILE)))
        file = dotenv_file.read(env_file)
        exported = {key: environ[key] for key in KEYS if environ.get(key)}
        # Another program's values in the same file are not ours to comment on.
        ours = {*KEYS, dotenv_file.FILE_KEY} - exported.keys()
        problems = (*file.problems, *dotenv_file.near_names(file.values, KEYS))
        registration = _resolve(
            Source(
                env_file=env_file,
                given={key: value for key, value in {**file.values, **exported}.items() if value and key in KEYS},
                exported=frozenset(exported),
                file_problems=tuple(problem for problem in problems if problem.key in ours),
            ),
            decided=True,
        )
        if registration.mode == "live":
            surroundings.put_back()
        return registration

    @classmethod
    def practice(cls) -> "Registration":
        """The practice tenant's own values; `.env` and the environment don't count.

        Live notebooks use it for experiments that would harm a real tenant, such as making it fail. Microsoft's hosts
        lead to the practice tenant then, until `load()` is called again.
        """
        return _resolve(Source(env_file=ENV_FILE, given={}, exported=frozenset(), file_problems=(), stored=False))

    @classmethod
    def served(cls, folder: str | Path) -> "Registration":
        """The values of a practice tenant that ``python -m practice_tenant serve`` runs, by its state folder.

        Its `session` alone leads there; for every other session, Microsoft's hosts lead to where they did before. Raises
        ControlError, a sentence, if none does.
        """
        from .served_tenant import find

        running = find(folder)
        values = {"given": {}, "exported": frozenset(), "file_problems": ()}
        return _resolve(Source(env_file=ENV_FILE, stored=False, served=True, running=running, **values))

    @property
    def authority(self) -> str:
        """Instance and tenant together: the URL of the directory that MSAL asks for tokens."""
        return f"{self.instance}/{self.tenant}"

    @property
    def scopes(self) -> list[str]:
        """The scopes as MSAL takes them: a list."""
        return self.scope.split()

    @property
    def client_credential(self) -> str | dict:
        """The app's own credential as MSAL takes it: a certificate's dict where one is given, else the secret's text.

        In practice, the first use registers a certificate for the app: you are the practice tenant's administrator too.
        Raises RegistrationError for a certificate that can't be used, and where `new_session` does.
        """
        if self.mode == "live" or self.undecided:
            self.require()
        if not self.client_certificate_path:
            return credential.SecretText(self.client_secret.value)
        try:
            certificate = self.certificate
        except credential.Unusable as error:
            raise RegistrationError([Problem(key=error.key, message=str(error))]) from None
        if self.practice_tenant:
            self._register(certificate)
        return certificate.for_msal

    @property
    def certificate(self) -> credential.CertificateFile | None:
        """What the certificate's file holds now; None if no file is given. Raises `credential.Unusable`."""
        given, source = self._source.given, self._source
        if "CLIENT_CERTIFICATE_PATH" not in given:
            return None
        written = given["CLIENT_CERTIFICATE_PATH"]
        if isinstance(written, Secret):
            # A traceback with variables shows what a call is given.
            raise credential.Unusable("CLIENT_CERTIFICATE_PATH", f"is {MASK}. {WANTED['CLIENT_CERTIFICATE_PATH']}")
        return credential.read(written, source.env_file.parent, self.client_certificate_passphrase.value)

    @property
    def practice_tenant(self) -> "RunningTenant | None":
        """The practice tenant that answers; None when live."""
        return self._source.running if self.mode == "practice" else None

    @property
    def undecided(self) -> bool:
        """True while the file leaves open whether practice or live was meant."""
        keys = ("COURSE_MODE", dotenv_file.FILE_KEY)
        return any(problem.key in keys and problem.severity == "error" for problem in self.problems)

    @cached_property
    def network(self) -> "Network":
        """Where this registration's requests lead to, as `course.transport` knows it."""
        from .http_trace import Trace
        from .transport import Network, Practice

        errors = [problem.message for problem in self.problems if problem.severity == "error"]
        blocked = "\n".join(errors) if self.mode == "live" or self.undecided else ""
        values = {"redaction": self.redaction, "blocked": blocked}
        if self.mode == "live":
            return Network(**values)
        return Practice(tenant=self.practice_tenant, trace=Trace() if self._source.served else None, **values)

    @cached_property
    def session(self) -> "TenantSession":
        """A session of the course's own. It reaches this registration's tenant, wherever other sessions lead to.

        A served tenant's has a trace of its own, which this property keeps. Raises like `new_session`.
        """
        return self._session(self.network)

    def new_session(self) -> "TenantSession":
        """A session like `session`, with a trace of its own: what it sends is no part of the learner's wire trace.

        Raises RegistrationError when live with an error among the values, or while `undecided`: nothing goes out then.
        """
        from .http_trace import Trace

        return self._session(replace(self.network, trace=Trace()))

    def _session(self, network: "Network") -> "TenantSession":
        if network.blocked:
            self.require()
        from .transport import session

        return session(network)

    @cached_property
    def redaction(self) -> Redaction:
        """Hides this registration's secrets, and those of the practice tenant if one runs."""
        given = (value for value in self._source.given.values() if isinstance(value, Secret))
        own = (self.client_secret, self.client_certificate_passphrase, *given)
        return Redaction(secrets=(*own, *secrets_of(self._source.running)))

    def require(self) -> None:
        """Raise RegistrationError if there is an error among the problems; warnings pass."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if errors:
            raise RegistrationError(errors)

    def with_values(self, **changes: str | Secret | None) -> "Registration":
        """The same registration with other values, checked anew; None or an empty value means not given.

        The names are those of the attributes: `registration.with_values(tenant="common")`. A new secret takes the place of
        a certificate, and a certificate that of a secret. Raises TypeError for a name that a registration doesn't have.
        """
        changed = {"COURSE_MODE" if name == "mode" else name.upper(): value or "" for name, value in changes.items()}
        unknown = sorted(key.lower() for key in changed.keys() - set(KEYS))
        if unknown:
            raise TypeError(f"A registration has no value called {', '.join(unknown)}.")
        if changed.get("CLIENT_SECRET"):
            changed = {"CLIENT_CERTIFICATE_PATH": "", "CLIENT_CERTIFICATE_PASSPHRASE": ""} | changed
        elif changed.get("CLIENT_CERTIFICATE_PATH"):
            changed = {"CLIENT_SECRET": ""} | changed
        source = self._source
        altered = {key: value for key, value in changed.items() if plain(value) != plain(source.given.get(key, ""))}
        return _resolve(
            replace(
                source,
                given={**self._decided_mode(), **source.given, **altered},
                exported=source.exported - altered.keys(),
                file_problems=tuple(problem for problem in source.file_problems if problem.key not in altered),
            )
        )

    def save(self, path: str | Path | None = None) -> None:
        """Write the learner's own values to `.env`, and keep everything else that the file holds.

        Left out: values that are the practice tenant's, and those that come from the environment (they win over the
        file anyway, and a secret kept there should not end up in a file). Raises RegistrationError, a sentence, if the
        file cannot be written.
        """
        if path is None and not self._source.stored:
            message = "The practice tenant's own values are in no file. To save them, say where: save(path)."
            raise RegistrationError([Problem(key=dotenv_file.FILE_KEY, message=message)])
        given = {**self._decided_mode(), **self._source.given}
        own = {key: plain(given[key]) for key in KEYS if key in given.keys() - self._source.exported}
        try:
            dotenv_file.save(Path(path or self._source.env_file), own)
        except dotenv_file.DotenvError as error:
            raise RegistrationError([Problem(key=dotenv_file.FILE_KEY, message=str(error))]) from None

    @cached_property
    def _registered(self) -> set[str]:
        """The thumbprints of the certificates that the practice tenant is known to have for the app."""
        return set()

    def _register(self, certificate: credential.CertificateFile) -> None:
        from .administrator import Administrator

        with _ONE_AT_A_TIME:
            if certificate.thumbprint in self._registered:
                return
            # Where it fails, a fault is switched on, or no app has the client ID: the learner's own request shows it.
            with suppress(Exception):
                # A session of its own: the trace shows the learner's requests.
                Administrator(registration=self, session=self.new_session()).register_own_certificate()
                self._registered.add(certificate.thumbprint)

    def _decided_mode(self) -> dict[str, str]:
        # Changing or saving a value while practising is a decision for practice.
        return {} if self.undecided else {"COURSE_MODE": self.mode}

    def __repr__(self) -> str:
        return registration_table.as_text(self)

    def _repr_html_(self) -> str:
        return registration_table.as_html(self)


def _resolve(source: Source, *, decided: bool = False) -> Registration:
    """Fill in what was not given, check what was, and lead this process to the tenant."""
    mode = mode_of(source.given)
    running = source.running
    if mode == "practice":
        surroundings.set_aside()
    if mode == "practice" and running is None:
        from practice_tenant import start

        running = start()
    headless.prepare(running.http_port if running else None)
    seeded = _seeded_values(running.seeded) if running else {}
    known = {key: _own(key, value, seeded) for key, value in source.given.items()}
    given = {key: value for key, value in known.items() if value}
    tenant = running.seeded if mode == "practice" else None
    checked = Values(given=given, folder=source.env_file.parent, seeded=tenant)
    misplaced = {key: Secret(plain(value)) for key, value in given.items() if checked.holds_a_secret(key)}
    problems = validate(checked)
    given |= dict.fromkeys(misplaced, MASK)
    certificate = given.get("CLIENT_CERTIFICATE_PATH")
    if certificate:
        seeded.pop("CLIENT_SECRET", None)
    values = {**_defaults_of(given), **(seeded if mode == "practice" else {}), **given}
    registration = Registration(
        mode=mode,
        instance=values["INSTANCE"].rstrip("/"),
        tenant=values.get("TENANT", ""),
        client_id=values.get("CLIENT_ID", ""),
        public_client_id=values.get("PUBLIC_CLIENT_ID") or values.get("CLIENT_ID", ""),
        client_secret=values.get("CLIENT_SECRET", Secret("")),
        client_certificate_path=_path(certificate, source.env_file.parent) if certificate else None,
        client_certificate_passphrase=values.get("CLIENT_CERTIFICATE_PASSPHRASE", Secret("")),
        redirect_uri=values["REDIRECT_URI"],
        scope=values["SCOPE"],
        api_endpoint=values["API_ENDPOINT"],
        problems=(*source.file_problems, *problems),
        _source=replace(source, given=known | misplaced, running=running),
    )
    # A registration with errors that the learner only tries out changes nothing.
    if not source.served and (decided or not registration.network.blocked):
        from .transport import lead

        lead(registration.network, decided=decided)
    return registration


def _path(certificate: str, folder: Path) -> str:
    return certificate if certificate == MASK else str(credential.path_of(certificate, folder))


def _defaults_of(given: Mapping[str, str | Secret]) -> dict[str, str]:
    """The defaults for missing values. Scope and API belong to the cloud of the given instance."""
    cloud = cloud_of_instance(plain(given.get("INSTANCE", ""))) or WORLDWIDE
    return {key: value.replace(WORLDWIDE.graph, cloud.graph) for key, value in DEFAULTS.items()}


def _own(key: str, value: str | Secret, seeded: Mapping[str, str | Secret]) -> str | Secret:
    """The learner's own value; empty if it repeats the seeded one, which must reach no file and no live tenant."""
    text = "" if plain(value) == plain(seeded.get(key, "")) else plain(value)
    return Secret(text) if key in SECRET_KEYS else text


def _seeded_values(tenant: "SeededValues") -> dict[str, str | Secret]:
    """The seeded values of the practice tenant, by the keys of `.env`."""
    return {
        "TENANT": tenant.tenant_id,
        "CLIENT_ID": tenant.client_id,
        "PUBLIC_CLIENT_ID": tenant.public_client_id,
        "CLIENT_SECRET": Secret(tenant.client_secret),
    }
