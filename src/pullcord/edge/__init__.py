"""The fast door: what must answer in milliseconds, or while everything else is broken. No session, no cookie, no database."""

from pullcord.edge.app import build, make_ready

__all__ = ["build", "make_ready"]
