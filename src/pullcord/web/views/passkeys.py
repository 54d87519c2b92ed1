"""Passkeys: setting one up, signing in by one alone, saying again who one is, another name, and taking one away."""

from typing import Any

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

QUESTION_SECONDS = 10 * 60
"""How long an unanswered question of somebody unknown is kept; whoever signs in gets a session of the usual kind."""


class Add(views.AddWebAuthnView):  # type: ignore[misc]  # allauth brings no types
    """Always one that the device itself finds and asks a finger, a face or a PIN for: by it alone one can sign in."""

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        asked = super().get_context_data(**told)
        asked["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return dict(asked)


class SignIn(views.LoginWebAuthnView):  # type: ignore[misc]
    """The first POST brings the question, the second the answer: a look at the page of signing in opens no session."""

    def get(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        return redirect("account_login")

    def post(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        if not request.POST.get("credential"):
            request.session.set_expiry(QUESTION_SECONDS)
            return JsonResponse(auth.begin_authentication(user=None))
        return super().post(request, *given, **named)  # type: ignore[no-any-return]

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("That passkey opens nothing here. Sign in with your name and password."))
        return redirect(passthrough_next_redirect_url(self.request, str(reverse_lazy("account_login")), "next"))

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        wanted = get_next_redirect_url(self.request, "next")
        login = Login(user=authenticator.user, redirect_url=wanted)
        return flows.perform_passwordless_login(self.request, authenticator, login)  # type: ignore[no-any-return]


class Again(views.ReauthenticateWebAuthnView):  # type: ignore[misc]
    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("That did not work. Try once more, or use another way."))
        return redirect(passthrough_next_redirect_url(self.request, self.request.path, "next"))


add = Add.as_view()
sign_in = SignIn.as_view()
again = Again.as_view()
rename = views.EditWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
remove = views.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
