"""Cached answers: one key per question, and nothing but analysis behind it."""

import pytest

from dashboard.ui import answers


def test_only_analysis_functions_are_asked() -> None:
    with pytest.raises(ValueError, match="is no analysis function"):
        answers._answer("os:getcwd", "folder", 1, "local", ())


def test_modules_that_only_begin_alike_are_not_analysis() -> None:
    with pytest.raises(ValueError, match="is no analysis function"):
        answers._answer("dashboard.analysis_of:x", "folder", 1, "local", ())
