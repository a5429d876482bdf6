"""The exercises of chapter 09."""

from __future__ import annotations

from lab.core.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = ()
