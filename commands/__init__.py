"""The `flask …` commands: one group a file; each refuses in a sentence, never with a traceback."""
