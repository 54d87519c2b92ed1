"""A watcher's link on paper: made from the page that shows the link once, and kept nowhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from pullcord.jobs.desk import current
from pullcord.safe.keys import digest
from pullcord.store import NotFound, meetings
from pullcord.store.models import Cord
from pullcord.web.present import hands_of
from pullcord.web.views.asked import me


@sensitive_post_parameters()
@require_POST
def card(request: HttpRequest, meeting_id: str) -> HttpResponse:
    """The link comes back from the page that shows it: we have only its digest. By POST, so that no address carries it."""
    meeting = meetings.find(me(request), meeting_id)
    token = request.POST.get("link", "").rpartition("/")[2]
    told = {
        "cord": _holding(meetings.cords(me(request), meeting_id), token),
        "meeting": meeting,
        "link": f"{current().config.address}/c/{token}",
        "hands": hands_of(meeting.platform),
        "with_names": request.POST.get("names") == "with",
    }
    return render(request, "meetings/card.html", told)


def _holding(cords: list[Cord], token: str) -> Cord:
    """Raises NotFound: no card is made for a link that ends nothing here."""
    marked = digest(token)
    found = next((cord for cord in cords if cord.digest == marked), None)
    if found is None:
        raise NotFound
    return found
