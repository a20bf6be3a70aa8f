"""The dialogs (Slack: modals): disable [M3], delete [M5], change [C5], loading, error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from bot import limits
from bot.blocks.elements import Block, plain, section
from bot.blocks.look import mission_line
from bot.mrkdwn import (
    Mrkdwn,
    bullets,
    chunks,
    clean,
    clip_plain,
    code,
    date,
    dots,
    from_markdown,
    label,
    lines,
    told,
)
from missions.blueprint import MentionOn
from missions.describe import mention_in_words
from missions.execution import Execution
from missions.ids import ChannelId, MissionId, PersonId, ProposalId
from missions.mission import Mission
from missions.phrases import Language, say, speaking
from missions.record import Record
from missions.verbs.deletes import DeletePreview
from missions.verbs.switches import NOTE_MAX, DisablePreview

View = dict[str, Any]
_RUNNING: Final = 5


class DialogId(StrEnum):
    """The `callback_id` of each dialog; the first six are submitted."""

    DISABLE = "disable"
    DELETE = "delete"
    CHANGE = "change"
    SETTINGS = "settings"
    REJECT = "reject"
    EDIT_CALL = "edit_call"
    DETAILS = "details"
    LOADING = "loading"
    ERROR = "error"
    RECORDS = "records"


class Field(StrEnum):
    """The inputs: `block_id` and `action_id` of each; errors are shown at the `block_id`."""

    NOTE = "note"
    UNTIL = "until"
    TYPED_ID = "typed_id"
    WANTED = "wanted"
    PEOPLE = "people"
    MENTION_ON = "mention_on"


class Origin(Record):
    """What a dialog is about and where it was opened, carried in `private_metadata`.

    `under` is the part of the details that it was opened from; `rev` the Mission's revision that it
    shows; `approval` the call that is to be answered, as it was shown.
    """

    mission: MissionId
    proposal: ProposalId | None = None
    channel: ChannelId | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    under: str | None = None
    rev: int | None = None
    approval: str | None = None


def disable_dialog(
    preview: DisablePreview,
    origin: Origin,
    note: str = "",
    zone: str = "UTC",
    until: datetime | None = None,
) -> View:
    """Says how many scheduled runs stop and which Executions are still running.

    Takes a note and a resume time, which `note` and `until` fill.
    """
    stops = told("tasks-will-stop", preview.scheduled_tasks)
    upcoming = (
        told("next-would-be", when=date(preview.next_at, zone=zone)) if preview.next_at else None
    )
    queued = told("will-not-start", preview.queued) if preview.queued else None
    blocks = [
        section(mission_line(preview.mission)),
        section(lines([dots(stops, upcoming, queued), _running(preview.running, zone)])),
        note_input(note),
        resume_input(until),
    ]
    return _form(DialogId.DISABLE, say("disable-title"), say("disable"), blocks, origin)


def delete_dialog(preview: DeletePreview, origin: Origin) -> View:
    """Warns, counts what will go, and wants the Mission's ID typed by hand."""
    gone = [
        told("plan-versions", preview.versions),
        told("executions", preview.executions),
        told("reports", preview.reports),
        told("messages-of-mine", preview.messages),
    ]
    blocks = [
        section(lines([mission_line(preview.mission), told("cannot-be-undone")])),
        section(lines([told("what-will-go"), bullets(gone)])),
    ]
    if preview.running:
        blocks.append(section(told("will-be-stopped", len(preview.running))))
    blocks.append(section(told("type-id", mission=code(preview.mission.id, 40))))
    blocks.append(_input(Field.TYPED_ID, say("mission-id"), "M-"))
    return _form(DialogId.DELETE, say("delete-title"), say("delete-for-good"), blocks, origin)


def change_dialog(mission: Mission, origin: Origin) -> View:
    """Asks what should change, in the person's own words, and whom reports should mention [R1]."""
    wanted = _input(
        Field.WANTED, say("change-ask"), say("change-example"), optional=True, multiline=True
    )
    blocks = [section(mission_line(mission)), wanted, _people(), _mention_on()]
    return _form(DialogId.CHANGE, say("change-title"), say("send"), blocks, origin)


def loading_dialog(title: str = "Houston") -> View:
    """Shown at once, as a trigger lives for 3 seconds; replaced by the real dialog."""
    return _view(DialogId.LOADING, title, [section(told("one-moment"))])


def error_dialog(sentence: str, title: str = "Houston") -> View:
    """A refusal, in the dialog's place."""
    parts = chunks(from_markdown(sentence), 2_900)[:3]
    return _view(DialogId.ERROR, title, [section(part) for part in parts])


def origin_of(view: View) -> Origin:
    """Where a submitted dialog was opened. ValueError if it is none of ours."""
    return Origin.load(view.get("private_metadata") or "")


def typed(view: View, field: Field) -> str:
    """What was typed into a submitted dialog's input; empty if nothing."""
    state = view.get("state", {}).get("values", {}).get(field, {}).get(field, {})
    return str(state.get("value") or "").strip()


def picked_time(view: View, field: Field) -> datetime | None:
    """The instant that was picked in a submitted dialog's input; None if none was."""
    state = view.get("state", {}).get("values", {}).get(field, {}).get(field, {})
    seconds = state.get("selected_date_time")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


def picked_people(view: View, field: Field) -> tuple[PersonId, ...]:
    """The people who were picked in a submitted dialog's input."""
    state = view.get("state", {}).get("values", {}).get(field, {}).get(field, {})
    return tuple(PersonId(str(p)) for p in state.get("selected_users") or ())


def picked_option(view: View, field: Field) -> str:
    """The value of the option that was picked in a submitted dialog's menu; "" if none was."""
    state = view.get("state", {}).get("values", {}).get(field, {}).get(field, {})
    return str((state.get("selected_option") or {}).get("value") or "")


def mention_words(people: Sequence[PersonId], on: str) -> str:
    """What a person says by picking people, in words as they would have typed them."""
    named = " and ".join(f"<@{person}>" for person in people)
    when = MentionOn(on) if on in list(MentionOn) else MentionOn.CRITICAL
    with speaking(Language.EN):  # as the interpreter understands it
        return f"mention {named} {mention_in_words(when)}"


def field_error(field: Field, sentence: str) -> dict[str, str]:
    """The `errors` of a refused submission: the sentence below the input."""
    return {field.value: clip_plain(sentence, limits.INPUT_HINT)}


def _running(executions: Sequence[Execution], zone: str) -> Mrkdwn:
    if not executions:
        return told("nothing-runs")
    shown = [
        dots(label(run.task_title, 100), told("since", when=date(run.started_at, zone=zone)))
        for run in executions[:_RUNNING]
    ]
    left = len(executions) - len(shown)
    if left:
        shown.append(told("and-left", left))
    return lines([told("still-running-and", len(executions)), bullets(shown)])


def note_input(initial: str, hint: str = "note-hint") -> Block:
    """Why something is paused; `hint` is the id of a sentence."""
    asked = _input(Field.NOTE, say("note-label"), say("note-example"), initial, optional=True)
    return {**asked, "hint": plain(say(hint), limits.INPUT_HINT)}


def _people() -> Block:
    return {
        "type": "input",
        "block_id": Field.PEOPLE.value,
        "label": plain(say("mention-people"), limits.INPUT_LABEL),
        "element": {"type": "multi_users_select", "action_id": Field.PEOPLE.value},
        "optional": True,
        "hint": plain(say("mention-people-hint"), limits.INPUT_HINT),
    }


def _mention_on() -> Block:
    options = [
        {"text": plain(words[0].upper() + words[1:], limits.OPTION_TEXT), "value": on.value}
        for on, words in ((on, mention_in_words(on)) for on in MentionOn)
    ]
    element = {
        "type": "static_select",
        "action_id": Field.MENTION_ON.value,
        "options": options,
        "initial_option": options[list(MentionOn).index(MentionOn.CRITICAL)],
    }
    return {
        "type": "input",
        "block_id": Field.MENTION_ON.value,
        "label": plain(say("mention-when"), limits.INPUT_LABEL),
        "element": element,
        "optional": True,
    }


def resume_input(initial: datetime | None, hint: str = "until-hint") -> Block:
    """When a pause ends by itself; `hint` is the id of a sentence."""
    element: dict[str, Any] = {"type": "datetimepicker", "action_id": Field.UNTIL.value}
    if initial is not None:
        element["initial_date_time"] = int(initial.timestamp())
    return {
        "type": "input",
        "block_id": Field.UNTIL.value,
        "label": plain(say("until-label"), limits.INPUT_LABEL),
        "element": element,
        "optional": True,
        "hint": plain(say(hint), limits.INPUT_HINT),
    }


def _input(
    field: Field,
    label: str,
    example: str,
    initial: str = "",
    *,
    optional: bool = False,
    multiline: bool = False,
) -> Block:
    most = limits.INPUT_LENGTH if multiline else NOTE_MAX
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": field.value,
        "max_length": most,
        "multiline": multiline,
        "placeholder": plain(example, limits.PLACEHOLDER),
    }
    if initial.strip():
        element["initial_value"] = clip_plain(clean(initial).strip(), most)
    return {
        "type": "input",
        "block_id": field.value,
        "label": plain(label, limits.INPUT_LABEL),
        "element": element,
        "optional": optional,
    }


def _form(dialog: DialogId, title: str, submit: str, blocks: list[Block], origin: Origin) -> View:
    return {
        **_view(dialog, title, blocks),
        "submit": plain(submit, limits.VIEW_BUTTON),
        "close": plain(say("cancel"), limits.VIEW_BUTTON),
        "private_metadata": origin.dump(),
    }


def _view(dialog: DialogId, title: str, blocks: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": dialog.value,
        "title": plain(title, limits.VIEW_TITLE),
        "blocks": blocks,
    }
