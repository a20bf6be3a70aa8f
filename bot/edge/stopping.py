"""The Stop button beside a thread's status: the turn that is being worked on ends [C10]."""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.edge.context import Edge
from bot.edge.place import Place
from missions.conversation import FOCUS, conversation_id
from missions.errors import HoustonError
from missions.ids import ChannelId, MissionId, PersonId
from missions.mailbox import Incoming
from missions.phrases import say, speaking
from missions.rights import Right
from missions.viewer import Actor

STOPPED_EVENT: Final = "agent_session_stopped"

Json = dict[str, Any]
log = structlog.get_logger("bot.edge")


def on_stopped(edge: Edge, event: Json) -> None:
    """Have the turn at the head of the thread's mailbox stop, once per event.

    A turn that is finished stays as it is. The status is set by `bot.edge.working`.
    """
    channel, root = str(event.get("channel") or ""), str(event.get("thread_ts") or "")
    person = PersonId(str(event.get("user") or ""))
    conversation = conversation_id(ChannelId(channel), root)
    head = edge.domain.mailboxes.head(edge.team, conversation)
    edge.domain.mailboxes.show_anew(edge.team, conversation)
    if head is None:
        return
    text, incoming = head
    if not _may(edge, person, incoming):
        with speaking(edge.directory.language(edge.team, person)):
            edge.say(Place(person, incoming.channel, thread_ts=root), say("stop-not-yours"))
        return
    once = f"stop-{conversation}-{event.get('event_ts')}"
    asked = edge.domain.mailboxes.ask_stop(edge.team, text, incoming, person, once)
    log.info("stop_asked", conversation=conversation, message=incoming.id, first=asked)


def _may(edge: Edge, person: PersonId, incoming: Incoming) -> bool:
    """Whether it is the person's own turn, or they are an editor of the thread's Mission."""
    if person == incoming.person:
        return True
    memory = edge.domain.mailboxes.memory(edge.team, incoming.channel, incoming.thread_ts)
    focus = memory.get(FOCUS)
    mission = edge.domain.store.mission(edge.team, MissionId(focus)) if focus else None
    if mission is None:
        return False
    try:
        actor = Actor(team=edge.team, person=person)
        edge.domain.rights.require(actor, mission, Right.EDIT, "to-stop")
    except HoustonError:
        return False
    return True
