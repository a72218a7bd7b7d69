"""Sign-in by an OpenID provider: off to it, and back."""

from __future__ import annotations

from dataclasses import asdict

from flask import make_response, redirect, request, url_for
from flask import session as cookie
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from moderation.domain.review import Role
from moderation.services import provider_sign_in
from moderation.services.provider_sign_in import Begun, Provider, ProviderError
from moderation.web import current
from moderation.web.desk import layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated
from moderation.web.desk.sign_in_views import ask_for_code_or_let_in

_BEGUN = "provider"


def provider() -> Provider | None:
    """Return the provider that the settings name."""
    settings = current.settings()
    if not settings.oidc_issuer:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=settings.resolved_public_url + url_for("desk.back_from_provider"),
        name_claim=settings.oidc_name_claim,
        new_role=Role(settings.oidc_new_role) if settings.oidc_new_role else None,
        new_forums=settings.oidc_new_forums,
    )


@bp.get("/sign-in/provider")
def to_provider() -> Response:
    """Send the browser to the provider."""
    try:
        begun = provider_sign_in.begin(_known())
    except ProviderError as error:
        return _refused(error.message, 502)
    onward = session.local_path(request.args.get("next")) or url_for("desk.queue")
    cookie[_BEGUN] = [asdict(begun), onward]
    return redirect(begun.address, code=303)


@bp.get("/sign-in/provider/back")
def back_from_provider() -> Response:
    """Take whom the provider sends back."""
    found, kept = _known(), cookie.pop(_BEGUN, None)
    if kept is None:
        return _refused(_("This sign-in was not begun here, or is over. Try again."), 422)
    if "code" not in request.args:
        return _refused(_("The provider did not let you in."), 422)
    begun, onward = Begun(**kept[0]), kept[1]
    try:
        identity = provider_sign_in.finish(
            found, begun, state=request.args.get("state", ""), code=request.args["code"]
        )
    except ProviderError as error:
        return _refused(error.message, 422)
    user = provider_sign_in.account_of(current.runtime(), found, identity)
    if user is None:
        return _refused(
            _("There is no open account for you here. An administrator can invite you."), 403
        )
    return ask_for_code_or_let_in(user, onward)


def _known() -> Provider:
    found = provider()
    if found is None:
        raise NotFound
    return found


def _refused(error: str, status: int) -> Response:
    body = layout.bare_page("sign_in.html", name="", error=translated(error), said=None)
    return make_response(body, status)
