"""`/mission hooks`: the addresses of Event Rules, shown to an editor alone [P6]."""

from __future__ import annotations

from bot.edge.commands import USAGE, BadCommand, Named, task_in
from bot.edge.context import Edge
from missions import cards as c
from missions import keys as k
from missions.blueprint import EventSource
from missions.hooks import Hook
from missions.ids import TaskId
from missions.phrases import say
from missions.viewer import Viewer

_NEEDS = {
    EventSource.WEBHOOK: "hook-webhook",
    EventSource.ALERTMANAGER: "hook-alertmanager",
    EventSource.GRAFANA: "hook-grafana",
    EventSource.GITHUB: "hook-github",
}


def hooks(edge: Edge, said: Named) -> c.Card:
    """Show the addresses; `new T1` makes a new one."""
    mission, actor = said.mission, said.order.place.actor(edge.team)
    first, _, more = said.more.partition(" ")
    if first.lower() == "new":
        task, _ = task_in(edge, Named(said.order, mission, more.strip()))
        known = edge.domain.lifecycle.hooks(actor, mission.id)
        wanted = task.id if task else next(iter(known), None) if len(known) == 1 else None
        if wanted is None:
            raise BadCommand(say("new-address-which", usage=USAGE["hooks"]))
        hook = edge.domain.lifecycle.renew_hook(actor, mission.id, wanted)
        lead = say("old-address-gone")
        return c.TextCard(text=f"{lead}\n{_line(edge, said, wanted, hook)}")
    if first:
        raise BadCommand(say("what-about-addresses", usage=USAGE["hooks"]))
    known = edge.domain.lifecycle.hooks(actor, mission.id)
    if not known:
        return c.TextCard(text=say("nothing-posts-to", mission=mission.name))
    lines = [_line(edge, said, task, hook) for task, hook in sorted(known.items())]
    tail = say("whoever-has-address")
    return c.TextCard(text="\n".join([*lines, tail]))


def _line(edge: Edge, said: Named, task: TaskId, hook: Hook) -> str:
    viewer = Viewer(team=edge.team, person=said.order.place.person)
    found = edge.domain.reader.blueprint(viewer, said.mission.id).task(task)
    title = say("task-named", title=found.title, id=task) if found else task
    base = str(edge.domain.redis.get(k.HTTP_ADDRESS) or "")
    if not base:
        return f"• {title}: {say('no-address-served', path=hook.path)}"
    line = f"• {title}. {say(_NEEDS[hook.source])}: {base}{hook.path}"
    if hook.source is EventSource.GITHUB:
        line = say("with-secret", line=line, secret_text=hook.secret)
    return line
