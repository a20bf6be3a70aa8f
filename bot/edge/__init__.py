"""The edge to Slack: events in, clicks in, commands in; accepted, checked, answered."""
