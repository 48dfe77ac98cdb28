"""The tables, each with its named selects; nothing here decides or commits."""
