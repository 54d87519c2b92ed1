"""The guide's pages: what to do, for anyone, with nothing set up. Written as files, or served at /guide; the same either way."""
