"""Use cases, one file per verb: the only place where pipeline, db, blobs, queue and llm meet."""
