"""The domain of Houston: Missions, Blueprints, Tasks, Occurrences, Executions, Proposals.

It knows nothing of Slack, of models or of queues. What it needs to be told by others stands in
`missions.ports`.
"""
