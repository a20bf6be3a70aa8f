"""Makes of a workspace an organisation: one installation, for channels of its workspaces."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

Json = dict[str, Any]
NOT_FOUND: Json = {"ok": False, "error": "channel_not_found"}


@dataclass
class Organisation:
    """What Slack says of an organisation.

    `homes` are the workspaces of each channel, `granted` those that let the app in. `used` has each
    call about a channel, with the token that it was made with.
    """

    id: str
    homes: dict[str, frozenset[str]]
    granted: set[str]
    used: list[tuple[str, str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def refuses(self, name: str, token: str, body: bytes) -> Json | None:
        """What is answered instead of being passed on."""
        if token not in self.tokens:
            return None
        if name == "auth.teams.list":
            return {"ok": True, "teams": [{"id": one} for one in sorted(self.granted)]}
        channel = str(_arguments(body).get("channel") or "")
        if channel:
            self.used.append((name, channel, token))
        homes = self.homes.get(channel)
        return NOT_FOUND if homes and not homes & self.granted else None

    def reshape(self, name: str, answer: Json) -> Json:
        """An answer of the workspace, as the organisation gives it."""
        org = {"id": self.id, "name": "Acme"}
        match name:
            case "oauth.v2.access" if "access_token" in answer:
                self.tokens.add(answer["access_token"])
                return {**answer, "team": None, "enterprise": org, "is_enterprise_install": True}
            case "conversations.info" if answer["ok"]:
                homes = sorted(self.homes.get(answer["channel"]["id"], ()))
                more = {"context_team_id": homes[0], "internal_team_ids": homes} if homes else {}
                return {**answer, "channel": answer["channel"] | more}
            case "users.info" if answer["ok"]:
                own = {"enterprise_id": self.id, "teams": sorted(self.granted)}
                return {**answer, "user": answer["user"] | {"enterprise_user": own}}
        return answer

    def sent(self, text: str) -> str:
        """What one of its workspaces sends, as the installation on all of it has it."""
        if text.startswith("{"):
            return json.dumps(self._event(json.loads(text)))
        form = dict(parse_qsl(text, keep_blank_values=True))
        if "payload" in form:
            return urlencode({"payload": json.dumps(self._pressed(json.loads(form["payload"])))})
        own = {"enterprise_id": self.id, "team_id": self._home(form.get("channel_id", ""))}
        return urlencode(form | own | {"is_enterprise_install": "true"})

    def _home(self, channel: str) -> str:
        """A workspace from which something in a channel may come, or outside of any."""
        return sorted(self.homes.get(channel) or self.granted)[0]

    def _event(self, body: Json) -> Json:
        if body["type"] != "event_callback":
            return body
        place = body["event"].get("channel") or (body["event"].get("item") or {}).get("channel")
        home = self._home(place if isinstance(place, str) else "")
        own: Json = {"enterprise_id": self.id, "team_id": home}
        granted = own | {"is_enterprise_install": True}
        return body | own | {"authorizations": [a | granted for a in body["authorizations"]]}

    def _pressed(self, body: Json) -> Json:
        home = self._home(str((body.get("channel") or {}).get("id")))
        enterprise = {"id": self.id, "name": "Acme"}
        body["team"] |= {"id": home, "enterprise_id": self.id, "enterprise_name": "Acme"}
        body["user"]["team_id"] = home
        if view := body.get("view"):
            view |= {"team_id": home, "app_installed_team_id": self.id}
        return body | {"enterprise": enterprise, "is_enterprise_install": True}


def _arguments(body: bytes) -> Json:
    text = body.decode(errors="replace")
    if text.startswith("{"):
        found: Json = json.loads(text)
        return found
    return dict(parse_qsl(text))
