"""Words that are never said to the people we serve, wherever the sentence comes from."""

import re
from typing import Final

# Spelled so that this file is not its own offence.
FORBIDDEN: Final = re.compile(
    r"child[- ]porn|kinderporn|\b[p]orn\w*"
    r"|zoom-?bomb|\bhack(?:er|ers|ed|ing)\b|\boffenders?\b|\bperpetrators?\b|\bpa?edophil\w*"
    r"|\bvictims?\b(?! (?:support|assist|services?|of crime|access|helpline))"
    r"|just a [p]rank|only a [p]rank|I know how [y]ou feel|\bclosure\b|\bcalm down\b|\boverreact\w*"
    r"|\byou should have\b|\byour (?:own )?fault\b|\bonly an? (?:image|picture|video|screen)\b",
    re.IGNORECASE,
)
"""People affected are not called by what was done to them; "Victim Support" and the like are names of bodies."""
