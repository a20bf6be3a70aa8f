"""`/mission hooks`: the addresses of Event Rules, shown to an editor alone [P6]."""

from __future__ import annotations

from bot.blocks.commands_card import USAGE
from bot.edge.commands import BadCommand, Named, task_in
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

_PROOFS = {EventSource.GITHUB: "with-secret", EventSource.GRAFANA: "with-grafana-proof"}


def hooks(edge: Edge, said: Named) -> c.Card:
    """Show the addresses; `new T1` makes a new one, `signed T1` and `open T1` say who may send."""
    mission, actor = said.mission, said.order.place.actor(edge.team)
    first, _, more = said.more.partition(" ")
    change = first.lower()
    if change and change not in ("new", "signed", "open"):
        raise BadCommand(say("what-about-addresses", usage=USAGE["hooks"]))
    known = edge.domain.lifecycle.hooks(actor, mission.id)
    if change:
        task, _ = task_in(edge, Named(said.order, mission, more.strip()))
        wanted = task.id if task else next(iter(known), None) if len(known) == 1 else None
        if wanted is None:
            raise BadCommand(say("which-address", usage=USAGE["hooks"]))
        return _changed(edge, said, wanted, change)
    if not known:
        return c.TextCard(text=say("nothing-posts-to", mission=mission.name))
    lines = [_line(edge, said, task, hook) for task, hook in sorted(known.items())]
    tail = say("whoever-has-address")
    return c.TextCard(text="\n".join([*lines, tail]))


def _changed(edge: Edge, said: Named, task: TaskId, change: str) -> c.Card:
    lifecycle, actor = edge.domain.lifecycle, said.order.place.actor(edge.team)
    mission = said.mission.id
    if change == "new":
        hook, lead = lifecycle.renew_hook(actor, mission, task), say("old-address-gone")
    else:
        hook = lifecycle.sign_hook(actor, mission, task, signed=change == "signed")
        lead = say("address-signed" if hook.signed else "address-open")
    return c.TextCard(text=f"{lead}\n{_line(edge, said, task, hook)}")


def _line(edge: Edge, said: Named, task: TaskId, hook: Hook) -> str:
    viewer = Viewer(team=edge.team, person=said.order.place.person)
    found = edge.domain.reader.blueprint(viewer, said.mission.id).task(task)
    title = say("task-named", title=found.title, id=task) if found else task
    base = str(edge.domain.redis.get(k.HTTP_ADDRESS) or "")
    if not base:
        return f"• {title}: {say('no-address-served', path=hook.path)}"
    line = f"• {title}. {say(_NEEDS[hook.source])}: {base}{hook.path}"
    if hook.signed:
        line = say(_PROOFS.get(hook.source, "with-bearer"), line=line, secret_text=hook.secret)
    return line
