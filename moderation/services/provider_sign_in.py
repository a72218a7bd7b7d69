"""Sign-in by an OpenID Connect provider: authorization code flow with PKCE, state and nonce.

OpenID Connect Core 1.0, section 3.1; RFC 7636. Authlib speaks OAuth, joserfc checks the ID token.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from moderation.domain.errors import ModerationError
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import accounts
from moderation.services.registration import find_forum
from moderation.services.runtime import Runtime
from moderation.storage import entry
from moderation.storage.users import User

ALGORITHMS = ["RS256", "ES256", "PS256"]
TIMEOUT_S = 10.0
LEEWAY_S = 60

_log = logging.getLogger(__name__)


class ProviderError(ModerationError):
    """The provider could not be asked, or its answer cannot be trusted."""

    code = "provider_failed"


ALL_FORUMS = "*"


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider and what we are to it.

    Attributes
    ----------
    name_claim : str
        The claim that holds the account's name; ``email`` counts only when verified.
    new_role : Role or None
        The role of accounts made at a first sign-in; None makes none.
    new_forums : tuple[str, ...]
        The forums in which they get it, or ``("*",)`` for all; of none an administrator decides.
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    name_claim: str = "preferred_username"
    new_role: Role | None = None
    new_forums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that is under way: where to send the browser, and what must come back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider."""

    subject: str
    name: str | None


def begin(provider: Provider) -> Begun:
    """Return where the browser goes. Raises `ProviderError`."""
    found = _discover(provider)
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    client = OAuth2Client(
        provider.client_id,
        scope="openid profile email",
        redirect_uri=provider.redirect_uri,
        code_challenge_method="S256",
    )
    address, state = client.create_authorization_url(
        found["authorization_endpoint"], nonce=nonce, code_verifier=verifier
    )
    return Begun(address, state, nonce, verifier)


def finish(provider: Provider, begun: Begun, *, state: str, code: str) -> Identity:
    """Return who has come back. Raises `ProviderError`."""
    if not secrets.compare_digest(state.encode(), begun.state.encode()):
        raise ProviderError("This sign-in was not begun here. Try again.")
    found = _discover(provider)
    try:
        token = _redeem(provider, found["token_endpoint"], code, begun.verifier)
        keys = KeySet.import_key_set(cast(KeySetSerialization, _json(found["jwks_uri"])))
        claims = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": found["issuer"]},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": begun.nonce},
        ).validate(claims)
    except (httpx.HTTPError, JoseError, KeyError, ValueError) as error:
        _log.warning("the provider's answer was refused: %s", type(error).__name__)
        raise ProviderError("The provider’s answer cannot be trusted. Try again.") from error  # noqa: RUF001
    return Identity(str(claims["sub"]), _name(claims, provider.name_claim))


def account_of(runtime: Runtime, provider: Provider, identity: Identity) -> User | None:
    """Return the account of somebody whom the provider vouches for; None when there is none.

    The first time, the account of the same name is bound to the provider's subject, or made where
    `Provider.new_role` says so; from then on the subject alone counts, whatever the name becomes.
    """
    with runtime.database.read() as connection:
        user_id = entry.user_of_subject(connection, provider.issuer, identity.subject)
    if user_id is not None:
        return _open(accounts.account(runtime, user_id))
    if identity.name is None:
        return None
    user = accounts.account_by_name(runtime, identity.name)
    if user is None and provider.new_role is not None:
        reach = _new_reach(runtime, provider, provider.new_role)
        user, _ = accounts.add_user(runtime, identity.name, reach, by="provider")
    if user is None or not user.is_active:
        return None
    with runtime.database.write() as connection:
        is_free = entry.bind_subject(connection, user.id, provider.issuer, identity.subject)
    return user if is_free else None


def _new_reach(runtime: Runtime, provider: Provider, role: Role) -> Reach:
    if ALL_FORUMS in provider.new_forums:
        return Reach(role)
    found = [find_forum(runtime, slug) for slug in provider.new_forums]
    return Reach(None, {forum.id: role for forum in found if forum is not None})


def _open(user: User | None) -> User | None:
    return user if user is not None and user.is_active else None


def _name(claims: dict[str, Any], name_claim: str) -> str | None:
    name = claims.get(name_claim)
    if name_claim == "email" and claims.get("email_verified") is not True:
        return None
    return name if isinstance(name, str) and name else None


def _redeem(provider: Provider, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
    """Exchange a code for tokens (RFC 6749, section 4.1.3); the secret goes as its 2.3.1 says."""
    answer = httpx.post(
        endpoint,
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.redirect_uri,
            "code_verifier": verifier,
        },
        auth=(quote(provider.client_id, safe=""), quote(provider.client_secret, safe="")),
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
    return _object(answer)


def _discover(provider: Provider) -> dict[str, Any]:
    try:
        found = _json(f"{provider.issuer}/.well-known/openid-configuration")
        is_right = found["issuer"].rstrip("/") == provider.issuer
        needed = (found["authorization_endpoint"], found["token_endpoint"], found["jwks_uri"])
    except (httpx.HTTPError, KeyError, ValueError, AttributeError) as error:
        _log.warning("the provider cannot be asked: %s", type(error).__name__)
        raise ProviderError("The provider does not answer. Try again, or sign in here.") from error
    if not is_right or not all(isinstance(one, str) for one in needed):
        raise ProviderError("The provider names another issuer than the one that is set.")
    return found


def _json(address: str) -> dict[str, Any]:
    answer = httpx.get(address, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return _object(answer)


def _object(answer: httpx.Response) -> dict[str, Any]:
    document = answer.json()
    if not isinstance(document, dict):
        raise ValueError("expected a JSON object")  # noqa: TRY004 - what callers catch
    return document
