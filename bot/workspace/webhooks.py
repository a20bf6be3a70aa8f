"""HTTP mode: signed requests to the app's request address instead of Socket Mode."""

import hashlib
import hmac
import json
import secrets
from urllib.parse import urlencode

import aiohttp

from bot.workspace.config import Clock, Json
from bot.workspace.errors import DeliveryFailed
from bot.workspace.links import COMMANDS, EVENTS, Envelope


def signature(secret: str, timestamp: int, body: str) -> str:
    """Slack's v0 signature of a request."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpLink:
    """Posts every envelope to one address and reads the answer as its ack."""

    def __init__(self, url: str, secret: str, token: str, ack_seconds: float, clock: Clock) -> None:
        self._url = url
        self._secret = secret
        self._token = token
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=ack_seconds)
        self._session = aiohttp.ClientSession()
        self._verified = False

    async def send(self, envelope: Envelope) -> Json:
        """Prove the address once, then post."""
        if not self._verified:
            await self._verify()
        headers = {}
        if envelope.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.retry_attempt)
            reason = envelope.retry_reason
            headers["X-Slack-Retry-Reason"] = "http_timeout" if reason == "timeout" else reason
        if envelope.kind == EVENTS:
            answer = await self._post(json.dumps(envelope.payload), "application/json", headers)
        else:
            command = envelope.kind == COMMANDS
            form = envelope.payload if command else {"payload": json.dumps(envelope.payload)}
            answer = await self._post(urlencode(form), "application/x-www-form-urlencoded", {})
        try:
            body = json.loads(answer) if answer.strip() else {}
        except ValueError:
            return {"text": answer}
        return body if isinstance(body, dict) else {}

    async def close(self) -> None:
        """Close the client."""
        await self._session.close()

    async def _verify(self) -> None:
        challenge = secrets.token_urlsafe(24)
        question = {"type": "url_verification", "token": self._token, "challenge": challenge}
        answer = await self._post(json.dumps(question), "application/json", {})
        if challenge not in answer:
            raise DeliveryFailed("http_error")
        self._verified = True

    async def _post(self, body: str, kind: str, headers: dict[str, str]) -> str:
        now = int(self._clock())
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": signature(self._secret, now, body),
        }
        try:
            async with self._session.post(
                self._url, data=body.encode(), headers=signed | headers, timeout=self._timeout
            ) as response:
                text = await response.text()
                if response.status != 200:
                    final = response.headers.get("X-Slack-No-Retry") == "1"
                    raise DeliveryFailed("http_error", final)
                return text
        except TimeoutError as error:
            raise DeliveryFailed("timeout") from error
        except aiohttp.ClientError as error:
            raise DeliveryFailed("connection_failed") from error
