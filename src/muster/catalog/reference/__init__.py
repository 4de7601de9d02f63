"""Public facts that outlast an import: until when vendors support their releases."""
