"""What Pullcord does: one verb, one file."""
