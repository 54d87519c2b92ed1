"""What Pullcord keeps: the tables, and every query, by subject. Nothing else uses the ORM.

A query that answers a person takes its owner; what is another's looks like what does not exist.
"""


class NotFound(Exception):
    """No such thing for this owner: another's, or none at all. The two are never told apart."""


class StoreBroken(Exception):
    """The database cannot be used. The text is a sentence for the operator."""
