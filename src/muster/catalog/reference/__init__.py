"""Public facts that outlast an import, such as until when vendors support their releases; each names its source."""
