"""Django's way to PostgreSQL, over a connection that does not wait for ever. Django looks for it by the name of this folder."""
