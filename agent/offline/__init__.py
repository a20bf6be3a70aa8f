"""The offline interpreter: English sentences into the tool calls that a model would make [L1].

A small grammar, one idea per module: `tokens` and `sentence` hold the words; `times`, `timing`,
`zones`, `checks` and `phrases` each recognise one kind of thing and claim its words; `operations`,
`changes` and `wishes` say what the sentence wants; `interpreter` is the chat model.
"""
