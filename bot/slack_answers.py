"""What came of a call to Slack's Web API: its answer, or the failure that it means."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.slack_errors import OutcomeUnknown, RateLimited, SlackFailure, Unreachable, failure_of

_CODE: Final = re.compile(r"[a-z0-9_]{1,80}")
_RETRY_AFTER: Final = 30.0
"""Seconds to wait if Slack limits the rate without saying for how long."""


def call(method: Callable[..., SlackResponse], **given: Any) -> Mapping[str, Any]:
    """Call Slack; every way in which that can fail becomes a `SlackFailure`."""
    try:
        told = method(**given)
    except SlackApiError as error:
        raise refusal(error.response) from None
    except URLError as error:
        raise cut(error.reason) from None
    except (OSError, http.client.HTTPException, SlackClientError) as error:
        raise cut(error) from None
    data = told.data
    if not isinstance(data, dict):
        raise OutcomeUnknown("(no answer)")
    return data


def refusal(response: Any) -> SlackFailure:
    """What an answer that is not ok means; `response` may be anything that came instead."""
    status = getattr(response, "status_code", 0)
    if status == 429:
        return RateLimited(seconds_asked(getattr(response, "headers", {})))
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if status >= 500 or not isinstance(code, str) or not _CODE.fullmatch(code):
        return OutcomeUnknown(f"(status {status})")
    if code in ("ratelimited", "rate_limited"):
        return RateLimited(seconds_asked(getattr(response, "headers", {})))
    return failure_of(code)


def seconds_asked(headers: Mapping[str, Any]) -> float:
    """Slack's Retry-After, in seconds."""
    found = {str(name).lower(): value for name, value in headers.items()}.get("retry-after")
    text = str(found[0] if isinstance(found, list) else found)
    return max(float(text), 0.0) if text.replace(".", "", 1).isdigit() else _RETRY_AFTER


def cut(reason: object) -> SlackFailure:
    """The failure of a call that got no answer."""
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return Unreachable("(no connection)")
    return OutcomeUnknown("(connection cut)")
