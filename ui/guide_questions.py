"""The guide's ten questions: predict, then run; the answer is folded away until it is wanted."""

from typing import Final

import streamlit as st

from gradcore.guide.measured import told
from gradcore.guide.model import Question
from gradcore.guide.questions import QUESTIONS
from ui.address import parameters, say_unknown
from ui.guide_parts import see, shown, write

BIND: Final = "query-params"
STYLE = """<style>.st-key-guide_questions { max-width: 46rem; }
.st-key-guide_questions [data-testid="stWidgetLabel"] p { font-size: 1rem; }</style>"""
HOW = (
    "Choose what you expect before you look. Then run it: each link opens a page that ends on the number. The answer "
    "stands below, with what was measured when this guide was made."
)


def draw() -> None:
    """Draw the questions."""
    st.html(STYLE)
    with st.container(key="guide_questions"):
        st.markdown(HOW)
        for number, question in enumerate(QUESTIONS, 1):
            _question(number, question)


def _question(number: int, question: Question) -> None:
    key = f"predict_{question.name}"
    say_unknown(parameters(), key, question.choices)
    with st.container(border=True, key=f"question_{question.name}"):
        predicted = st.radio(f"**{number}.** {shown(question.text)}", question.choices, index=None, key=key, bind=BIND)
        write(f"{see(question.run, verb='Run it')}. {shown(question.do)}")
        with st.expander("The answer"):
            st.markdown(answer_text(question, predicted))


def answer_text(question: Question, predicted: str | None) -> str:
    """Return the answer, and how the prediction did."""
    right = question.choices[question.right]
    said = "" if predicted is None else "As you predicted. " if predicted == right else f"You predicted: {predicted}. "
    return f"**{right}.** {said}{shown(told(question.answer))}"
