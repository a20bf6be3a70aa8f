"""The agent: the conversation graph, the task graph, tools, prompts, the offline interpreter."""
