"""What Slack answers when it does not do what it was asked: a class per cause, in one table.

`permanent` says that asking again is useless; what is not permanent is tried again later.
"""

from __future__ import annotations

from typing import Final


class SlackFailure(Exception):
    """A call that Slack did not carry out. `code` is Slack's word for it, or ours in brackets."""

    permanent = True

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RateLimited(SlackFailure):
    """Too many calls; `retry_after` is in seconds. Nothing was done, so asking again is safe."""

    permanent = False

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class OutcomeUnknown(SlackFailure):
    """The connection was cut, or Slack failed: it may have been done nevertheless."""

    permanent = False


class Unreachable(SlackFailure):
    """No connection was made: it was not done."""

    permanent = False


class TokenRefused(SlackFailure):
    """The app's token is not taken at all; an administrator has to mend that."""

    permanent = False


class NotPermitted(SlackFailure):
    """The app lacks the permission for this kind of call; all else goes on."""


class NotInChannel(SlackFailure):
    """The bot is not a member of the channel."""


class ChannelNotFound(SlackFailure):
    """There is no such channel, or the bot may not know of it."""


class ChannelArchived(SlackFailure):
    """The channel is archived: nobody can write there."""


class PostingRestricted(SlackFailure):
    """The channel's rules do not let the bot write there."""


class MessageGone(SlackFailure):
    """The message, or the root of the thread, is not there any more."""


class NotStreaming(SlackFailure):
    """The message does not grow any more: ended, stopped by a person, or given up by Slack."""


class StillStreaming(SlackFailure):
    """The message still grows, and cannot be changed otherwise."""


class FileGone(SlackFailure):
    """The file is not there: deleted, or its upload was never finished."""


class MessageNotOurs(SlackFailure):
    """Slack does not let the bot change or delete this message."""


class InvalidBlocks(SlackFailure):
    """Slack does not take the blocks, or they are too long."""


class NotForPerson(SlackFailure):
    """The person cannot be shown something there: not in the channel, or deactivated."""


class TriggerExpired(SlackFailure):
    """A dialog can no longer be opened by that click: more than 3 s passed, or it was used."""


class UnknownMethod(SlackFailure):
    """This Slack does not have the method."""


class Refused(SlackFailure):
    """Any other refusal."""


_CAUSES: Final[dict[type[SlackFailure], tuple[str, ...]]] = {
    OutcomeUnknown: ("internal_error", "fatal_error", "service_unavailable", "request_timeout"),
    TokenRefused: (
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "org_login_required",
    ),
    NotPermitted: ("missing_scope", "no_permission", "ekm_access_denied"),
    NotInChannel: ("not_in_channel",),
    ChannelNotFound: ("channel_not_found", "team_access_not_granted"),
    ChannelArchived: ("is_archived",),
    PostingRestricted: (
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    ),
    MessageGone: ("message_not_found", "thread_not_found", "cannot_reply_to_message"),
    NotStreaming: ("message_not_in_streaming_state", "stopped_by_user"),
    StillStreaming: ("streaming_state_conflict",),
    FileGone: ("file_not_found", "file_deleted"),
    MessageNotOurs: (
        "cant_update_message",
        "cant_delete_message",
        "cant_delete_file",
        "edit_window_closed",
        "compliance_exports_prevent_deletion",
    ),
    InvalidBlocks: (
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_many",
        "msg_blocks_too_long",
        "msg_too_long",
        "block_mismatch",
    ),
    NotForPerson: ("user_not_in_channel", "user_not_found", "user_disabled", "cannot_dm_bot"),
    TriggerExpired: (
        "expired_trigger_id",
        "exchanged_trigger_id",
        "invalid_trigger_id",
        "trigger_expired",
        "trigger_exchanged",
    ),
    UnknownMethod: ("unknown_method", "method_deprecated", "feature_not_enabled"),
}
_BY_CODE: Final = {code: cause for cause, codes in _CAUSES.items() for code in codes}


def failure_of(code: str) -> SlackFailure:
    """The failure that an error code of Slack stands for."""
    return _BY_CODE.get(code, Refused)(code)
