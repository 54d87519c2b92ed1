"""What the pages ask for. Empty means "not known", never "no"."""

from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from pullcord.core.retention import is_allowed
from pullcord.core.sender import LONGEST

MOST_HOURS = 24 * 7


class When(forms.DateTimeField):
    """The browser's own picker; a browser without one takes the text."""

    def __init__(self, **told: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(required=False, widget=widget, input_formats=formats, **told)


class Secret(forms.CharField):
    """Typed once and never shown again, neither in the page that comes back with an error."""

    def __init__(self, **told: Any) -> None:
        told.setdefault("strip", False)
        super().__init__(widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}), **told)


class FirstOwner(forms.Form):
    username = forms.CharField(
        label=_("Your name for signing in"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and @ . + - _ without spaces. Others on this server may see it."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = Secret(
        label=_("A password"), help_text=_("At least 12 characters. Three or four words are easy to keep.")
    )
    again = Secret(label=_("The same password once more"))
    organisation = forms.CharField(
        label=_("What your organisation is called"),
        max_length=200,
        required=False,
        help_text=_("A neutral word is enough. Only those you invite see it; you can change it later."),
    )

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        password = told.get("password")
        if password and told.get("again") and password != told["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        elif password:
            _judge(self, password)
        return told


class NewAccount(FirstOwner):
    """For whoever comes by an invitation."""

    organisation = None  # type: ignore[assignment]  # Django's way of leaving out an inherited field
    name = forms.CharField(label=_("How the others shall see you"), max_length=150, required=False)
    field_order = ("name", "username", "password", "again")


class NewPassword(FirstOwner):
    """The same, for an account that is there: without a name."""

    username = organisation = None  # type: ignore[assignment]


ROLES = (
    ("host", _("Host: has meetings, and sees those and their records only")),
    ("lead", _("Safeguarding lead: sees all records, and changes no meeting")),
    ("caseworker", _("Caseworker: helps others, and sees only the records that they are asked to help with")),
    ("owner", _("Owner: sees and changes everything, and invites others")),
)


class Invite(forms.Form):
    who = forms.CharField(label=_("Who is invited"), max_length=200, help_text=_("A name, for your own list."))
    role = forms.ChoiceField(label=_("What they may do"), choices=ROLES, widget=forms.RadioSelect)


class OrganisationName(forms.Form):
    name = forms.CharField(label=_("What your organisation is called"), max_length=200)


class SenderName(forms.Form):
    sender = forms.CharField(
        label=_("The name over your messages"),
        max_length=LONGEST,
        required=False,
        help_text=_("A first name, or a word that says nothing. Not what happened, not what your group is about."),
    )


class NewLine(forms.Form):
    name = forms.CharField(label=_("Who answers"), max_length=80)
    number = forms.CharField(label=_("The number, as it is dialled"), max_length=40)
    hours = forms.CharField(label=_("When they answer"), max_length=200, required=False)
    source = forms.CharField(
        label=_("Where you read the number"),
        max_length=200,
        help_text=_("The address of their own page, or for example “their letter of 3 May”."),
    )


class AskHelp(forms.Form):
    who = forms.CharField(label=_("Who is asked"), max_length=200, help_text=_("A name, for your own list."))
    until = forms.DateField(
        label=_("Until which day"),
        help_text=_("At most 90 days from now."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class Keeping(forms.Form):
    people_days = forms.TypedChoiceField(
        label=_("Who was in a meeting that was ended"),
        coerce=int,
        help_text=_("Counted from the day on which it was ended. Usual: a year."),
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (180, _("half a year")),
            (365, _("a year")),
            (1095, _("three years")),
        ],
    )
    words_days = forms.TypedChoiceField(
        label=_("What you wrote on a record in your own words"),
        coerce=int,
        help_text=_(
            "Counted from the last time somebody wrote on it. Names of people are often among it. Usual: a year."
        ),
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (180, _("half a year")),
            (365, _("a year")),
            (1095, _("three years")),
        ],
    )
    looks_days = forms.TypedChoiceField(
        label=_("Who looked at these names"),
        coerce=int,
        help_text=_("At least as long as the names. Usual: two years, for the question may come late."),
        choices=[(365, _("a year")), (730, _("two years")), (1825, _("five years"))],
    )

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        if len(told) == 3 and not is_allowed(**told):
            self.add_error("looks_days", _("Keep this at least as long as the names."))
        return told


def _judge(form: forms.Form, password: str) -> None:
    try:
        validate_password(password)
    except forms.ValidationError as error:
        form.add_error("password", error)


class Hours(forms.Form):
    """A meeting's name, hours and how long the way back is barred."""

    name = forms.CharField(
        label=_("What you call this meeting"),
        max_length=200,
        help_text=_("Only you and those you give a link to see it."),
    )
    starts = When(
        label=_("Begins"),
        help_text=_("Leave it empty for a meeting without fixed hours. A link works at any time then."),
    )
    ends = When(label=_("Ends"))
    hold_hours = forms.FloatField(
        label=_("After it is ended, keep everybody out for so many hours"),
        min_value=1,
        max_value=MOST_HOURS,
        initial=12,
        help_text=_(
            "Shorter than the time until your next meeting on the same link. You can let people back in sooner."
        ),
    )

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        starts, ends = told.get("starts"), told.get("ends")
        if ends and not starts:
            self.add_error("starts", _("A meeting that ends also begins: say when."))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("It ends before it begins."))
        return told

    def columns(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            "name": told["name"],
            "starts": told["starts"],
            "ends": told["ends"],
            "hold_seconds": told["hold_hours"] * 3600.0,
        }


class ConnectionName(forms.Form):
    name = forms.CharField(
        label=_("What you call this connection"),
        max_length=200,
        help_text=_("All who may have meetings in your organisation see this name, and nothing else of it."),
    )


class NewRoom(forms.Form):
    """What a room is made with, beside its name and hours."""

    invitations = forms.IntegerField(
        label=_("How many invitations"),
        min_value=1,
        max_value=500,
        initial=20,
        help_text=_("One for each person. Who is removed does not get in again with theirs."),
    )


class GiveLink(forms.Form):
    who = forms.CharField(
        label=_("Who gets this link"),
        max_length=200,
        help_text=_("A name, so that you know who pressed. One link for each person."),
    )
    expires = When(
        label=_("Works until"),
        help_text=_("Empty: until a day after the meeting, or for 90 days where it has no hours."),
    )


class GiveToken(forms.Form):
    name = forms.CharField(label=_("Which program gets it"), max_length=200)
    expires = When(label=_("Works until"), help_text=_("Empty: for 90 days."))


class ByHand(forms.Form):
    """A record opened by hand. Every field may stay empty."""

    title = forms.CharField(
        label=_("What shall this record be called"),
        max_length=200,
        required=False,
        help_text=_("A neutral word is enough, such as “Tuesday”."),
    )
    meeting_id = forms.ChoiceField(label=_("Which meeting"), required=False)
    happened_at = When(label=_("When it happened"))
    over_at = When(label=_("When it was over"))
    people_out = forms.IntegerField(
        label=_("How many people were there"), required=False, min_value=0, max_value=1_000_000
    )
    told = forms.CharField(
        label=_("What happened, in your own words"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea,
        help_text=_("Words only. Do not describe a picture closely, and paste no link to one."),
    )

    def __init__(self, *given: Any, meetings: list[tuple[str, str]] | None = None, **told: Any) -> None:
        super().__init__(*given, **told)
        choice = cast(forms.ChoiceField, self.fields["meeting_id"])
        choice.choices = [("", _("Not known, or not one of these")), *(meetings or [])]

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        happened, over = told.get("happened_at"), told.get("over_at")
        if happened and over and over < happened:
            self.add_error("over_at", _("It was over before it happened."))
        return told


class Words(forms.Form):
    """What the host adds to a record later."""

    title = forms.CharField(label=_("What this record is called"), max_length=200, required=False)
    happened_at = When(label=_("When it began"))
    told = forms.CharField(
        label=_("What happened, in your own words"), required=False, max_length=20_000, widget=forms.Textarea
    )


class MoreWords(Words):
    """For a record opened by hand, where these are the host's to say."""

    over_at = When(label=_("When it was over"))
    people_out = forms.IntegerField(
        label=_("How many people were there"), required=False, min_value=0, max_value=1_000_000
    )


class BackIn(forms.Form):
    """Asks of a watcher's press only where there was one."""

    false_alarm = forms.ChoiceField(label=_("Was a press a false alarm?"), widget=forms.RadioSelect, required=False)
    revoke = forms.BooleanField(label=_("Revoke that link and go on"), required=False)

    def __init__(self, *given: Any, links: list[tuple[str, str]], **told: Any) -> None:
        super().__init__(*given, **told)
        if not links:
            del self.fields["false_alarm"], self.fields["revoke"]
            return
        choice = cast(forms.ChoiceField, self.fields["false_alarm"])
        alarms = [(link, say("Yes, the press of %s was") % name) for link, name in links]
        choice.choices = [("", _("No, or I do not know yet")), *alarms]
        self.fields["revoke"].help_text = say(
            "Their link then ends nothing any more. Without this, two false alarms in 30 days put it to rest."
        )

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or {}
        if told.get("revoke") and not told.get("false_alarm"):
            self.add_error("revoke", _("Say whose press it was."))
        return told
