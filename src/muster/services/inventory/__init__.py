"""How the inventory changes: claims join or leave, what they touch is folded anew. Used by import, undo and redo."""
