"""Pullcord: the emergency cord for online meetings."""
