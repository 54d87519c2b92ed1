"""The doors for people: host pages, guest pages, sign-in."""
