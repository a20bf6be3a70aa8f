"""Sentences about approvals."""

from __future__ import annotations

from typing import Final

from bot.mrkdwn import Mrkdwn
from missions.approval import ApprovalState

TITLE: Final = "Approval needed"
NOBODY: Final = Mrkdwn("Nobody may approve it.")
SECRETS: Final = Mrkdwn("A secret is shown by its name; its value is put in when it is sent.")
FIRST: Final = Mrkdwn("*Before the edit*")
WAITS: Final = Mrkdwn("🔐 Waits for an approval")

OUTCOME: Final = {
    ApprovalState.APPROVED: "✅ Approved",
    ApprovalState.REJECTED: "🚫 Rejected",
    ApprovalState.SENDING: "✅ Approved; it is being done",
    ApprovalState.DONE: "✅ Approved and done",
    ApprovalState.FAILED: "❗ Approved, but it did not work",
    ApprovalState.UNKNOWN: "❓ Approved; it may have been done, or not",
    ApprovalState.REFUSED: "🚫 Approved, but not allowed any more",
    ApprovalState.EXPIRED: "⌛ Nobody answered in time",
    ApprovalState.WITHDRAWN: "⏹️ Not done: the run has ended",
}

REJECT_TITLE: Final = "Reject this?"
REASON_LABEL: Final = "Why not?"
REASON_EXAMPLE: Final = "For example: not during the sale"
REASON_HINT: Final = "Optional. The run is told, and it stands in the report."
EDIT_TITLE: Final = "Edit the call"
EDIT_HINT: Final = Mrkdwn(
    "Nothing is sent yet: the card then shows your arguments, marked as edited by you, and they "
    "have to be approved."
)
URL_LABEL: Final = "Address"
METHOD_LABEL: Final = "Method"
HEADERS_LABEL: Final = "Headers"
HEADERS_HINT: Final = "One a line, “Name: value”. A secret goes by its name: {secret:name}."
JSON_LABEL: Final = "Body (JSON)"

APPROVERS_LABEL: Final = "Who may approve what it does outside"
APPROVERS_HINT: Final = (
    "These people only; with none, nobody may. Only the owner or an administrator can change this."
)
APPROVERS_EXAMPLE: Final = "Pick people"
