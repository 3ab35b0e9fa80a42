"""Secrets that can be handed on but not shown by accident, and the one redaction of all that is shown or kept.

A notebook keeps whatever a cell displays. So a client secret or a passphrase travels inside a `Secret`, which shows
itself as `****` and gives up its text only where code writes `.value`. `Redaction` takes secrets out of everything
else: the trace, the wire trace, verdicts, the clinic's symptoms, the drill's log.
"""

import base64
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from practice_tenant import RunningTenant

MASK = "****"
GUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
# What looks like a secret: client secrets of Entra, keys in base64 or hexadecimal, and what older portals made.
_SECRET_SHAPE = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9_~.+/=-]{32,}")
_PUNCTUATED = re.compile(r"[^\s\"'`;,/\\]{32,}")
_WORD = re.compile(r"[\w~.+/=-]{32,}")
_BASE64 = re.compile(r"[\w+/=-]{32,}")
_SEGMENT = re.compile(r"[\w~.+=-]{32,}")
_HEXADECIMAL = re.compile(r"(?<![^\W_])[0-9a-f]{40,}(?![^\W_])", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN.*?(?:-----END[^-]*-----|\Z)", re.DOTALL)
# Random text has a word, capitals or a number for every two characters; names and paths have one for every four.
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_RANDOM = 0.3

# Names of form fields, JSON members and headers, in small letters without hyphens and underscores. Their value opens
# something, or identifies one run.
_NAMES = frozenset(
    {
        *("assertion", "codeverifier", "refreshtoken", "devicecode", "secrettext", "clientcredential"),
        *("xpracticetenantrun", "sig", "passcode"),
    }
)
_ENDINGS = (
    *("secret", "secretvalue", "password", "passwd", "pwd", "passphrase", "connectionstring", "accesssignature"),
    *("apikey", "functionskey", "subscriptionkey", "privatekey", "secretkey", "accesskey", "accountkey", "masterkey"),
    *("sharedkey", "authkey", "hostkey", "authorization", "cookie", "identityheader", "zumoauth"),
)
# Names that end in "token" hold tokens, but for these, which say where a list goes on.
_PLACES_IN_A_LIST = ("skiptoken", "deltatoken", "pagetoken", "continuationtoken", "synctoken")
_URLS = frozenset({"location", "referer"})

_SHORTENED = "eyJ…"
# Without the negative look-behind, a claims challenge would be taken for a token: it is base64 of JSON too.
_JWT = re.compile(r'(?<!claims=")eyJ(?:[\w-]{8,}(?:\.[\w-]*)*|[\w-]*(?:\.[\w-]+){2,})')
_BASIC = re.compile(r"\b(Basic)\s+[\w+/=-]{8,}", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^/@]*@")
# Pairs in a text that is neither a form nor JSON, or no longer: name=value, and "name": "value" with or without escapes.
_PAIR = re.compile(r"""(?<![\w.%-])([\w.%-]+?)((?:=|%(?:25)*3[dD])["']?)([^\s&"'<>;,]+)""")
# A header or a line of YAML, and an element of XML.
_LINE = re.compile(r"^[ \t]*([\w.-]++)([ \t]*:[ \t]+)(\S[^\r\n]*)", re.MULTILINE)
_ELEMENT = re.compile(r"(?<=<)([\w:.-]++)([^<>]*>)([^<>]+)(?=</\1\s*>)")
_MEMBER = re.compile(r"""(?<![\w.-])([\w.-]++)(\\{0,8}["']\s*:\s*\\{0,8}(["']))(.*?)(?=\\{0,8}\3|$)""", re.DOTALL)
_ENCODED = re.compile(r"[\w+/=%-]{8,}")
# A shorter secret may be part of a word, and is masked as a whole word only.
_SHORT = 8


class _Unshown(str):
    """The text of a secret: what MSAL needs, and `****` for a cell that shows it or an object that holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK


class Secret:
    """A secret string: shown as `****`, compared in constant time, impossible to pickle, false when empty.

    >>> secret = Secret("correct horse")
    >>> secret
    ****
    >>> secret.value == "correct horse"
    True
    """

    # Not a dataclass: `dataclasses.asdict` of an object that holds a secret would unpack it into plain text.
    # Slots, so that `vars()` and variable inspectors find no dictionary to show.
    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"A secret is a string, not {type(value).__name__}.")
        object.__setattr__(self, "_value", _Unshown(value))

    @property
    def value(self) -> str:
        """The secret itself, as MSAL needs it. A cell that ends with it shows `****`; one that prints it prints it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._encoded(), other._encoded())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("A secret cannot be changed. Make a new one.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A secret cannot be changed. Make a new one.")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A secret cannot be pickled: the pickle would hold it in plain text.")

    def _encoded(self) -> bytes:
        # An environment variable with undecodable bytes gives surrogates, which plain UTF-8 refuses.
        return self._value.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, kw_only=True)
class Redaction:
    """Takes secrets out of what is shown or kept, and shortens tokens to `eyJ…`.

    Three things tell a secret: it is one of `secrets`, wherever it stands and however it is encoded; it stands under a
    secret's name; it is a JSON Web Token. The same text redacted twice is the same as redacted once.
    """

    secrets: tuple[Secret, ...] = ()

    def text(self, text: str) -> str:
        """A text without the known secrets and without tokens."""
        if pattern := _pattern(self.secrets):
            if "\0" in text and pattern.search(text.replace("\0", "")):
                # UTF-16 that was read as UTF-8.
                text = text.replace("\0", "")
            text = pattern.sub(MASK, text)
        if encoded := _encoded_pattern(self.secrets):
            text = _ENCODED.sub(lambda word: MASK if encoded.search(unquote(word[0])) else word[0], text)
        return _JWT.sub(_SHORTENED, _BASIC.sub(rf"\1 {MASK}", text))

    def knows(self, text: str) -> bool:
        """Whether one of the known secrets stands in a text."""
        pattern = _pattern(self.secrets)
        return bool(pattern and pattern.search(text))

    def setting(self, text: str) -> str:
        """A setting's value as it may be shown: without secrets, and without what looks like one, key or certificate."""
        shown = without_lookalikes(self._string(_USER.sub(f"{MASK}@", text), answer=False))
        shown = _HEXADECIMAL.sub(MASK, _PUNCTUATED.sub(lambda word: _without_random(word[0]), shown))
        decoded = unquote(text)
        return MASK if shown == text != decoded and self.setting(decoded) != decoded else shown

    def url(self, url: str) -> str:
        """A URL without the user's name and password, and with the secrets in path, query and fragment masked."""
        base, hash_mark, fragment = url.partition("#")
        base, question_mark, query = base.partition("?")
        base = self.text(_USER.sub("", base))
        return f"{base}{question_mark}{self._query(query)}{hash_mark}{self._query(fragment)}"

    def value(self, value: object, name: str = "", *, answer: bool = False) -> object:
        """A copy of a JSON value without secrets. Never raises, however deep the value is.

        Args:
            value: what was sent or answered.
            name: the field it stood in.
            answer: whether it was answered rather than sent. In an answer, `code` is the name of an error; in a request
                and in a URL it is redeemed for tokens.
        """
        try:
            return self._value(value, name, answer)
        except RecursionError:
            return "(nested too deeply)"

    def _value(self, value: object, name: str, answer: bool) -> object:
        plain = _plain(name)
        if value is None:
            return None
        if plain == "clientassertion":
            return value if _is_redacted_assertion(value) else _assertion(str(value))
        if value == "":
            return ""
        if _is_secret(plain, answer):
            return _scheme(value) + MASK if plain.endswith("authorization") else MASK
        if _is_token(plain):
            return _SHORTENED if str(value).startswith("eyJ") else MASK
        if isinstance(value, Mapping):
            return {self._string(str(key), answer): self._value(item, str(key), answer) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item, name, answer) for item in value]
        if isinstance(value, bool | int | float):
            return MASK if self.knows(str(value)) else value
        if plain in _URLS:
            return self.url(str(value))
        # The claims parameter of OpenID Connect is JSON with members called access_token and id_token: no tokens.
        return self.text(str(value)) if plain == "claims" else self._string(str(value), answer)

    def _string(self, text: str, answer: bool) -> str:
        if text.lstrip()[:1] in ("{", "["):
            try:
                parsed = json.loads(text)
            except ValueError:
                parsed = None
            redacted = self._value(parsed, "", answer)
            if redacted != parsed:
                return json.dumps(redacted, ensure_ascii=False)

        def masked(match: re.Match[str]) -> str:
            name = _plain(match[1])
            if not (_is_token(name) or _is_secret(name, answer)):
                return match[0]
            before = match[0][: match.start(match.lastindex) - match.start()]
            return before + (_scheme(match[match.lastindex]) if name.endswith("authorization") else "") + MASK

        for pattern in (_PAIR, _MEMBER, _LINE, _ELEMENT):
            text = pattern.sub(masked, text)
        return self.text(text)

    def _query(self, text: str) -> str:
        if "=" not in text:
            return self.text(text)
        pairs = parse_qsl(text, keep_blank_values=True)
        return "&".join(f"{self.text(key)}={self._value(value, key, answer=False)}" for key, value in pairs)


NOTHING_KNOWN = Redaction()
"""Goes by names and shapes alone."""

_SEEDED = ("client_secret", "administrator_secret", "api_secret", "user_password")


def secrets_of(tenant: "RunningTenant | None") -> Iterator[Secret]:
    """The secrets of a practice tenant: the seeded ones, the control token, and the token and the page key of its run."""
    if tenant is None:
        return
    yield from (Secret(getattr(tenant.seeded, name, "")) for name in _SEEDED)
    yield Secret(tenant.control_token)
    yield Secret(tenant.face_header[1])
    # The address of a private run's pages begins with its key; a served tenant tells no such address.
    yield Secret(urlsplit(getattr(tenant, "portal_url", None) or "").path.partition("/portal")[0].strip("/"))


def looks_like_a_secret(text: str) -> bool:
    """True for a long random string: perhaps a secret that was pasted into the wrong place, so not to be shown.

    Domains, paths and names of files are long too, but are made of words.
    """
    if not _SECRET_SHAPE.fullmatch(text) or GUID.search(text):
        return False
    if "~" in text and "/" not in text:
        return True
    return not re.search("[./_-]", text) or _is_random(text)


def without_lookalikes(text: str) -> str:
    """The text without what looks like a secret or a key, for secrets that no registration knows."""
    text = _PEM.sub(MASK, text)
    # A word may be a URL or a path, and a key in base64 or a segment of it the secret.
    for pattern in (_WORD, _BASE64, _SEGMENT):
        text = pattern.sub(lambda match: MASK if looks_like_a_secret(match[0]) else match[0], text)
    return text


def _without_random(word: str) -> str:
    mixed = all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w.-]"))
    return MASK if mixed and not GUID.search(word) and _is_random(word) else word


def _is_random(text: str) -> bool:
    return len(_PARTS.findall(text)) >= _RANDOM * len(text)


def holds_a_token(text: str) -> bool:
    """Whether a JSON Web Token, or the beginning of one, stands in a text."""
    return any("." in match[0] for match in _JWT.finditer(text))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_secret(plain_name: str, answer: bool) -> bool:
    if plain_name in _NAMES or plain_name.endswith(_ENDINGS):
        return True
    return plain_name == "clientassertion" or (plain_name == "code" and not answer)


def _is_token(plain_name: str) -> bool:
    return plain_name == "idtokenhint" or (plain_name.endswith("token") and not plain_name.endswith(_PLACES_IN_A_LIST))


def _scheme(value: object) -> str:
    """`Bearer ` or `Basic `, if a credential begins with it."""
    scheme, separator, _ = str(value).partition(" ")
    return f"{scheme} " if separator and scheme in ("Basic", "Bearer") else ""


def _assertion(value: str) -> object:
    """The header of a client assertion, which only says how it is signed; the rest could be sent again."""
    header = value.partition(".")[0]
    try:
        decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return MASK
    return {"header": decoded, "payload": MASK, "signature": MASK} if isinstance(decoded, dict) else MASK


def _is_redacted_assertion(value: object) -> bool:
    return isinstance(value, Mapping) and value == {"header": value.get("header"), "payload": MASK, "signature": MASK}


@lru_cache(maxsize=64)
def _pattern(secrets: tuple[Secret, ...]) -> re.Pattern[str] | None:
    """Any of the secrets in any of its forms; None without secrets."""
    texts = {secret.value.strip() for secret in secrets} - {"", MASK}
    # A longer secret may hold a shorter one, and must not leave its rest behind.
    forms = [_any_form(text) for text in sorted(texts, key=len, reverse=True)]
    return re.compile("|".join(forms)) if forms else None


@lru_cache(maxsize=64)
def _encoded_pattern(secrets: tuple[Secret, ...]) -> re.Pattern[str] | None:
    """Any of the longer secrets within base64 or hexadecimal; None without one."""
    texts = {secret.value.strip() for secret in secrets}
    forms = [form for text in sorted(texts) if len(text) >= _SHORT for form in _encodings(text)]
    return re.compile("|".join(forms)) if forms else None


def _encodings(text: str) -> Iterator[str]:
    data = text.encode("utf-8", "surrogatepass")
    # Three bytes make four letters, so there are three ways to begin; the letters at both ends have neighbours' bits.
    for before in range(3):
        inner = base64.b64encode(b"\0" * before + data).decode()[4 if before else 0 : -4]
        yield "".join({"+": "[+-]", "/": "[/_]"}.get(letter, letter) for letter in inner)
    yield f"(?i:{data.hex()})"


def _any_form(text: str) -> str:
    """A pattern for a text as it is, in a URL, in JSON or Python source, in HTML, and on one line between backticks."""
    pieces = re.findall(r"\s+|\S", text)
    form = "".join(
        r"(?:\s|\+|\\{1,8}[nrt]|%(?:25)*(?i:20|0[9ad]))+" if piece.isspace() else _character(piece) for piece in pieces
    )
    return form if len(text) >= _SHORT else rf"(?<![^\W_]){form}(?![^\W_])"


def _character(character: str) -> str:
    # An environment variable with undecodable bytes gives surrogates, which plain UTF-8 refuses.
    in_url = "".join(rf"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    units = character.encode("utf-16-be", "surrogatepass")
    in_json = "".join(rf"\\{{1,8}}u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    in_html = rf"&#(?:0*{ord(character)}|x0*{ord(character):x});"
    literal = "[`']" if character == "`" else re.escape(character)
    if character in "\"'\\/`":
        literal = rf"\\{{0,8}}{literal}"
    named = {"&": "amp", "<": "lt", ">": "gt", '"': "quot"}.get(character)
    forms = [literal, rf"(?i:{in_url}|{in_json}|{in_html})", *([f"&{named};"] if named else [])]
    return f"(?:{'|'.join(reversed(forms))})"
