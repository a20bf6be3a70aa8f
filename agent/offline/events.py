"""Event Rules in a sentence: what they wait for, under which condition, how often they may run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.offline.acts import read_acts
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset
from missions.blueprint import EventSource

TAG = "event"
_LEADS = ("when", "whenever", "as soon as", "each time", "every time", "if", "once", "on", "after")
_ARTICLES = wordset("a an any the our my some new")
_PEOPLE = wordset("someone somebody anyone anybody people person")
_SAYS = wordset("says say posts post writes write mentions mention types type")
_REACTS = ("reacts with", "react with", "reacts", "puts", "adds", "reacts to a message with")
_ARRIVES = (
    "arrives", "comes in", "comes", "is called", "is received", "is posted", "fires",
    "is triggered", "calls", "hits", "posts", "arrive",
)  # fmt: skip
_FIRES = ("is firing", "fires", "fire", "goes off", "starts firing")
_RESOLVES = ("is resolved", "resolves", "resolve", "clears", "recovers")
_REPORTS = ("reports", "report", "sends an alert", "alerts", "sends", "says", "notifies", "calls")
_ALERTERS = {"alertmanager": EventSource.ALERTMANAGER, "grafana": EventSource.GRAFANA}
_HERE = ("in here", "in this channel", "in the channel", "on a message", "to a message", "here")
_ENDS = {
    "fails": "failure", "fail": "failure", "has failed": "failure", "failed": "failure",
    "succeeds": "success", "succeed": "success", "has succeeded": "success",
    "is successful": "success", "finishes": "finish", "finish": "finish", "is done": "finish",
    "has finished": "finish", "ends": "finish", "completes": "finish", "is finished": "finish",
    "has run": "finish", "ran": "finish",
}  # fmt: skip
_FINDS = ("finds a problem", "finds something", "finds problems", "has a finding", "is not good")
_PAIR_LEADS = wordset("with where whose and has having label labels for a the field")
_OPS = {
    "is not": "ne", "!=": "ne", "isn't": "ne", "is": "eq", "=": "eq", "==": "eq", "equals": "eq",
    "of": "eq", ":": "eq", "contains": "contains", "containing": "contains", "matches": "matches",
    "is above": "gt", "above": "gt", "over": "gt", ">": "gt", "is below": "lt", "below": "lt",
    "under": "lt", "<": "lt", "is at least": "ge", "at least": "ge", ">=": "ge",
    "is at most": "le", "at most": "le", "<=": "le", "is over": "gt", "is under": "lt",
}  # fmt: skip
_NO_FIELD = wordset(
    "check checks ping monitor watch test verify report tell make call name it is at most wait run "
    "only always in on to then and or every within under over http answers"
)
_LABELS = wordset(
    "severity alertname instance job service namespace cluster team env environment pod node host "
    "region app name status label"
)
"""Labels that need no sign before their value: “for severity critical”."""
_GITHUB_EVENTS = wordset(
    "branch_protection_rule check_run check_suite code_scanning_alert commit_comment create delete "
    "dependabot_alert deploy_key deployment deployment_review deployment_status discussion "
    "discussion_comment fork gollum issue_comment issues label member merge_group milestone "
    "package ping public pull_request pull_request_review pull_request_review_comment "
    "pull_request_review_thread push registry_package release repository repository_dispatch "
    "secret_scanning_alert star status team_add watch workflow_dispatch workflow_job workflow_run"
)
"""What GitHub names in the header `X-GitHub-Event`; a rule for another name would never start."""
_OWN_FIELDS = wordset("status startsAt startsat fingerprint receiver title state")
_HOURLY = ("an hour", "per hour", "each hour", "every hour", "a hour", "/ hour", "hourly")
_AT_MOST = ("at most", "no more than", "not more than", "max", "maximum", "up to", "only")
_PAUSES = ("wait", "pause", "pause of", "a pause of", "with a pause of", "cooldown of",
           "a cooldown of", "cooldown", "with a cooldown of")  # fmt: skip
_BETWEEN = ("between runs", "between two runs", "after each run", "after every run", "in between",
            "between them", "after a run", "between")  # fmt: skip
_PER = ("one run per", "one per", "once per", "dedupe by", "deduplicate by", "only once per",
        "one a day per")  # fmt: skip
_SECONDS = {
    "second": 1, "seconds": 1, "sec": 1, "secs": 1, "s": 1, "minute": 60, "minutes": 60, "min": 60,
    "mins": 60, "m": 60, "hour": 3600, "hours": 3600, "h": 3600,
}  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """What was said of events: an `EventSpec` as arguments, its limits, and the words for both."""

    spec: dict[str, Any] | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    words: str = ""

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return bool(self.spec or self.limits)

    @property
    def when(self) -> dict[str, Any] | None:
        """The arguments of `agent.operations.When`."""
        return {"event": {**self.spec, **self.limits}} if self.spec else None

    @property
    def on_task(self) -> bool:
        """Whether it waits for another Task of the Mission."""
        return bool(self.spec and self.spec["source"] == EventSource.TASK_RESULT.value)

    def under(self, earlier: Happening) -> Happening:
        """This over what was said before."""
        words = f"{earlier.words} {self.words}".strip()
        spec = self.spec or earlier.spec
        return Happening(
            spec, {**earlier.limits, **self.limits}, self.words if self.spec else words
        )


def find_happening(sentence: Sentence) -> Happening:
    """What the sentence waits for, claimed; what is to be done when a check fails is no event."""
    read_acts(sentence)
    limits = _limits(sentence)
    spec = None
    at = 0
    while at < len(sentence) and spec is None:
        if length := sentence.says_any(at, _LEADS):
            spec = _spec(sentence, at, at + length)
        at += 1
    return Happening(spec, limits, sentence.claimed_words(TAG))


def _spec(s: Sentence, start: int, at: int) -> dict[str, Any] | None:
    subject = at
    while s.low(subject) in _ARTICLES:
        subject += 1
    for read in (_after_task, _alert, _github, _webhook, _message, _reaction):
        if found := read(s, subject):
            spec, end = found
            s.claim(start, end, TAG)
            return spec
    return None


Read = tuple[dict[str, Any], int] | None


def _after_task(s: Sentence, at: int) -> Read:
    at += s.low(at) == "task"
    token = s.token(at)
    if token is None or token.kind not in (Kind.TASK, Kind.QUOTED):
        return None
    task = token.text.upper() if token.kind is Kind.TASK else token.text
    spec: dict[str, Any] = {"source": EventSource.TASK_RESULT.value, "after_task": task}
    if length := s.says_any(at + 1, _FINDS):
        spec["after"] = "success"
        spec["where"] = [{"field": "finding", "op": "ne", "value": "all_good"}]
        return spec, at + 1 + length
    length = s.says_any(at + 1, tuple(_ENDS))
    if not length:
        return None
    said = " ".join(s.low(i) for i in range(at + 1, at + 1 + length))
    spec["after"] = _ENDS[said]
    return spec, at + 1 + length


def _alert(s: Sentence, at: int) -> Read:
    source = _ALERTERS.get(s.low(at))
    end = at + 1
    if s.low(at) in ("alert", "alerts") and s.low(at + 1) in ("from", "of", "in"):
        source, end = _ALERTERS.get(s.low(at + 2)), at + 3
    if source is None:
        return None
    where = []
    for phrases, status in ((_FIRES, "firing"), (_RESOLVES, "resolved")):
        if length := s.says_any(end, phrases):
            where.append({"field": "status", "op": "eq", "value": status})
            end += length
            break
    else:
        length = s.says_any(end, _REPORTS)
        if not length and end == at + 1:
            return None
        end += length
    pairs, end = _pairs(s, end, "labels.")
    return {"source": source.value, **_where([*where, *pairs])}, end


def _github(s: Sentence, at: int) -> Read:
    if s.low(at) != "github":
        return None
    length = s.says_any(at + 1, _REPORTS)
    if not length:
        return None
    end = at + 1 + length
    end += s.low(end) in _ARTICLES
    name: list[str] = []
    while s.kind(end) is Kind.WORD and s.low(end) not in _NO_FIELD | _PAIR_LEADS and len(name) < 3:
        name.append(s.low(end))
        end += 1
    if name and "_".join(name) not in _GITHUB_EVENTS:
        return None
    event = [{"field": "event", "op": "eq", "value": "_".join(name)}] if name else []
    pairs, end = _pairs(s, end, "")
    return {"source": EventSource.GITHUB.value, **_where([*event, *pairs])}, end


def _webhook(s: Sentence, at: int) -> Read:
    if s.low(at) not in ("webhook", "webhooks", "hook"):
        return None
    length = s.says_any(at + 1, _ARRIVES)
    pairs, end = _pairs(s, at + 1 + length, "")
    return {"source": EventSource.WEBHOOK.value, **_where(pairs)}, end


def _message(s: Sentence, at: int) -> Read:
    if s.low(at) not in _PEOPLE or s.low(at + 1) not in _SAYS:
        return None
    end = at + 2
    while s.low(end) in ("the", "word", "words", "a", "message", "with", "that", "contains"):
        end += 1
    token = s.token(end)
    where = []
    if token and s.low(end) not in ("in", "here", "something", "anything", ","):
        where = [{"field": "text", "op": "contains", "value": token.text}]
        end += 1
    elif s.low(end) in ("something", "anything"):
        end += 1
    end += s.says_any(end, _HERE)
    return {"source": EventSource.SLACK_MESSAGE.value, **_where(where)}, end


def _reaction(s: Sentence, at: int) -> Read:
    if s.low(at) not in _PEOPLE:
        return None
    length = s.says_any(at + 1, _REACTS)
    if not length:
        return None
    end = at + 1 + length
    end += s.low(end) in _ARTICLES
    token = s.token(end)
    where = []
    if token and token.text.startswith(":") and len(token.text) > 1:
        where = [{"field": "reaction", "op": "eq", "value": token.text.strip(":")}]
        end += 1 + (s.low(end + 1) == ":")
    elif s.low(at + 1) not in ("reacts", "react"):
        return None
    end += s.low(end) in ("reaction", "emoji")
    end += s.says_any(end, _HERE)
    return {"source": EventSource.SLACK_REACTION.value, **_where(where)}, end


def _where(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"where": pairs} if pairs else {}


def _pairs(s: Sentence, at: int, prefix: str) -> tuple[list[dict[str, Any]], int]:
    """“with severity critical and instance web1”: comparisons, and where they end."""
    found: list[dict[str, Any]] = []
    end = at
    while True:
        start = end
        while s.low(start) in _PAIR_LEADS:
            start += 1
        pair = _pair(s, start, prefix) if start > end else None
        loose = any(s.low(i) == "for" for i in range(end, start))
        if pair is None or (loose and pair[1] == start + 2 and s.low(start) not in _LABELS):
            return found, end
        comparison, end = pair
        found.append(comparison)


def _pair(s: Sentence, at: int, prefix: str) -> tuple[dict[str, Any], int] | None:
    token = s.token(at)
    if token is None or token.kind not in (Kind.WORD, Kind.URL) or token.low in _NO_FIELD:
        return None
    name, sign, glued = token.text.partition("=")
    if sign and glued:
        return _comparison(prefix, name, "eq", glued), at + 1
    length = s.says_any(at + 1, tuple(_OPS))
    op = _OPS[" ".join(s.low(i) for i in range(at + 1, at + 1 + length))] if length else "eq"
    value = s.token(at + 1 + length)
    if value is None or value.kind in (Kind.PUNCT, Kind.URL):
        return None
    if not length and (value.low in _NO_FIELD or value.low in _PAIR_LEADS):
        return None
    typed = int(value.text) if value.kind is Kind.NUMBER else value.text
    return _comparison(prefix, token.text, op, typed), at + 2 + length


def _comparison(prefix: str, name: str, op: str, value: str | int) -> dict[str, Any]:
    plain = "." in name or name in _OWN_FIELDS
    return {"field": name if plain else f"{prefix}{name}", "op": op, "value": value}


def _limits(s: Sentence) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for at in range(len(s)):
        for read in (_cap, _pause, _dedupe):
            if said := read(s, at):
                name, value, end = said
                start = at - 1 if s.low(at - 1) in ("and", ",", "but", ";") else at
                s.claim(start, end, TAG)
                found.setdefault(name, value)
    return found


Limit = tuple[str, int | str, int] | None


def _cap(s: Sentence, at: int) -> Limit:
    length = s.says_any(at, _AT_MOST)
    number = s.number(at + length) if length else None
    if number is None and s.low(at + length) in ("once", "twice") and length:
        number = {"once": 1, "twice": 2}[s.low(at + length)]
    if number is None:
        return None
    end = at + length + 1
    end += s.low(end) in ("times", "runs", "time", "run")
    hourly = s.says_any(end, _HOURLY)
    return ("per_hour", number, end + hourly) if hourly else None


def _pause(s: Sentence, at: int) -> Limit:
    length = s.says_any(at, _PAUSES)
    start = at + length
    start += s.low(start) in ("for", "at", "of") if length else 0
    start += s.low(start) == "least"
    number, scale = s.number(start), _SECONDS.get(s.low(start + 1))
    if not length or number is None or scale is None:
        return None
    end = start + 2
    end += s.low(end) == "pause"
    between = s.says_any(end, _BETWEEN)
    if not between and s.low(at) not in ("cooldown", "a", "with"):
        return None
    return "pause_seconds", number * scale, end + between


def _dedupe(s: Sentence, at: int) -> Limit:
    length = s.says_any(at, _PER)
    token = s.token(at + length)
    if not length or token is None or token.kind not in (Kind.WORD, Kind.URL, Kind.QUOTED):
        return None
    if token.low in ("day", "hour", "week", "minute", "run"):
        return None
    return "dedupe", token.text, at + length + 1
