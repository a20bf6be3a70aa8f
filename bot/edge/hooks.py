"""`/mission hooks`: the addresses of Event Rules, shown to an editor alone [P6]."""

from __future__ import annotations

from bot.edge.commands import USAGE, BadCommand, Named, task_in
from bot.edge.context import Edge
from missions import cards as c
from missions import keys as k
from missions.blueprint import EventSource
from missions.hooks import Hook
from missions.ids import TaskId
from missions.viewer import Viewer

_NEEDS = {
    EventSource.WEBHOOK: "POST a JSON object to",
    EventSource.ALERTMANAGER: "As `url` of a `webhook_config` of Alertmanager",
    EventSource.GRAFANA: "As the URL of a webhook contact point of Grafana",
    EventSource.GITHUB: "As the payload URL of a GitHub webhook (content type JSON)",
}
_NO_ADDRESS = (
    "I serve no address here. Set HOUSTON_HTTP_PORT (and HOUSTON_PUBLIC_URL) and start me again; "
    "the path will be {path}"
)


def hooks(edge: Edge, said: Named) -> c.Card:
    """Show the addresses; `new T1` makes a new one."""
    mission, actor = said.mission, said.order.place.actor(edge.team)
    first, _, more = said.more.partition(" ")
    if first.lower() == "new":
        task, _ = task_in(edge, Named(said.order, mission, more.strip()))
        known = edge.domain.lifecycle.hooks(actor, mission.id)
        wanted = task.id if task else next(iter(known), None) if len(known) == 1 else None
        if wanted is None:
            raise BadCommand(f"A new address for which Task? {USAGE['hooks']}")
        hook = edge.domain.lifecycle.renew_hook(actor, mission.id, wanted)
        lead = "The old address no longer works.\n"
        return c.TextCard(text=lead + _line(edge, said, wanted, hook))
    if first:
        raise BadCommand(f"What about the addresses? {USAGE['hooks']}")
    known = edge.domain.lifecycle.hooks(actor, mission.id)
    if not known:
        return c.TextCard(text=f"Nothing posts to {mission.name}: it has no rule with an address.")
    lines = [_line(edge, said, task, hook) for task, hook in sorted(known.items())]
    tail = "Whoever has an address can send to it. `/mission hooks … new T1` makes a new one."
    return c.TextCard(text="\n".join([*lines, tail]))


def _line(edge: Edge, said: Named, task: TaskId, hook: Hook) -> str:
    viewer = Viewer(team=edge.team, person=said.order.place.person)
    found = edge.domain.reader.blueprint(viewer, said.mission.id).task(task)
    title = f"“{found.title}” ({task})" if found else task
    base = str(edge.domain.redis.get(k.HTTP_ADDRESS) or "")
    if not base:
        return f"• {title}: {_NO_ADDRESS.format(path=hook.path)}"
    line = f"• {title}. {_NEEDS[hook.source]}: {base}{hook.path}"
    if hook.source is EventSource.GITHUB:
        line += f" with the secret `{hook.secret}`"
    return line
