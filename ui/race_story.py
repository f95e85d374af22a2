"""What a preset is to show, before its race, and what was seen, after it."""

import streamlit as st

from gradcore.records import RaceTrace
from gradcore.specs import RaceSpec
from gradcore.stories import story_of
from ui.words import escaped


def story_before(asked: RaceSpec | None) -> None:
    """Draw what to look for in the race that the controls ask for, where it tells a story."""
    if story := story_of(asked):
        st.markdown(f"**{escaped(story.title)}.** {escaped(' '.join(story.before))}")


def story_after(spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw what a race has shown that tells a story."""
    story = story_of(spec)
    if story and (told := story.told(spec, trace)):
        st.info(escaped(" ".join(told)), icon=":material/visibility:")
