"""What Houston shows: pure functions from facts to Slack messages and dialogs."""
