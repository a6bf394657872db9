"""Forms for corrections, sign-off and the next photo."""

from django import forms

from processing.counting.boxes import CLASS_NAMES


class CorrectionForm(forms.Form):
    """One correction: action, position (shares of the photo's width and height) and class."""

    action = forms.ChoiceField(choices=[(action, action) for action in ("add", "remove", "retype")])
    class_id = forms.TypedChoiceField(choices=list(enumerate(CLASS_NAMES)), coerce=int)
    x = forms.FloatField(min_value=0, max_value=1)
    y = forms.FloatField(min_value=0, max_value=1)
    sent_as = forms.UUIDField(required=False)


class StepForm(forms.Form):
    """Undo or redo the correction that was sent as `made_as`."""

    action = forms.ChoiceField(choices=[("undo", "undo"), ("redo", "redo")])
    made_as = forms.UUIDField()


class SignOffForm(forms.Form):
    """The total that the person saw when signing off; not needed to withdraw a sign-off."""

    seen = forms.IntegerField(required=False)
    reopen = forms.BooleanField(required=False)


class NextForm(forms.Form):
    """The photo that was reviewed last."""

    after = forms.UUIDField(required=False)
