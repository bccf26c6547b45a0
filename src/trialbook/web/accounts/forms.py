"""What people type to prove who they are, and what a custodian says of an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from trialbook.capture.people import LONGEST_CODE, is_code, likeness
from trialbook.web.accounts.models import Account

LONGEST_PASSWORD = 128


def password_box(label: Any, kind: str, hint: Any = "") -> forms.CharField:  # noqa: ANN401 - text or lazy text
    """Make a box for a password, taken as typed or pasted, blanks included."""
    box = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(label=label, help_text=hint, widget=box, strip=False, max_length=LONGEST_PASSWORD)


def code_box(label: Any, hint: Any = "", *, kind: str = "off") -> forms.CharField:  # noqa: ANN401
    """Make a box for a code, which no browser corrects or capitalises."""
    plain = {"autocomplete": kind, "autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
    return forms.CharField(label=label, help_text=hint, max_length=LONGEST_CODE, widget=forms.TextInput(attrs=plain))


class SignInForm(forms.Form):
    """A code and a password."""

    code = code_box(_("Your code"), kind="username")
    password = password_box(_("Password"), "current-password")


class SecondForm(forms.Form):
    """The second factor."""

    second = code_box(
        _("Code of your app"),
        _("Six digits that change every half minute; or one of your recovery codes."),
        kind="one-time-code",
    )


class NewPassword(forms.Form):
    """A password that is chosen, twice; `account` is whose it will be."""

    new = password_box(
        _("New password"),
        "new-password",
        _("At least 12 characters of any kind: four words that do not belong together are better than one odd word."),
    )
    again = password_box(_("The same again"), "new-password")

    def __init__(self, *args: Any, account: Account | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.account = account

    def clean(self) -> dict[str, Any]:
        """Judge the password as a whole: it must be the same twice, and not easy to guess."""
        told = super().clean() or {}
        if "new" in told and told.get("again") != told["new"]:
            self.add_error("again", _("The two are not the same."))
        elif "new" in told:
            try:
                validate_password(told["new"], self.whose(told))
            except forms.ValidationError as error:
                self.add_error("new", error)
        return told

    def whose(self, told: dict[str, Any]) -> Account:
        """Return the account that the password may not resemble."""
        return self.account or Account(code=told.get("code", ""), name=told.get("name", ""))


class PasswordForm(NewPassword):
    """A new password in the place of one that is known."""

    current = password_box(_("Password until now"), "current-password")
    field_order = ("current", "new", "again")


class FirstRunForm(NewPassword):
    """The first account."""

    start = code_box(_("Start code"), _("The terminal in which the site was started shows it."))
    code = code_box(
        _("Your code"),
        _("Short and yours alone, such as your initials: it stands beside all you do and cannot be changed later."),
        kind="username",
    )
    name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("start", "code", "name", "new", "again")

    def clean_code(self) -> str:
        """Refuse what cannot be a code."""
        return checked_code(self.cleaned_data["code"])


class AccountForm(forms.Form):
    """A new account."""

    code = code_box(
        _("Code"), _("Short, such as initials: it stands beside all that the person does and cannot be changed later.")
    )
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("The account closes after this day; leave it empty where no end is known."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, known: tuple[str, ...] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.known = known

    def clean_code(self) -> str:
        """Refuse what cannot be a code, what another account has, and what the ledger writes in another way."""
        code = checked_code(self.cleaned_data["code"])
        taken = Account.objects.filter(likeness=likeness(code)).first()
        if taken is not None:
            raise forms.ValidationError(
                _("There is an account “%(code)s” already; choose another code."), params={"code": taken.code}
            )
        written = next((one for one in self.known if one != code and likeness(one) == likeness(code)), None)
        if written is not None:
            raise forms.ValidationError(
                _("The study knows this person as “%(code)s”; write it like that."), params={"code": written}
            )
        return code


class ReasonForm(forms.Form):
    """A change of what somebody may do, and why."""

    role = forms.ChoiceField(label=_("Role"))
    site = forms.CharField(
        label=_("Site"),
        required=False,
        max_length=LONGEST_CODE,
        help_text=_("Empty: at all sites."),
        widget=forms.TextInput(attrs={"list": "sites", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles)


def checked_code(code: str) -> str:
    """Return a code that can name a person; ValidationError for any other text."""
    if not is_code(code):
        raise forms.ValidationError(
            _("A code has 1 to 64 characters that can be seen and typed, and no blank at its ends.")
        )
    return code
