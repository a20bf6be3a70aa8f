"""Everything that a person's click or word does to a Mission, in one object."""

from __future__ import annotations

from missions.feedback import Feedbacks
from missions.verbs.addresses import Addresses
from missions.verbs.approvals import ApprovalVerbs
from missions.verbs.backfills import Backfills
from missions.verbs.deletes import Deletes
from missions.verbs.drafts import Drafts
from missions.verbs.mutes import Mutes
from missions.verbs.owners import Owners
from missions.verbs.places import Places
from missions.verbs.plans import Plans
from missions.verbs.runs import Runs
from missions.verbs.settings import SettingsVerbs
from missions.verbs.summaries import SummaryPlans
from missions.verbs.switches import Switches
from missions.verbs.tasks import Tasks


class Lifecycle(
    Drafts,
    Plans,
    Owners,
    Places,
    Switches,
    Tasks,
    Mutes,
    Runs,
    ApprovalVerbs,
    Backfills,
    Deletes,
    Addresses,
    Feedbacks,
    SummaryPlans,
    SettingsVerbs,
):
    """Launch, apply, discard; disable, enable, rename; Tasks alone; mute; run, stop; approve;
    delete; owners and places; feedback; settings."""
