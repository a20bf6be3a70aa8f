"""HTTP checks and what is expected of them: from a model's arguments, and back into words [B2]."""

from __future__ import annotations

from urllib.parse import urlsplit

from agent.operations import HttpCheck, Limits
from agent.triggers import OperationRefused
from missions.blueprint import Check, Expectation, Finding, Op
from missions.ids import CheckId
from missions.phrases import listed, say

URL_MAX = 2000
STATUS = "status"
LATENCY = "latency_ms"
BODY = "body"
CERTIFICATE = "certificate_days"
FIELDS = {"status": STATUS, "latency": LATENCY, "text": BODY, "certificate": CERTIFICATE}
"""What a person calls a measurement → its field."""


def check_from(check_id: CheckId, spec: HttpCheck) -> Check:
    """The check meant; status 200 is expected unless something else is said of the status.

    A check of the certificate alone looks at nothing else. Raises `OperationRefused`.
    """
    expect = _expectations(spec)
    if not any(e.field in (STATUS, BODY, LATENCY) for e in expect) and spec.cert_days is None:
        expect = _status("200")
    elif spec.status is None and any(e.field in (BODY, LATENCY) for e in expect):
        expect = (*_status("200"), *expect)
    url = _usable(spec.url)
    if spec.cert_days is not None and not url.startswith("https:"):
        raise OperationRefused(say("op-no-certificate", url=url))
    return Check(id=check_id, tool="http", arguments={"url": url}, expect=expect)


def set_limits(check: Check, limits: Limits) -> Check:
    """The check with other expectations; those that are not named stay."""
    new = {
        e.field: [x for x in _expectations(limits) if x.field == e.field]
        for e in _expectations(limits)
    }
    kept = [e for e in check.expect if e.field not in new]
    if not new:
        raise OperationRefused(say("op-expect-what"))
    together = (*kept, *(e for group in new.values() for e in group))
    return check.model_copy(update={"expect": tuple(sorted(together, key=_order))})


def drop_limit(check: Check, what: str) -> Check | None:
    """The check without one expectation; None if nothing is left of it."""
    left = tuple(e for e in check.expect if e.field != FIELDS[what])
    return check.model_copy(update={"expect": left}) if left else None


def describe(check: Check, what: str) -> bool:
    """Whether the check looks at that."""
    return any(e.field == FIELDS[what] for e in check.expect)


def host_of(check: Check) -> str:
    """The host a check asks."""
    url = str(check.arguments.get("url", ""))
    return urlsplit(url).netloc or check.tool


def check_words(check: Check) -> str:
    """The check as an objective in words."""
    target = check.arguments.get("url", check.tool)
    return say("objective-of", target=target, wanted=listed([*map(_words, check.expect)] or [""]))


def _order(expectation: Expectation) -> int:
    order = list(FIELDS.values())
    return order.index(expectation.field) if expectation.field in order else len(order)


def _words(e: Expectation) -> str:
    if e.field == STATUS:
        how = {Op.GE: "wants-status-least", Op.LE: "wants-status-most"}.get(e.op, "wants-status")
        return say(how, value=e.value)
    if e.field == LATENCY:
        return say("wants-under", value=e.value)
    if e.field == CERTIFICATE:
        return say("wants-certificate", value=e.value)
    return say("wants-contains" if e.op is Op.CONTAINS else "wants-matches", value=e.value)


def _expectations(limits: Limits) -> tuple[Expectation, ...]:
    found = list(_status(limits.status))
    if limits.under_ms is not None:
        found.append(_expect(LATENCY, Op.LT, limits.under_ms, Finding.ATTENTION))
    if limits.contains is not None:
        found.append(_expect(BODY, Op.CONTAINS, limits.contains, Finding.CRITICAL))
    if limits.matches is not None:
        found.append(_expect(BODY, Op.MATCHES, limits.matches, Finding.CRITICAL))
    if limits.cert_days is not None:
        found.append(_expect(CERTIFICATE, Op.GE, limits.cert_days, Finding.ATTENTION))
    return tuple(found)


def _status(status: str | None) -> tuple[Expectation, ...]:
    """One status is compared, a range (`200-299`) has two bounds."""
    if status is None:
        return ()
    low, _, high = status.partition("-")
    if not high:
        return (_expect(STATUS, Op.EQ, int(low), Finding.CRITICAL),)
    if int(low) >= int(high):
        raise OperationRefused(say("op-no-status-range", status=status))
    bounds = ((Op.GE, low), (Op.LE, high))
    return tuple(_expect(STATUS, op, int(value), Finding.CRITICAL) for op, value in bounds)


def _expect(field: str, op: Op, value: str | int, severity: Finding) -> Expectation:
    return Expectation(field=field, op=op, value=value, severity=severity)


def _usable(url: str) -> str:
    """The address with a scheme. Raises `OperationRefused`."""
    text = url.strip().strip("<>")
    if "://" not in text:
        text = f"https://{text}"
    parts = _split(text)
    if parts is None or len(text) > URL_MAX or any(c.isspace() for c in text):
        raise OperationRefused(say("op-no-address", text=_quoted(text)))
    return text


def _quoted(text: str) -> str:
    """The address for saying back, unless it may hold a password [P7]."""
    return say("op-that") if "@" in text else say("quoted", text=text[:80])


def _split(text: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    return parts.scheme, host
