"""`/api/<method>`: tokens, scopes, rates and switches, then the method itself."""

import time
from collections import defaultdict, deque

from aiohttp import web

from bot import limits
from bot.workspace.args import Args, read_args
from bot.workspace.config import Json
from bot.workspace.errors import RateLimited, SlackError
from bot.workspace.hub import Workspace
from bot.workspace.methods import (
    agents,
    chat,
    conversations,
    files,
    misc,
    oauth,
    streams,
    users,
    views,
)
from bot.workspace.registry import ANY, APP, BOT, METHODS, NONE, Method, need

# Importing a family enters its methods into the table.
FAMILIES = (agents, chat, conversations, files, misc, oauth, streams, users, views)
_MINUTE = 60.0


class WebApi:
    """Answers calls as Slack does: status 200 with `ok`, or 429."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    async def handle(self, request: web.Request) -> web.Response:
        """One call."""
        name = request.match_info["method"]
        begun = time.perf_counter()
        args, error, seconds = Args({}), None, 0
        try:
            args = await read_args(request)
            body = {"ok": True, **await self._call(name, request, args)}
        except RateLimited as refusal:
            error, seconds = refusal.code, refusal.seconds
            body = {"ok": False, "error": error}
        except SlackError as refusal:
            error = refusal.code
            body = {"ok": False, "error": error, **refusal.extras}
        ms = (time.perf_counter() - begun) * 1000
        self._ws.journal.call(name, error, ms, args.values)
        if error is None and self._ws.misbehaviour.cuts_connection(name) and request.transport:
            request.transport.abort()
        if error == "ratelimited":
            headers = {"Retry-After": str(seconds)}
            return web.json_response(body, status=429, headers=headers)
        granted = self._ws.manifest.scopes
        headers = {"X-OAuth-Scopes": ",".join(sorted(granted))} if granted else {}
        return web.json_response(body, headers=headers)

    async def _call(self, name: str, request: web.Request, args: Args) -> Json:
        found = METHODS.get(name)
        if found is None:
            raise SlackError("unknown_method", req_method=name)
        self._check_token(found, request, args)
        self._ws.misbehaviour.before_call(name, args.given("blocks"))
        if self._ws.config.rates:
            self._count(name, args)
        need(self._ws, *found.scopes)
        return await found.answer(self._ws, args)

    def _check_token(self, found: Method, request: web.Request, args: Args) -> None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ") or str(args.values.pop("token", ""))
        if found.token == NONE:
            return
        if not token:
            raise SlackError("not_authed")
        identity = self._ws.identity
        kinds = {identity.bot_token: BOT, identity.app_token: APP}
        if self._ws.grants.check(token):
            kinds[token] = BOT
        if token in kinds and self._ws.revoked:
            raise SlackError("token_revoked" if kinds[token] == BOT else "invalid_auth")
        if token not in kinds:
            raise SlackError("invalid_auth")
        if found.token not in (ANY, kinds[token]):
            raise SlackError("not_allowed_token_type")

    def _count(self, name: str, args: Args) -> None:
        key, allowed, window = name, limits.METHOD_TIERS.get(name, limits.TIER_SPECIAL), _MINUTE
        if name == "chat.postMessage":
            key, window = f"{name} {args.maybe('channel')}", 1.0
            allowed = limits.POST_PER_SECOND_AND_CHANNEL
        now = self._ws.config.clock()
        calls = self._calls[key]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= allowed:
            raise RateLimited(max(1, round(calls[0] + window - now)))
        calls.append(now)
