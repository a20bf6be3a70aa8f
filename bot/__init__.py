"""The edge to Slack, the cards, deliveries, the local workspace and the command line."""
