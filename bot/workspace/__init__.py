"""The local workspace: a strict stand-in for Slack on this machine, with a page in the browser.

It knows nothing of the rest of the project but Slack's limits. The bot reaches it through
`SLACK_API_URL` exactly as it reaches Slack.
"""
