"""Who works here, in which role, for which communities?"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Operator(AbstractBaseUser):
    """Staff with an account in the console."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)

    USERNAME_FIELD = "email"
    objects: BaseUserManager[Operator] = BaseUserManager()
