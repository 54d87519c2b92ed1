"""What must work when everything else is broken: the journal, the stop kits and the keys that seal them."""
