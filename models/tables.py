"""Every table, declared by importing each module of models/: for migrations and tests that need all of them."""

import pkgutil
from importlib import import_module

import models

for module in pkgutil.iter_modules(models.__path__):
    if module.name != "tables":
        import_module(f"models.{module.name}")
