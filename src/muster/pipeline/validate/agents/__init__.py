"""The validation agents, one file each; a module's constant AGENT is found by its file name."""
