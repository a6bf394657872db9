"""Users of every role, for the tests of every app."""

from typing import Any

import factory
from django.contrib.auth.models import Group

from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN, SUPERVISOR, VIEWER, WORKER


class UserFactory(factory.django.DjangoModelFactory):
    """A worker unless a trait says otherwise: `UserFactory(viewer=True)`, `UserFactory(role=None)`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        viewer = factory.Trait(role=VIEWER)
        supervisor = factory.Trait(role=SUPERVISOR)
        admin = factory.Trait(role=ADMIN, is_staff=True)

    username = factory.Sequence(lambda n: f"user{n}")
    role = WORKER

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, role: str | None = None, **fields: Any) -> User:
        user = model_class.objects.create_user(*args, **fields)
        if role is not None:
            user.groups.add(Group.objects.get(name=role))
        return user
