"""What real senders post, in the shapes that they document."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def alertmanager(*severities: str, status: str = "firing", start: int = 0) -> Json:
    """Alertmanager's webhook, version 4, with one alert per severity."""
    alerts = [
        {
            "status": status,
            "labels": {"alertname": "HighLatency", "severity": severity, "instance": f"web{n}"},
            "annotations": {"summary": f"p95 above 800 ms on web{n}"},
            "startsAt": f"2026-11-23T10:0{start}:00.000Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example/graph?g0.expr=up",
            "fingerprint": f"c1b2a3d4e5f6000{n}",
        }
        for n, severity in enumerate(severities)
    ]
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HighLatency"}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "houston",
        "groupLabels": {"alertname": "HighLatency"},
        "commonLabels": {"alertname": "HighLatency"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": alerts,
    }


def grafana(status: str = "firing") -> Json:
    """Grafana's unified alerting."""
    alert = {
        "status": status,
        "labels": {"alertname": "Disk full", "grafana_folder": "Ops", "severity": "critical"},
        "annotations": {"summary": "Disk is 97 % full"},
        "startsAt": "2026-11-23T10:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "values": {"A": 97.2, "C": 1},
        "generatorURL": "https://grafana.example/alerting/grafana/1/view",
        "fingerprint": "57c6d9296de2ad39",
        "silenceURL": "https://grafana.example/alerting/silence/new",
        "dashboardURL": "",
        "panelURL": "",
        "imageURL": "",
    }
    return {
        "receiver": "houston",
        "status": status,
        "orgId": 1,
        "alerts": [alert],
        "groupLabels": {},
        "commonLabels": {"alertname": "Disk full"},
        "commonAnnotations": {},
        "externalURL": "https://grafana.example/",
        "version": "1",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "title": "[FIRING:1] Disk full",
        "state": "alerting",
        "message": "**Firing**",
    }


def github(action: str = "closed") -> Json:
    """GitHub's `pull_request` event, shortened."""
    return {
        "action": action,
        "number": 7,
        "pull_request": {
            "merged": True,
            "title": "Faster checkout",
            "head": {"ref": "fast", "sha": "abc", "repo": {"full_name": "acme/shop"}},
            "base": {"ref": "main"},
            "labels": [{"name": "deploy"}],
        },
        "repository": {"full_name": "acme/shop", "private": True},
        "sender": {"login": "octocat"},
    }
