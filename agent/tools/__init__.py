"""The tools of the conversation: words become staged effects and cards, never deeds [C6].

Real models and the offline interpreter use the same ones. What a model should know about a tool
stands in its docstring.
"""
