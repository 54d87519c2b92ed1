"""Every page for people, and nothing else. All but those of signing in and an invitation need signing in."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from pullcord.web.views import (
    cards,
    drills,
    errors,
    factors,
    first,
    help_lines,
    helps,
    home,
    incidents,
    keeping,
    looked,
    meetings,
    notes,
    own_lines,
    people,
)

urlpatterns = [
    path("first/<str:token>", first.sign_in_once, name="first"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/signup/", account.signup, name="account_signup"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("", home.home, name="home"),
    path("practise", meetings.practise, name="practise"),
    path("meetings/new", meetings.choose, name="meeting_new"),
    path("meetings/new/<slug:name>", meetings.connect, name="meeting_connect"),
    path("meetings/<slug:meeting_id>", meetings.show, name="meeting"),
    path("meetings/<slug:meeting_id>/change", meetings.change, name="meeting_change"),
    path("meetings/<slug:meeting_id>/put-away", meetings.put_away, name="meeting_put_away"),
    path("meetings/<slug:meeting_id>/renew", meetings.renew, name="meeting_renew"),
    path("meetings/<slug:meeting_id>/links", meetings.give_link, name="link_give"),
    path("meetings/<slug:meeting_id>/practise", drills.begin, name="drill_begin"),
    path("meetings/<slug:meeting_id>/practice.ics", drills.next_day, name="drill_next"),
    path("meetings/<slug:meeting_id>/links/<slug:cord_id>/practise", drills.invite, name="drill_invite"),
    path("meetings/<slug:meeting_id>/links/<slug:cord_id>/<slug:act>", meetings.act_on_link, name="link_act"),
    path("meetings/<slug:meeting_id>/tokens", meetings.give_token, name="token_give"),
    path("meetings/<slug:meeting_id>/tokens/<slug:token_id>/revoke", meetings.revoke_token, name="token_revoke"),
    path("people", people.show, name="people"),
    path("people/keeping", keeping.show, name="keeping"),
    path("people/looked", looked.show, name="looked"),
    path("people/invite", people.invite, name="people_invite"),
    path("people/name", people.rename, name="people_rename"),
    path("people/lines", own_lines.show, name="own_lines"),
    path("people/lines/<int:line>/<slug:act>", own_lines.act, name="own_line_act"),
    path("people/sender", people.sender, name="people_sender"),
    path("people/invitations/<slug:invitation_id>/take-back", people.take_back, name="invitation_take_back"),
    path("people/<int:member>/role", people.change, name="member_change"),
    path("people/<int:member>/remove", people.remove, name="member_remove"),
    path("i/help/<str:token>", helps.come, name="come_to_help"),
    path("helping/<slug:help_id>", helps.show, name="help"),
    path("i/<str:token>", people.come_in, name="come_in"),
    path("help-lines", help_lines.show, name="help_lines"),
    path("help-lines/confirm", help_lines.confirm, name="help_line_confirm"),
    path("help-lines/take-back", help_lines.take_back, name="help_line_take_back"),
    path("incidents/new", notes.new, name="incident_new"),
    path("incidents/latest/<slug:meeting_id>", incidents.latest, name="incident_latest"),
    path("incidents/<slug:incident_id>", incidents.show, name="incident"),
    path("incidents/<slug:incident_id>/people", incidents.people, name="incident_people"),
    path("incidents/<slug:incident_id>/keep-on", keeping.keep_on, name="incident_keep_on"),
    path("incidents/<slug:incident_id>/help", helps.ask, name="help_ask"),
    path("incidents/<slug:incident_id>/help/<slug:help_id>/end", helps.end, name="help_end"),
    path("incidents/<slug:incident_id>/record", incidents.record, name="incident_record"),
    path("incidents/<slug:incident_id>/back-in", incidents.back_in, name="incident_back_in"),
    path("incidents/<slug:incident_id>/steps", notes.step, name="incident_step"),
    path("incidents/<slug:incident_id>/words", notes.words, name="incident_words"),
    path("meetings/<slug:meeting_id>/card", cards.card, name="link_card"),
    path("accounts/steps/", factors.show, name="mfa_index"),
    path("accounts/steps/code/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/steps/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/steps/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("accounts/steps/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/steps/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/steps/recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
