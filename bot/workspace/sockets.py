"""Socket Mode: tickets, connections, envelopes and their acks."""

import asyncio
import secrets
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot import limits
from bot.workspace.config import Json
from bot.workspace.errors import DeliveryFailed
from bot.workspace.links import EVENTS, Envelope
from bot.workspace.misbehave import Misbehaviour

_PING_SECONDS = 10.0
_CLOSE_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class _Connection:
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    retiring: bool = False
    mute: bool = False

    @property
    def takes(self) -> bool:
        return not self.retiring and not self.socket.closed


class SocketLink:
    """Delivers over any one of the app's open web sockets, in turn."""

    def __init__(self, app_id: str, ack_seconds: float, misbehaviour: Misbehaviour) -> None:
        self._app_id = app_id
        self._ack_seconds = ack_seconds
        self._misbehaviour = misbehaviour
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._turn = 0

    def ticket(self) -> str:
        """A ticket for one connection."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    @property
    def connected(self) -> int:
        """How many connections take envelopes."""
        return sum(one.takes for one in self._connections)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="This connection needs a fresh ticket.")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(
            heartbeat=_PING_SECONDS, timeout=_CLOSE_SECONDS, autoping=False
        )
        await socket.prepare(request)
        if self.connected >= limits.SOCKET_CONNECTIONS:
            await socket.send_json(self._goodbye("too_many_websockets"))
            await socket.close()
            return socket
        connection = _Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_json(self._hello())
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acked(connection, message.json())
                elif message.type is WSMsgType.PING and not connection.mute:
                    await socket.pong(message.data)
        finally:
            self._connections.remove(connection)
            for future in connection.waiting.values():
                if not future.done():
                    future.set_exception(DeliveryFailed("connection_failed"))
        return socket

    async def send(self, envelope: Envelope) -> Json:
        """Deliver to one connection and wait for its ack."""
        takers = [one for one in self._connections if one.takes]
        if not takers:
            raise DeliveryFailed("connection_failed")
        self._turn += 1
        connection = takers[self._turn % len(takers)]
        envelope_id = str(uuid.uuid4())
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = future
        try:
            if not connection.mute:
                await connection.socket.send_json(_frame(envelope_id, envelope))
            return await asyncio.wait_for(future, self._ack_seconds)
        except TimeoutError as error:
            raise DeliveryFailed("timeout") from error
        except ConnectionError as error:
            raise DeliveryFailed("connection_failed") from error
        finally:
            connection.waiting.pop(envelope_id, None)
            future.cancel()

    async def disconnect(self, reason: str, abrupt: bool) -> None:
        """Ask every connection to be renewed; `abrupt` cuts them without a word."""
        for connection in [one for one in self._connections if one.takes]:
            if abrupt:
                await connection.socket.close()
                continue
            await connection.socket.send_json(self._goodbye(reason))
            connection.retiring = reason != "warning"

    def mute(self) -> None:
        """Say nothing more on the connections there are, which stay open."""
        for connection in self._connections:
            connection.mute = True

    async def close(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            await connection.socket.close()

    def _acked(self, connection: _Connection, frame: Json) -> None:
        future = connection.waiting.get(str(frame.get("envelope_id")))
        if future is None or future.done() or self._misbehaviour.take("drop_acks"):
            return
        payload = frame.get("payload")
        future.set_result(payload if isinstance(payload, dict) else {})

    def _hello(self) -> Json:
        debug = {"host": "local", "approximate_connection_time": 18_060}
        app = {"app_id": self._app_id}
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": app,
            "debug_info": debug,
        }

    def _goodbye(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}


def _frame(envelope_id: str, envelope: Envelope) -> Json:
    frame: Json = {
        "envelope_id": envelope_id,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != EVENTS,
    }
    if envelope.kind == EVENTS:
        frame |= {"retry_attempt": envelope.retry_attempt, "retry_reason": envelope.retry_reason}
    return frame
