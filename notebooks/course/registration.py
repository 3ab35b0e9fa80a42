"""The values of an app registration, from `.env` and the environment: what every notebook starts with.

Values and where they are found: https://learn.microsoft.com/entra/identity-platform/quickstart-register-app
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from . import dotenv_file, headless, near_names, registration_table
from .defaults import defaults_of
from .problem import Problem, RegistrationError, Values, plain
from .secret import Secret
from .source import KEYS, Source, own, seeded_values
from .validation import Mode, mode_of, validate

if TYPE_CHECKING:
    import requests

    from practice_tenant import RunningTenant

ENV_FILE = Path(__file__).resolve().parents[2] / ".env"


@dataclass(frozen=True, kw_only=True, repr=False)
class Registration:
    """The values of an app registration, and how to reach the tenant that knows it.

    In practice an empty value takes the one that the practice tenant is seeded with. Values are neither corrected nor
    refused here: `problems` says what is wrong with them. A secret that was not given is an empty `Secret`, which is
    false.
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

        An empty environment variable counts as absent. In practice the tenant is started. Never raises for what the
        file or its values are.
        """
        environ = os.environ if environ is None else environ
        env_file = Path(env_file or environ.get("COURSE_ENV_FILE") or ENV_FILE)
        file = dotenv_file.read(env_file)
        exported = {key: environ[key] for key in KEYS if environ.get(key)}
        # Another program's values in the same file are not ours to comment on.
        ours = {*KEYS, dotenv_file.FILE_KEY} - exported.keys()
        problems = (*file.problems, *near_names.warnings(file.values, KEYS))
        return _resolve(
            Source(
                env_file=env_file,
                given={key: value for key, value in {**file.values, **exported}.items() if value and key in KEYS},
                exported=frozenset(exported),
                file_problems=tuple(problem for problem in problems if problem.key in ours),
            )
        )

    @classmethod
    def practice(cls) -> "Registration":
        """The practice tenant's own values, whatever `.env` and the environment say.

        For what nobody does to a real tenant, such as making it fail: it practises in a live notebook too.
        """
        return _resolve(Source(env_file=ENV_FILE, given={}, exported=frozenset(), file_problems=(), stored=False))

    @classmethod
    def served(cls, folder: str | Path) -> "Registration":
        """The same of a practice tenant that ``python -m practice_tenant serve`` runs, by its state folder.

        Raises ControlError, a sentence, if none does.
        """
        from .served import find

        return _resolve(
            Source(
                env_file=ENV_FILE, given={}, exported=frozenset(), file_problems=(), stored=False, running=find(folder)
            )
        )

    @property
    def authority(self) -> str:
        """Instance and tenant together: the URL of the directory that MSAL asks for tokens."""
        return f"{self.instance}/{self.tenant}"

    @property
    def scopes(self) -> list[str]:
        """The scopes as MSAL takes them: a list."""
        return self.scope.split()

    @property
    def practice_tenant(self) -> "RunningTenant | None":
        """The practice tenant that answers; None when live."""
        return self._source.running if self.mode == "practice" else None

    @property
    def undecided(self) -> bool:
        """True while nobody can tell whether practice or live was meant."""
        keys = ("COURSE_MODE", dotenv_file.FILE_KEY)
        return any(problem.key in keys and problem.severity == "error" for problem in self.problems)

    @cached_property
    def http(self) -> "requests.Session":
        """The session for MSAL's `http_client` and for API calls; `.http.trace` records what it sends.

        Raises RegistrationError when live with an error among the values, or while `undecided`: nothing goes out then.
        """
        if self.mode == "live" or self.undecided:
            self.require()
        from . import transport

        return transport.live_session() if self.mode == "live" else transport.practice_session(self.practice_tenant)

    def require(self) -> None:
        """Raise RegistrationError if there is an error among the problems; warnings pass."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if errors:
            raise RegistrationError(errors)

    def with_values(self, **changes: str | Secret | None) -> "Registration":
        """The same registration with other values, checked anew; None or an empty value means not given.

        The names are those of the attributes: `registration.with_values(tenant="common")`. Raises TypeError for a name
        that a registration doesn't have.
        """
        changed = {"COURSE_MODE" if name == "mode" else name.upper(): value or "" for name, value in changes.items()}
        unknown = sorted(key.lower() for key in changed.keys() - set(KEYS))
        if unknown:
            raise TypeError(f"A registration has no value called {', '.join(unknown)}.")
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

    def _decided_mode(self) -> dict[str, str]:
        # Whoever changes or saves a value while practising has decided on practice.
        return {} if self.undecided else {"COURSE_MODE": self.mode}

    def __repr__(self) -> str:
        return registration_table.as_text(self)

    def _repr_html_(self) -> str:
        return registration_table.as_html(self)


def _resolve(source: Source) -> Registration:
    """Fill in what was not given, and check what was."""
    mode = mode_of(source.given)
    running = source.running
    if mode == "practice" and running is None:
        from practice_tenant import start

        running = start()
    headless.prepare(running.http_port if running else None)
    seeded = seeded_values(running.seeded) if running else {}
    known = {key: own(key, value, seeded) for key, value in source.given.items()}
    given = {key: value for key, value in known.items() if value}
    certificate = given.get("CLIENT_CERTIFICATE_PATH")
    if certificate:
        seeded.pop("CLIENT_SECRET", None)
    values = {**defaults_of(given), **(seeded if mode == "practice" else {}), **given}
    tenant = running.seeded if mode == "practice" else None
    problems = validate(Values(given=given, folder=source.env_file.parent, seeded=tenant))
    return Registration(
        mode=mode,
        instance=values["INSTANCE"].rstrip("/"),
        tenant=values.get("TENANT", ""),
        client_id=values.get("CLIENT_ID", ""),
        public_client_id=values.get("PUBLIC_CLIENT_ID") or values.get("CLIENT_ID", ""),
        client_secret=values.get("CLIENT_SECRET", Secret("")),
        client_certificate_path=str(source.env_file.parent / os.path.expanduser(certificate)) if certificate else None,
        client_certificate_passphrase=values.get("CLIENT_CERTIFICATE_PASSPHRASE", Secret("")),
        redirect_uri=values["REDIRECT_URI"],
        scope=values["SCOPE"],
        api_endpoint=values["API_ENDPOINT"],
        problems=(*source.file_problems, *problems),
        _source=replace(source, given=known, running=running),
    )
