"""Versions and undo at the edge: what only shows is shown, what changes is said to the agent."""

from __future__ import annotations

from bot.blocks.commands_card import USAGE
from bot.blocks.versions_dialog import difference_view, versions_view
from bot.edge.click import Click
from bot.edge.commands import BadCommand, Named
from bot.edge.context import Edge
from bot.edge.place import Place
from bot.edge.records import show_record
from bot.edge.saying import say_to
from bot.facts.versions import diff_facts, versions_page
from missions import cards as c
from missions.errors import ProposalRefused, UnknownMission
from missions.ids import MissionId
from missions.mission import Mission
from missions.phrases import say
from missions.viewer import Viewer


def versions(edge: Edge, said: Named) -> c.Card:
    """All versions."""
    _require_launched(said.mission)
    return c.VersionsCard(mission=said.mission.id)


def compare(edge: Edge, said: Named) -> c.Card:
    """What changed between two versions; without the second, until now."""
    _require_launched(said.mission)
    typed = [word for word in said.more.replace(",", " ").split() if word.isascii()]
    numbers = [int(word) for word in typed if word.isdigit() and len(word) <= 6]
    there = _versions(edge, said)
    if not numbers and not typed and len(there) > 1:
        numbers = [there[-2], there[-1]]
    if len(numbers) == 1:
        numbers.append(said.mission.version)
    if len(numbers) != 2 or not set(numbers) <= set(there):
        known = ", ".join(map(str, there[-10:]))
        raise BadCommand(say("which-versions", usage=USAGE["diff"], known=known))
    return c.DiffCard(mission=said.mission.id, first=numbers[0], last=numbers[1])


def put_back(edge: Edge, said: Named) -> c.Card:
    """Ask for a proposal that restores a version: it is verified and shown before it applies."""
    wanted = said.more.strip()
    if not wanted.isdigit() or int(wanted) not in _versions(edge, said):
        known = ", ".join(map(str, _versions(edge, said)[-10:]))
        raise BadCommand(
            say("which-version", usage=USAGE["restore"], known=known or say("none-yet"))
        )
    _ask(edge, said.order.place, said.mission, f"restore version {wanted}")
    return c.TextCard(text=say("answer-in-thread", mission=said.mission.name))


def undo(edge: Edge, said: Named) -> c.Card:
    """Ask for the card that takes back the latest change."""
    _ask(edge, said.order.place, said.mission, "undo")
    return c.TextCard(text=say("answer-in-thread", mission=said.mission.name))


def open_versions(edge: Edge, click: Click) -> None:
    """All versions in a dialog, on the one that was pressed in."""
    _list(edge, click, click.value.page or 1)


def _list(edge: Edge, click: Click, page: int = 1, notice: str = "") -> None:
    facts = versions_page(edge.gather(click.place.person), _mission(click), page)
    show_record(edge, click.place, versions_view(facts, notice))


def diff(edge: Edge, click: Click) -> None:
    """What changed between two versions: in the dialog, or to that person alone."""
    value = click.value
    mission = _mission(click)
    if value.page is None or value.version is None:
        raise ProposalRefused(say("card-unknown"), "unknown")
    if click.place.dialog:
        gather = edge.gather(click.place.person)
        found = diff_facts(gather, mission, value.page, value.version)
        view = difference_view(versions_page(gather, mission, 1), found)
        show_record(edge, click.place, view)
        return
    edge.tell(click.place, c.DiffCard(mission=mission, first=value.page, last=value.version))


def restore(edge: Edge, click: Click) -> None:
    """As the command, from a button."""
    found = edge.domain.store.mission(edge.team, _mission(click))
    if found is None or click.value.version is None:
        raise UnknownMission(click.value.mission or "")
    _ask(edge, click.place, found, f"restore version {click.value.version}")
    if click.place.dialog:
        _list(edge, click, notice=say("answer-in-thread", mission=found.name))


def _ask(edge: Edge, place: Place, mission: Mission, words: str) -> None:
    """Say it in the Mission's thread, as if the person had written it."""
    say_to(edge, place, mission, f"{mission.id}: {words}", f"{place.click}:{words}")


def _versions(edge: Edge, said: Named) -> tuple[int, ...]:
    viewer = Viewer(team=edge.team, person=said.order.place.person)
    return edge.domain.reader.versions(viewer, said.mission.id)


def _mission(click: Click) -> MissionId:
    if click.value.mission is None:
        raise UnknownMission("")
    return click.value.mission


def _require_launched(mission: Mission) -> None:
    if not mission.version:
        raise BadCommand(say("draft-no-versions", mission=mission.name))
