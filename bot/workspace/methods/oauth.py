"""oauth.v2.access and auth.revoke: how the app comes by its tokens, and how it gives them up."""

from bot.workspace import events
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.registry import NONE, method
from bot.workspace.seed import TEAM_NAME, user_id


@method("oauth.v2.access", token=NONE)
async def access(ws: Workspace, args: Args) -> Json:
    """A token for a code, or for a refresh token."""
    ws.grants.require_app(args.text("client_id"), args.text("client_secret"))
    if args.maybe("grant_type") == "refresh_token":
        granted = ws.grants.renew(args.text("refresh_token"))
    else:
        granted = ws.grants.exchange(args.text("code"), args.maybe("redirect_uri") or "")
        ws.revoked = False
    identity = ws.identity
    answer: Json = {
        "app_id": identity.app_id,
        "access_token": granted.token,
        "token_type": "bot",
        "scope": ",".join(sorted(ws.manifest.scopes or ())),
        "bot_user_id": identity.bot_user_id,
        "team": {"id": identity.team_id, "name": TEAM_NAME},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": user_id("ada")},
    }
    if granted.refresh_token:
        answer |= {"expires_in": granted.expires_in, "refresh_token": granted.refresh_token}
    return answer


@method("auth.revoke")
async def revoke(ws: Workspace, args: Args) -> Json:
    """Give the tokens up; the app is gone from the workspace."""
    if ws.revoked:
        raise SlackError("token_revoked")
    ws.revoked = True
    ws.grants.revoke_all()
    events.uninstalled(ws)
    return {"revoked": True}
