"""`/ui/…`: what the page in the browser asks for and does."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.workspace import events, interact, streaming, talk, ui_shapes
from bot.workspace.admin import administer
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.text import names_of, rich_text, typed

_KEEP_ALIVE_SECONDS = 15.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageApi:
    """The requests of the page; every one names the person it acts as."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        reads: dict[str, Callable[[web.Request], Awaitable[Json]]] = {
            "state": self._state,
            "messages": self._messages,
            "ephemerals": self._ephemerals,
            "views": self._views,
            "home": self._home,
            "log": self._log,
        }
        writes: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "post": self._post,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "action": lambda body: interact.click(self._ws, self._user(body), body),
            "suggest": lambda body: interact.suggest(self._ws, self._user(body), body),
            "command": self._command,
            "shortcut": lambda body: interact.shortcut(
                self._ws, self._user(body), str(body.get("callback_id")), body
            ),
            "view/submit": self._submit,
            "view/close": lambda body: interact.close_view(
                self._ws, self._user(body), str(body.get("view_id"))
            ),
            "home/open": self._open_home,
            "session/stop": self._stop,
            "demo": self._demo,
            "misbehave": self._misbehave,
            "admin": lambda body: administer(self._ws, body),
        }
        return [
            *(web.get(f"/ui/{name}", _reading(read)) for name, read in reads.items()),
            *(web.post(f"/ui/{name}", _writing(write)) for name, write in writes.items()),
            web.get("/ui/stream", self._stream),
        ]

    def _user(self, body: Json) -> str:
        default = next(one["id"] for one in self._ws.world.people() if not one["is_bot"])
        person = self._ws.world.person(str(body.get("as") or default))
        if person["deleted"] or person["is_bot"]:
            raise SlackError("user_not_found")
        return str(person["id"])

    def _seen_channel(self, body: Json) -> tuple[str, Json]:
        user = self._user(body)
        channel = self._ws.world.channel(str(body.get("channel")))
        if not self._ws.world.can_see(channel, user):
            raise SlackError("channel_not_found")
        return user, channel

    # reading

    async def _state(self, request: web.Request) -> Json:
        return ui_shapes.state(self._ws, self._user(dict(request.query)))

    async def _messages(self, request: web.Request) -> Json:
        user, channel = self._seen_channel(dict(request.query))
        thread = request.query.get("thread") or None
        self._ws.world.mark_read(channel["id"], user)
        return {"messages": ui_shapes.messages(self._ws, channel, user, thread)}

    async def _ephemerals(self, request: web.Request) -> Json:
        user, channel = self._seen_channel(dict(request.query))
        return {"messages": ui_shapes.hidden_messages(self._ws, channel, user)}

    async def _views(self, request: web.Request) -> Json:
        dialogs = self._ws.dialogs
        user = self._user(dict(request.query))
        stack = dialogs.stack(user)
        shown = [
            {
                "id": one["id"],
                "view": ui_shapes.visible(one, user),
                "errors": dialogs.errors.get(one["id"], {}),
            }
            for one in stack
        ]
        return {"views": shown}

    async def _home(self, request: web.Request) -> Json:
        user = self._user(dict(request.query))
        return {"view": ui_shapes.visible(self._ws.storage.home(user), user)}

    async def _log(self, request: web.Request) -> Json:
        return {"log": self._ws.journal.lines()}

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        user = self._user(dict(request.query))
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with self._ws.stream.listen(user) as queue:
            await response.write(b": hello\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _KEEP_ALIVE_SECONDS)
                    await response.write(f"data: {json.dumps(event)}\n\n".encode())
                except TimeoutError:
                    await response.write(b": still here\n\n")
                except ConnectionError:
                    return response

    # messages

    def _converted(self, text: str, edited: bool = False) -> Json:
        world = self._ws.world
        names = names_of(world.people(), world.channels())
        converted = typed(text, names, self._ws.misbehaviour.smart_quotes, edited)
        return {"text": converted, "blocks": [rich_text(converted)]}

    async def _post(self, body: Json) -> Json:
        user, channel = self._seen_channel(body)
        if channel["is_archived"]:
            raise SlackError("is_archived")
        if not self._ws.world.is_member(channel["id"], user):
            talk.join(self._ws, channel, user)
        fields = self._converted(str(body.get("text", "")))
        if not fields["text"].strip():
            raise SlackError("no_text")
        if body.get("thread_ts"):
            root = self._ws.storage.message(channel["id"], str(body["thread_ts"]))
            if root is None:
                raise SlackError("thread_not_found")
            fields["thread_ts"] = root.get("thread_ts") or root["ts"]
        beside = str(body.get("viewing") or "")
        if channel["is_im"] and beside and self._ws.manifest.hears("app_context_changed"):
            fields["app_context"] = events.app_context(beside)
        message = talk.post(self._ws, channel, user, fields)
        self._mention_outside(channel, user, message)
        return {"ts": message["ts"]}

    def _mention_outside(self, channel: Json, user: str, message: Json) -> None:
        bot = self._ws.identity.bot_user_id
        if f"<@{bot}>" in message["text"] and not self._ws.world.is_member(channel["id"], bot):
            name = self._ws.manifest.name
            text = f"You mentioned {name}, but they're not in this channel."
            talk.warn(self._ws, channel, user, text)

    def _own(self, body: Json) -> tuple[Json, Json]:
        user, channel = self._seen_channel(body)
        message = self._ws.world.message(channel["id"], str(body.get("ts")))
        if message["user"] != user:
            raise SlackError("cant_update_message")
        return channel, message

    async def _edit(self, body: Json) -> Json:
        channel, message = self._own(body)
        fields = self._converted(str(body.get("text", "")), edited=True)
        talk.edit(self._ws, channel, message, fields)
        return {"ok": True}

    async def _delete(self, body: Json) -> Json:
        channel, message = self._own(body)
        talk.delete(self._ws, channel, message)
        return {"ok": True}

    async def _react(self, body: Json) -> Json:
        user, channel = self._seen_channel(body)
        message = self._ws.world.message(channel["id"], str(body.get("ts")))
        add = not body.get("remove")
        talk.react(self._ws, channel, message, user, str(body.get("name")).strip(":"), add)
        return {"ok": True}

    # commands, dialogs, Home

    async def _command(self, body: Json) -> Json:
        user, channel = self._seen_channel(body)
        name, text = str(body.get("command")), str(body.get("text", ""))
        return await interact.command(self._ws, user, channel, name, text)

    async def _submit(self, body: Json) -> Json:
        values = (body.get("state") or {}).get("values", {})
        return await interact.submit(self._ws, self._user(body), str(body.get("view_id")), values)

    async def _open_home(self, body: Json) -> Json:
        user = self._user(body)
        home = self._ws.storage.home(user)
        events.home_opened(self._ws, user, str(body.get("tab", "home")), home)
        return {"view": home}

    async def _stop(self, body: Json) -> Json:
        user, channel = self._seen_channel(body)
        thread_ts = str(body.get("thread_ts"))
        streams = streaming.stop_all(self._ws, channel, thread_ts)
        events.session_stopped(self._ws, channel, user, thread_ts, streams)
        return {"ok": True}

    # switches

    async def _demo(self, body: Json) -> Json:
        if "value" in body:
            self._ws.demo.value = float(body["value"])
        try:
            await self._ws.demo.switch(str(body.get("mode", self._ws.demo.mode)))
        except ValueError as error:
            raise SlackError("unknown_mode") from error
        self._ws.tell("state")
        return self._ws.demo.as_json()

    async def _misbehave(self, body: Json) -> Json:
        kind = str(body.get("kind"))
        if kind == "disconnect":
            if self._ws.sockets is not None:
                reason = str(body.get("reason", "refresh_requested"))
                await self._ws.sockets.disconnect(reason, bool(body.get("abrupt")))
        elif kind == "mute":
            if self._ws.sockets is not None:
                self._ws.sockets.mute()
        else:
            self._ws.misbehaviour.switch(kind, body)
        self._ws.tell("state")
        return self._ws.misbehaviour.as_json()


def _reading(read: Callable[[web.Request], Awaitable[Json]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await _answered(read(request))

    return handle


def _writing(write: Callable[[Json], Awaitable[Json]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            body = await request.json()
        except ValueError as error:
            raise web.HTTPBadRequest(text="This is not JSON.") from error
        return await _answered(write(body))

    return handle


async def _answered(work: Awaitable[Json]) -> web.Response:
    try:
        return web.json_response(await work)
    except SlackError as refusal:
        body = {"ok": False, "error": refusal.code, **refusal.extras}
        return web.json_response(body, status=400)
