"""The practice meeting: a small real meeting in the browser, for the demo and for drills; one platform among others."""
