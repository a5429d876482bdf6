"""The exercises of chapter 08."""

from __future__ import annotations

from lab.core.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
