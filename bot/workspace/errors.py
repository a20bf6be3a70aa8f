"""How the workspace says no."""

from typing import Any


class SlackError(Exception):
    """A refusal as Slack words it: an error code and what goes with it in the answer."""

    def __init__(self, code: str, **extras: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extras = extras


class RateLimited(SlackError):
    """Too many calls; `seconds` is what the Retry-After header says."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class DeliveryFailed(Exception):
    """The app did not take a command, a click or an event.

    `reason` is Slack's word for it: `timeout`, `connection_failed` or `http_error`. After a
    `final` failure the app wants no retry.
    """

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
