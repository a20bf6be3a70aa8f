"""What Slack allows, in one table: lengths, counts, times and rates.

State of 2026-11-22. Lengths are characters, times are seconds, rates are calls per minute,
unless a name or comment says otherwise. Sources, named after each group:
docs   Slack's reference pages and machine copies of its method pages (2026-08-20);
sdk    installed Slack SDK for Python 3.47 and the JavaScript types 3.2;
field  measured by users and reported in public issues, not confirmed by Slack.
Where sources disagree the smaller number stands here, so that what fits fits everywhere.
"""

from typing import Final

# --- a message (docs; the character total: field, bolt-js#2509) -------------------------------
MESSAGE_BLOCKS: Final = 50
MESSAGE_BLOCK_CHARACTERS: Final = 13_200
MESSAGE_TEXT: Final = 40_000  # longer text is cut off by chat.postMessage
UPDATE_TEXT: Final = 4_000  # chat.update refuses more with msg_too_long
MARKDOWN_CHARACTERS: Final = 12_000  # summed over all markdown blocks of a message
TABLE_CHARACTERS: Final = 10_000  # summed over all table cells of a message
CHARTS_PER_MESSAGE: Final = 2  # field

# --- identifiers and common fields (docs) -----------------------------------------------------
BLOCK_ID: Final = 255
ACTION_ID: Final = 255
URL: Final = 3_000

# --- blocks (docs and sdk) --------------------------------------------------------------------
SECTION_TEXT: Final = 3_000
SECTION_FIELDS: Final = 10
SECTION_FIELD_TEXT: Final = 2_000
HEADER_TEXT: Final = 150
CONTEXT_ELEMENTS: Final = 10
CONTEXT_TEXT: Final = 3_000
ACTIONS_ELEMENTS: Final = 25
CONTEXT_ACTIONS_ELEMENTS: Final = 5
IMAGE_ALT_TEXT: Final = 2_000
IMAGE_TITLE: Final = 2_000
INPUT_LABEL: Final = 2_000
INPUT_HINT: Final = 2_000
LIST_INDENT: Final = 8
VIDEO_TITLE: Final = 199  # "less than 200"
VIDEO_AUTHOR: Final = 49  # "less than 50"
ALERT_TEXT: Final = 200

TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
DATA_TABLE_ROWS: Final = 101  # the header and 100 rows; one source says 201
DATA_TABLE_COLUMNS: Final = 20
DATA_TABLE_PAGE: Final = 100

CHART_TITLE: Final = 50
CHART_LABEL: Final = 20
CHART_AXIS_LABEL: Final = 50
CHART_CATEGORIES: Final = 20
CHART_SEGMENTS: Final = 12  # older pages say 6
CHART_SERIES: Final = 12  # older pages say 6

CARD_TITLE: Final = 150
CARD_SUBTITLE: Final = 150
CARD_BODY: Final = 200
CARD_SUBTEXT: Final = 200
CARD_ACTIONS: Final = 3
CAROUSEL_CARDS: Final = 10
CONTAINER_TITLE: Final = 150
CONTAINER_SUBTITLE: Final = 150
CONTAINER_CHILDREN: Final = 10
PLAN_TASKS: Final = 50  # field: rows beyond make the message too long
TASK_TITLE: Final = 150  # docs say 256, probes say no limit

# --- elements (docs and sdk) ------------------------------------------------------------------
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
ACCESSIBILITY_LABEL: Final = 75
AGENT_PROMPT: Final = 4_000
VISIBLE_TO_USERS: Final = 10
OVERFLOW_OPTIONS: Final = 5
CHECKBOX_OPTIONS: Final = 10
RADIO_OPTIONS: Final = 10
SELECT_OPTIONS: Final = 100
OPTION_GROUPS: Final = 100
OPTION_TEXT: Final = 75
OPTION_DESCRIPTION: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER: Final = 150
INPUT_LENGTH: Final = 3_000
RICH_INPUT_LINES: Final = 100
FILE_INPUT_FILES: Final = 10
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30

# --- dialogs and Home (docs) ------------------------------------------------------------------
VIEW_BLOCKS: Final = 100
VIEW_TITLE: Final = 24
VIEW_BUTTON: Final = 24
VIEW_PRIVATE_METADATA: Final = 3_000
VIEW_CALLBACK_ID: Final = 255
VIEW_EXTERNAL_ID: Final = 255
VIEW_BYTES: Final = 250_000
VIEW_STACK: Final = 3

# --- agent features (docs) --------------------------------------------------------------------
SUGGESTED_PROMPTS: Final = 4
LOADING_MESSAGES: Final = 10
LOADING_MESSAGE: Final = 50
SESSION_TITLE: Final = 200
STREAM_SECONDS: Final = 300.0  # field: a streaming message dies after this
STREAM_TEXT: Final = 12_000  # characters of one call
STREAM_BYTES: Final = 10_600  # field: of all that was streamed into a message
TASK_TEXT: Final = 256  # characters of a task's details and output
STATUS_SECONDS: Final = 120.0  # a thread status vanishes after this

# --- times (docs) -----------------------------------------------------------------------------
ACK_SECONDS: Final = 3.0
TRIGGER_SECONDS: Final = 3.0
RESPONSE_URL_SECONDS: Final = 1_800.0
RESPONSE_URL_USES: Final = 5
EVENT_RETRY_SECONDS: Final = (0.0, 60.0, 300.0)
SOCKET_CONNECTIONS: Final = 10
VALIDATE_CHARACTERS: Final = 100_000  # the argument of blocks.validate
HISTORY_PAGE: Final = 999
LIST_PAGE: Final = 1_000

# --- rates: calls per minute for a method in a workspace (docs) -------------------------------
TIER_2: Final = 20
TIER_3: Final = 50
TIER_4: Final = 100
TIER_SPECIAL: Final = 600  # "special"; Slack gives no number
POST_PER_SECOND_AND_CHANNEL: Final = 1

METHOD_TIERS: Final[dict[str, int]] = {
    "chat.postEphemeral": TIER_4,
    "views.open": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
    "views.publish": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "files.completeUploadExternal": TIER_4,
    "files.info": TIER_4,
    "conversations.members": TIER_4,
    "users.info": TIER_4,
    "assistant.threads.setTitle": TIER_4,
    "assistant.threads.setSuggestedPrompts": TIER_4,
    "chat.startStream": TIER_2,
    "chat.appendStream": TIER_4,
    "chat.stopStream": TIER_2,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "conversations.info": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "conversations.open": TIER_3,
    "conversations.join": TIER_3,
    "users.conversations": TIER_3,
    "reactions.add": TIER_3,
    "reactions.get": TIER_3,
    "agents.sessions.setStatus": TIER_3,
    "apps.connections.open": TIER_3,
    "files.delete": TIER_3,
    "team.info": TIER_3,
    "conversations.list": TIER_2,
    "users.list": TIER_2,
}
