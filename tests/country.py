"""What the shipped reference tells of persons and letters, for tests that open the door of the intake themselves."""

from pathlib import Path

from lnbeval.reference import load_reference
from lnbeval.workspace.person_words import person_words, text_letters

_REFERENCE = load_reference(Path(__file__).parents[1] / "data" / "reference")
PERSONS = person_words(_REFERENCE)
LETTERS = text_letters(_REFERENCE)
