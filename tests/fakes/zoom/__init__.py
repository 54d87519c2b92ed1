"""A stand-in for Zoom, on loopback: nobody here has an account with the real one. Stateful and strict; see README.md beside it."""
