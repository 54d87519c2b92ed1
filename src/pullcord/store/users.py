"""Who can sign in."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from pullcord.store import NotFound
from pullcord.store.models import User


def has_any() -> bool:
    """Whether somebody has an account already: then the first-start link is dead."""
    return User.objects.exists()


def add(username: str, password: str, *, name: str = "", email: str = "") -> User:
    """Raises ValueError where the name is taken. The password has been judged by the form."""
    if User.objects.filter(username__iexact=username).exists():
        raise ValueError("taken")
    return User.objects.create_user(username, email, password, first_name=name)


def find(key: str) -> User:
    """By primary key, as text. Raises NotFound."""
    found = User.objects.filter(pk=int(key)).first() if key.isdecimal() else None
    if found is None:
        raise NotFound
    return found


def named(username: str) -> User:
    """By the name for signing in, however its letters are written. Raises NotFound."""
    found = User.objects.filter(username__iexact=username.strip()).first()
    if found is None:
        raise NotFound
    return found


def first() -> User | None:
    """Who came first: on a first start, the owner."""
    return User.objects.order_by("pk").first()


def set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def sign_out(user: User) -> None:
    """Everywhere: each of their sessions is gone. What they are in stands inside the sealed rows, so each is looked into."""
    theirs = [one.pk for one in Session.objects.iterator() if one.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()


def forget_old_sessions() -> None:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
