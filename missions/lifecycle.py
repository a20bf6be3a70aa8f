"""Everything that a person's click or word does to a Mission, in one object."""

from __future__ import annotations

from missions.verbs.deletes import Deletes
from missions.verbs.plans import Plans
from missions.verbs.runs import Runs
from missions.verbs.switches import Switches


class Lifecycle(Plans, Switches, Runs, Deletes):
    """Launch, apply, discard; disable, enable, rename; run, try, stop; delete."""
