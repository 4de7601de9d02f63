"""Where uploaded files and staged tables lie: a local folder, or an object store by URL."""
