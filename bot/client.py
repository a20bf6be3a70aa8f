"""The one way to Slack's Web API for everything that is posted, changed or looked up.

Synchronous: the delivery worker calls it as it is, the edge in its own threads. Nothing is retried
here: a post whose outcome is unknown must be looked for first [R4]. Nothing unfurls, and nothing
but ids that we put there becomes a mention [P4].
"""

from __future__ import annotations

import http.client
import json
import logging
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.error import HTTPError, URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot import limits
from bot.blocks.layout import Message
from bot.pace import POST, UNPACED, Pace
from bot.slack_answers import call, cut, refusal, seconds_asked
from bot.slack_errors import (
    OutcomeUnknown,
    RateLimited,
    Refused,
    SlackFailure,
    TokenRefused,
)
from missions.counting import SLACK_ERRORS, Counting
from missions.ids import ChannelId, PersonId, TeamId

Json = dict[str, Any]
TokenSource = Callable[[str | None], str]
"""The token to use now; given one that Slack calls expired, the one after it.

Raises `SlackFailure` if there is none.
"""

POST_SECONDS: Final = 10
"""How long a call may take; a post that takes longer has an unknown outcome."""
UPLOAD_SECONDS: Final = 30
"""How long the bytes of a file may take."""
LOOK_SECONDS: Final = 2
"""How long a look-up may take: a click's or event's answer has 3 s in all (Slack)."""
PAGE: Final = 200
"""How many messages one page of Slack holds; Slack advises 200 at most."""
MEMBERS_PAGE: Final = 1_000
"""How many members one page of Slack holds at most."""
CHANNELS_PAGE: Final = 999
"""How many channels one page of Slack holds at most."""
PATIENT_SECONDS: Final = 0.5
"""How long a call waits for its turn in its own thread; a post leaves its lane to others."""
EXPIRED: Final = "token_expired"
"""What Slack answers to a token whose time is over."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot's token belongs to. `team` is the enterprise of an installation on one.

    `enterprise` is the organisation that the workspace is part of, if it is.
    """

    team: TeamId
    bot_user: PersonId
    bot_id: str
    url: str
    is_org: bool = False
    enterprise: str | None = None

    def permalink(self, channel: ChannelId, ts: str, thread_ts: str | None = None) -> str:
        """The address of a message, in the form that Slack gives it."""
        link = f"{self.url}archives/{channel}/p{ts.replace('.', '')}"
        if thread_ts in (None, ts):
            return link
        return f"{link}?thread_ts={thread_ts}&cid={channel}"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open dialog: its id, and the hash that tells this revision from later ones."""

    id: str
    hash: str = ""


class SlackClient:
    """Slack's Web API as far as the product uses it; raises `SlackFailure` and its kinds.

    With `pace`, a call that would be too many for Slack is `RateLimited` without asking it; with
    `counting`, failures are counted by their kind. A token that is renewed is asked for before each
    call; `known` is whose it is, if that need not be asked of Slack.
    """

    def __init__(
        self,
        token: str | TokenSource,
        base_url: str,
        pace: Pace | None = None,
        counting: Counting | None = None,
        known: Identity | None = None,
    ) -> None:
        fixed = token if isinstance(token, str) else None
        self._renewed = None if isinstance(token, str) else token
        self.known = known
        log = logging.getLogger("bot.slack")
        # The SDK logs whole requests and answers: nothing of it may reach our log [L4].
        log.setLevel(logging.CRITICAL)

        def client(seconds: int) -> WebClient:
            return WebClient(
                token=fixed, base_url=base_url, timeout=seconds, retry_handlers=[], logger=log
            )

        self._web = client(POST_SECONDS)
        self._look = client(LOOK_SECONDS)
        self._no_status = False
        self._pace = pace
        self._counting = counting

    @cached_property
    def identity(self) -> Identity:
        """Who we are; asked once, if it is not known."""
        if self.known:
            return self.known
        told = self._call(self._web.auth_test)
        org = told.get("enterprise_id") if told.get("is_enterprise_install") else None
        return Identity(
            team=TeamId(org or told["team_id"]),
            bot_user=PersonId(told["user_id"]),
            bot_id=str(told.get("bot_id", "")),
            url=str(told.get("url") or "https://slack.com/"),
            is_org=org is not None,
            enterprise=told.get("enterprise_id") or None,
        )

    def check_token(self) -> frozenset[str]:
        """Ask whether the token holds; the scopes that it has. Raises `TokenRefused` if not."""
        given = {"token": self._renewed(None)} if self._renewed else {}
        try:
            told = self._look.auth_test(**given)
        except SlackApiError as error:
            raise refusal(error.response) from None
        except (URLError, OSError, http.client.HTTPException, SlackClientError) as error:
            raise cut(getattr(error, "reason", error)) from None
        names = {str(name).lower(): value for name, value in told.headers.items()}
        text = names.get("x-oauth-scopes", "")
        listed = text if isinstance(text, str) else ",".join(text)
        return frozenset(scope.strip() for scope in listed.split(",") if scope.strip())

    # --- saying --------------------------------------------------------------------------------

    def post(self, channel: ChannelId, message: Message, thread_ts: str | None = None) -> str:
        """Post, in a thread if wanted; the message's ts."""
        told = self._call(
            self._web.chat_postMessage,
            channel=channel,
            thread_ts=thread_ts,
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
            **_content(message),
        )
        return str(told["ts"])

    def update(self, channel: ChannelId, ts: str, message: Message) -> None:
        """Replace one of our messages."""
        content = _content(message)
        self._call(self._web.chat_update, channel=channel, ts=ts, link_names=False, **content)

    def delete(self, channel: ChannelId, ts: str) -> None:
        """Delete one of our messages."""
        self._call(self._web.chat_delete, channel=channel, ts=ts)

    def ephemeral(
        self, channel: ChannelId, person: PersonId, message: Message, thread_ts: str | None = None
    ) -> None:
        """Show something to one person in a channel; it is gone when they reload."""
        self._call(
            self._web.chat_postEphemeral,
            channel=channel,
            user=person,
            thread_ts=thread_ts,
            link_names=False,
            **_content(message),
        )

    def start_stream(
        self, channel: ChannelId, thread_ts: str, person: PersonId, chunks: Sequence[Json]
    ) -> str:
        """Begin a message that grows, with steps, for one person; its ts. Slack ends it after 5
        minutes, and lets nobody else change it until it has ended."""
        told = self._call(
            self._look.chat_startStream,
            channel=channel,
            thread_ts=thread_ts,
            recipient_user_id=person,
            recipient_team_id=self.identity.team,
            task_display_mode="plan",
            chunks=chunks,
        )
        return str(told["ts"])

    def append_stream(self, channel: ChannelId, ts: str, chunks: Sequence[Json]) -> None:
        """Add to a message that grows; `NotStreaming` if it does no more."""
        self._call(self._look.chat_appendStream, channel=channel, ts=ts, chunks=chunks)

    def stop_stream(self, channel: ChannelId, ts: str, session: str, **end: Sequence[Json]) -> None:
        """End a message that grows: last `chunks`, `blocks` below; `NotStreaming` if it has."""
        given = {"session_status": session, **end}
        self._call(self._web.chat_stopStream, channel=channel, ts=ts, **given)

    def replace(self, address: str, message: Message) -> None:
        """Replace what one person was shown, at the address that Slack gave with their click."""
        body = json.dumps({"replace_original": True, **_content(message)}).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 - Slack's
        try:
            with urllib.request.urlopen(request, timeout=LOOK_SECONDS) as answer:  # noqa: S310
                answer.read()
        except HTTPError as error:
            with error:
                raise Refused(f"(status {error.code})") from None
        except URLError as error:
            raise cut(error.reason) from None
        except (OSError, http.client.HTTPException) as error:
            raise cut(error) from None

    def set_status(self, channel: ChannelId, thread_ts: str, status: str) -> None:
        """Show that Houston works in a thread [C10]; a Slack without the method is asked once."""
        if self._no_status:
            return
        try:
            self._call(
                self._look.assistant_threads_setStatus,
                channel_id=channel,
                thread_ts=thread_ts,
                status=status,
            )
        except SlackFailure as failure:
            self._no_status = failure.permanent and not _about_place(failure)
            raise

    def set_session(self, channel: ChannelId, thread_ts: str, status: str) -> None:
        """Set a thread's agent session to processing, with a Stop button, or to active [C10]."""
        self._call(
            self._look.agents_sessions_setStatus,
            channel_id=channel,
            thread_ts=thread_ts,
            status=status,
        )

    def suggest(self, channel: ChannelId, prompts: list[dict[str, str]]) -> None:
        """Pin 1 to 4 prompts, each with title and message, above a person's messages with us."""
        self._call(
            self._look.assistant_threads_setSuggestedPrompts, channel_id=channel, prompts=prompts
        )

    # --- files ---------------------------------------------------------------------------------

    def begin_file(self, name: str, length: int) -> tuple[str, str]:
        """Announce a file; where its bytes go, and its id. Nobody sees it until it is shared."""
        told = self._call(self._web.files_getUploadURLExternal, filename=name, length=length)
        return str(told["upload_url"]), str(told["file_id"])

    def send_bytes(self, url: str, data: bytes) -> None:
        """The bytes of an announced file, to the address that Slack gave for them."""
        request = urllib.request.Request(url, data=data, method="POST")  # noqa: S310 - from Slack
        try:
            with urllib.request.urlopen(request, timeout=UPLOAD_SECONDS) as answer:  # noqa: S310
                answer.read()
        except HTTPError as error:
            with error:
                if error.code == 429:
                    raise RateLimited(seconds_asked(dict(error.headers))) from None
                raise OutcomeUnknown(f"(upload, status {error.code})") from None
        except URLError as error:
            raise cut(error.reason) from None
        except (OSError, http.client.HTTPException) as error:
            raise cut(error) from None

    def share_file(
        self,
        file: str,
        title: str,
        channel: ChannelId,
        comment: str,
        thread_ts: str | None = None,
    ) -> None:
        """Finish a file and show it in a channel. Slack says later at which ts (`file_info`)."""
        self._call(
            self._web.files_completeUploadExternal,
            files=[{"id": file, "title": title}],
            channel_id=channel,
            initial_comment=comment or None,
            thread_ts=thread_ts,
        )

    def finish_file(self, file: str, title: str) -> None:
        """Finish a file that is shared nowhere: only blocks of ours show it, to who sees those."""
        self._call(self._web.files_completeUploadExternal, files=[{"id": file, "title": title}])

    def file_info(self, file: str) -> Json:
        """A file as Slack describes it, with where it is shared; `FileGone` if there is none."""
        found: Json = self._call(self._web.files_info, file=file)["file"]
        return found

    def delete_file(self, file: str) -> None:
        """Delete one of our files, wherever it is shared."""
        self._call(self._web.files_delete, file=file)

    # --- dialogs and Home ----------------------------------------------------------------------

    def open_view(self, trigger_id: str, view: Json) -> Opened:
        """Open a dialog within 3 s of the click that `trigger_id` stands for."""
        return _opened(self._call(self._look.views_open, trigger_id=trigger_id, view=view))

    def push_view(self, trigger_id: str, view: Json) -> Opened:
        """Put a dialog on top of the open one, three at most, within 3 s."""
        return _opened(self._call(self._look.views_push, trigger_id=trigger_id, view=view))

    def update_view(self, view_id: str, view: Json, known_hash: str | None = None) -> Opened:
        """Replace an open dialog; `hash_conflict` if it is not as `known_hash` says any more."""
        given = {"view_id": view_id, "view": view, "hash": known_hash}
        return _opened(self._call(self._look.views_update, **given))

    def publish_home(self, person: PersonId, view: Json, known_hash: str | None = None) -> str:
        """Set what a person sees on Home; its new hash.

        Refused with `hash_conflict` if Home is not as `known_hash` says.
        """
        told = self._call(self._web.views_publish, user_id=person, view=view, hash=known_hash)
        return str(told["view"].get("hash") or "")

    # --- looking -------------------------------------------------------------------------------

    def history(self, channel: ChannelId, oldest: str) -> Iterator[Json]:
        """What was said in a channel since `oldest`, newest first, without replies in threads."""
        return self._pages("messages", self._web.conversations_history, channel, oldest=oldest)

    def replies(
        self, channel: ChannelId, thread_ts: str, oldest: str | None = None
    ) -> Iterator[Json]:
        """A thread's messages since `oldest`, its root first."""
        call = self._web.conversations_replies
        return self._pages("messages", call, channel, ts=thread_ts, oldest=oldest)

    def permalink(self, channel: ChannelId, ts: str) -> str:
        """The address of a message, as Slack says it."""
        told = self._call(self._look.chat_getPermalink, channel=channel, message_ts=ts)
        return str(told["permalink"])

    def users_info(self, person: PersonId) -> Json:
        """A person as Slack describes them."""
        found: Json = self._call(self._look.users_info, user=person, include_locale=True)["user"]
        return found

    def conversations_info(self, channel: ChannelId) -> Json:
        """A channel as Slack describes it."""
        found: Json = self._call(self._look.conversations_info, channel=channel)["channel"]
        return found

    def members_page(self, channel: ChannelId, cursor: str) -> tuple[list[PersonId], str]:
        """A page of a channel's members, and where the next one begins; "" if there is none."""
        call = self._look.conversations_members
        told = self._call(call, channel=channel, limit=MEMBERS_PAGE, cursor=cursor or None)
        after = (told.get("response_metadata") or {}).get("next_cursor") or ""
        return list(map(PersonId, told["members"])), str(after)

    def conversations_of(
        self, person: PersonId | None = None, *, archived: bool = False
    ) -> Iterator[Json]:
        """The channels that a person is in, or we are; private ones only if we are in them too."""
        if not self.identity.is_org:
            yield from self._conversations_in(None, person, archived)
            return
        for workspace in self.workspaces():
            yield from self._conversations_in(workspace, person, archived)

    def workspaces(self) -> Iterator[str]:
        """The workspaces of an organisation that let the app in."""
        cursor: str | None = None
        while True:
            told = self._call(self._look.auth_teams_list, cursor=cursor)
            yield from (str(one["id"]) for one in told["teams"])
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _conversations_in(
        self, workspace: str | None, person: PersonId | None, archived: bool
    ) -> Iterator[Json]:
        """Those of one workspace, which Slack wants to be named on an organisation."""
        cursor: str | None = None
        while True:
            told = self._call(
                self._look.users_conversations,
                user=person,
                team_id=workspace,
                types="public_channel,private_channel",
                exclude_archived=not archived,
                limit=CHANNELS_PAGE,
                cursor=cursor,
            )
            yield from told["channels"]
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def direct(self, person: PersonId) -> ChannelId:
        """The direct message with a person, opened if need be."""
        told = self._call(self._web.conversations_open, users=[person])
        return ChannelId(told["channel"]["id"])

    def _pages(
        self,
        what: str,
        call: Callable[..., SlackResponse],
        channel: ChannelId,
        **given: Any,
    ) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            told = self._call(call, channel=channel, limit=PAGE, cursor=cursor, **given)
            yield from told[what]
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _call(self, method: Callable[..., SlackResponse], **given: Any) -> Mapping[str, Any]:
        """Call Slack at its pace; every way in which that can fail becomes a `SlackFailure`."""
        try:
            if self._pace is None:
                return self._asked(method, given)
            return self._paced(self._pace, method, given)
        except SlackFailure as failure:
            if self._counting:
                self._counting.count(SLACK_ERRORS, type(failure).__name__)
            raise

    def _paced(
        self, pace: Pace, method: Callable[..., SlackResponse], given: Json
    ) -> Mapping[str, Any]:
        name, channel = method.__name__.replace("_", "."), str(given.get("channel") or "")
        if name in UNPACED:
            return self._asked(method, given)
        team = self.identity.team
        wait = pace.enter(team, name, channel)
        if 0 < wait <= PATIENT_SECONDS and name != POST:
            time.sleep(wait)
            wait = pace.enter(team, name, channel)
        if wait:
            raise RateLimited(wait)
        try:
            return self._asked(method, given)
        except RateLimited as limited:
            pace.hold(team, name, channel, limited.retry_after)
            raise

    def _asked(self, method: Callable[..., SlackResponse], given: Json) -> Mapping[str, Any]:
        """Call with the token of now; nothing was done if it had expired, so it is done again."""
        if self._renewed is None:
            return call(method, **given)
        token = self._renewed(None)
        try:
            return call(method, token=token, **given)
        except TokenRefused as failure:
            if failure.code != EXPIRED:
                raise
        return call(method, token=self._renewed(token), **given)


def _content(message: Message) -> Json:
    """Blocks with their text twin; text alone if there are no blocks."""
    content: Json = {"text": message.text[: limits.UPDATE_TEXT]}
    return {**content, "blocks": list(message.blocks)}


def _opened(told: Mapping[str, Any]) -> Opened:
    return Opened(str(told["view"]["id"]), str(told["view"].get("hash") or ""))


def _about_place(failure: SlackFailure) -> bool:
    """Whether a status was refused because of where it was to be shown."""
    return failure.code in {
        "channel_not_found",
        "not_in_channel",
        "invalid_thread_ts",
        "thread_not_found",
        "is_archived",
    }
