"""The dialogs (Slack: modals): disable [M3], delete [M5], change [C5], loading, error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from bot import limits
from bot.blocks import sentences
from bot.blocks.elements import Block, plain, section
from bot.blocks.look import counted, mission_line
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
)
from missions.blueprint import MentionOn
from missions.describe import mention_in_words
from missions.execution import Execution
from missions.ids import ChannelId, MissionId, PersonId, ProposalId
from missions.mission import Mission
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
    stops = sentences.stops(preview.scheduled_tasks)
    upcoming = (
        Mrkdwn(f"next would be {date(preview.next_at, zone=zone)}") if preview.next_at else None
    )
    queued = sentences.not_started(preview.queued)
    blocks = [
        section(mission_line(preview.mission)),
        section(lines([dots(stops, upcoming, queued), _running(preview.running, zone)])),
        note_input(note),
        resume_input(until),
    ]
    return _form(DialogId.DISABLE, "Disable this Mission?", "Disable", blocks, origin)


def delete_dialog(preview: DeletePreview, origin: Origin) -> View:
    """Warns, counts what will go, and wants the Mission's ID typed by hand."""
    gone = [
        counted(preview.versions, "plan version"),
        counted(preview.executions, "Execution"),
        counted(preview.reports, "report"),
        counted(preview.messages, "message") + " of mine in Slack",
    ]
    blocks = [
        section(lines([mission_line(preview.mission), sentences.CANNOT_BE_UNDONE])),
        section(lines([Mrkdwn("*What will go*"), bullets(Mrkdwn(part) for part in gone)])),
    ]
    if preview.running:
        blocks.append(section(sentences.will_stop(len(preview.running))))
    blocks.append(section(sentences.type_id(code(preview.mission.id, 40))))
    blocks.append(_input(Field.TYPED_ID, "Mission ID", "M-"))
    return _form(DialogId.DELETE, "Delete this Mission?", "Delete for good", blocks, origin)


def change_dialog(mission: Mission, origin: Origin) -> View:
    """Asks what should change, in the person's own words, and whom reports should mention [R1]."""
    wanted = _input(
        Field.WANTED, sentences.CHANGE_ASK, sentences.CHANGE_EXAMPLE, optional=True, multiline=True
    )
    blocks = [section(mission_line(mission)), wanted, _people(), _mention_on()]
    return _form(DialogId.CHANGE, "Change the plan", "Send", blocks, origin)


def loading_dialog(title: str = "Houston") -> View:
    """Shown at once, as a trigger lives for 3 seconds; replaced by the real dialog."""
    return _view(DialogId.LOADING, title, [section(sentences.LOADING)])


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
    return f"mention {named} {mention_in_words(when)}"


def field_error(field: Field, sentence: str) -> dict[str, str]:
    """The `errors` of a refused submission: the sentence below the input."""
    return {field.value: clip_plain(sentence, limits.INPUT_HINT)}


def _running(executions: Sequence[Execution], zone: str) -> Mrkdwn:
    if not executions:
        return sentences.NOTHING_RUNS
    shown = [
        dots(label(run.task_title, 100), Mrkdwn(f"since {date(run.started_at, zone=zone)}"))
        for run in executions[:_RUNNING]
    ]
    left = len(executions) - len(shown)
    if left:
        shown.append(Mrkdwn(f"and {left} more"))
    return lines([sentences.still_running(len(executions)), bullets(shown)])


def note_input(initial: str, hint: str = sentences.NOTE_HINT) -> Block:
    """Why something is paused."""
    asked = _input(Field.NOTE, sentences.NOTE_LABEL, sentences.NOTE_EXAMPLE, initial, optional=True)
    return {**asked, "hint": plain(hint, limits.INPUT_HINT)}


def _people() -> Block:
    return {
        "type": "input",
        "block_id": Field.PEOPLE.value,
        "label": plain(sentences.PEOPLE_LABEL, limits.INPUT_LABEL),
        "element": {"type": "multi_users_select", "action_id": Field.PEOPLE.value},
        "optional": True,
        "hint": plain(sentences.PEOPLE_HINT, limits.INPUT_HINT),
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
        "label": plain(sentences.MENTION_ON_LABEL, limits.INPUT_LABEL),
        "element": element,
        "optional": True,
    }


def resume_input(initial: datetime | None, hint: str = sentences.UNTIL_HINT) -> Block:
    """When a pause ends by itself."""
    element: dict[str, Any] = {"type": "datetimepicker", "action_id": Field.UNTIL.value}
    if initial is not None:
        element["initial_date_time"] = int(initial.timestamp())
    return {
        "type": "input",
        "block_id": Field.UNTIL.value,
        "label": plain(sentences.UNTIL_LABEL, limits.INPUT_LABEL),
        "element": element,
        "optional": True,
        "hint": plain(hint, limits.INPUT_HINT),
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
        "close": plain("Cancel", limits.VIEW_BUTTON),
        "private_metadata": origin.dump(),
    }


def _view(dialog: DialogId, title: str, blocks: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": dialog.value,
        "title": plain(title, limits.VIEW_TITLE),
        "blocks": blocks,
    }
