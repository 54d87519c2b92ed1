"""The stand-in for Zoom as a process of its own, so that its work is not ours: `python -m bench._zoom_stand_in PLAN MEETINGS MS`.

Prints where it is and the numbers of its meetings, each with one person in it; on a line from its standard input it prints what was asked.
"""

import json
import sys

from pullcord.platforms import zoom_facts
from pullcord.platforms.zoom_facts import Scope
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.plans import BASIC, BUSINESS, PRO
from tests.fakes.zoom.serving import far, running

PLANS = {plan.name: plan for plan in (BASIC, PRO, BUSINESS)}
SCOPES = {scope.meeting for scope in vars(zoom_facts).values() if isinstance(scope, Scope)}


def main(plan: str, meetings: int, milliseconds: float) -> None:
    account = Account(plan=PLANS[plan])
    made = [account.schedule() for _ in range(meetings)]
    for one in made:
        account.join(one, "Ann", password=one.password)
    with running(account, away=far(half_ms=milliseconds, spread=0.0)) as zoom:
        # Without the dashboard, as on Pro: there nobody lists who is in a running meeting.
        zoom.scopes |= SCOPES - {zoom_facts.LIVE_LIST.meeting}
        told = {"address": zoom.address, "account": account.id, "client": account.client_id}
        secret = {"secret": account.client_secret, "rooms": [[one.id, one.password] for one in made]}
        print(json.dumps(told | secret), flush=True)
        for _ in sys.stdin:
            calls = [[call.method, call.path, call.status, call.at] for call in zoom.calls]
            live = sum(one.live is not None for one in made)
            print(json.dumps({"calls": calls, "live": live}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
