import pytest

from gradcore.guide.glossary import GLOSSARY
from gradcore.guide.questions import QUESTIONS
from gradcore.guide.sections import CLAIMS, SECTIONS
from tests.pages.conftest import texts

GUIDE = "pages/6_Guide.py"
CHAPTERS = ["Framework", "Glossary", "Questions", "How far to trust it"]


def html(app) -> str:
    """All Markdown and HTML of a page."""
    return "\n".join([element.value for element in app.markdown] + [one.proto.body for one in app.get("html")])


def test_the_first_view_is_the_framework_with_all_its_claims(open_page):
    app = open_page(GUIDE)
    assert not app.warning
    shown = html(app)
    assert all(f'id="{name}"' in shown for name in (*SECTIONS, *CLAIMS))
    assert all(f'href="#{name}"' in shown for name in SECTIONS)
    assert shown.count('class="guide-picture"') == 2
    assert shown.count('class="guide-see"') == sum(len(claim.links) for claim in CLAIMS.values())


def test_claims_of_one_mark_are_shown_alone(open_page):
    few = [name for name, claim in CLAIMS.items() if claim.mark == "not_confirmed"]
    app = open_page(GUIDE, mark=f"Not confirmed here ({len(few)})")
    shown = html(app)
    assert {name for name in CLAIMS if f'id="{name}"' in shown} == set(few)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_is_drawn_and_linked(open_page, chapter):
    app = open_page(GUIDE, chapter=chapter)
    assert not app.warning
    assert not app.error
    assert app.segmented_control[0].value == chapter


def test_a_linked_word_opens_the_glossary_at_its_entry(open_page):
    app = open_page(GUIDE, term="backprop_ratio")
    assert app.segmented_control[0].value == "Glossary"
    shown = html(app)
    assert all(f'id="term-{name}"' in shown for name in GLOSSARY)
    assert 'document.getElementById("term-backprop_ratio")' in shown


def test_an_unknown_word_or_section_is_named_and_nothing_of_it_is_put_into_the_page(open_page):
    app = open_page(GUIDE, term="<script>alert(1)</script>")
    assert app.warning[0].value.startswith(r"The glossary has no entry '\<script\>alert")
    assert "<script>alert" not in html(app)
    missing = open_page(GUIDE, term="nosuch").warning[0].value
    assert missing == "The glossary has no entry 'nosuch'. All entries are shown."
    near = open_page(GUIDE, section="pitfals").warning[0].value
    assert near == "The guide has no part 'pitfals'; did you mean 'pitfalls'? The whole framework is shown."
    assert "Unknown setting 'sektion'" in open_page(GUIDE, sektion="rules").warning[0].value


def test_leaving_a_chapter_takes_the_word_out_of_the_address(open_page):
    app = open_page(GUIDE, term="tie")
    app.segmented_control[0].set_value("Questions").run()
    assert "term" not in app.query_params
    assert len(app.radio) == 10


def test_the_glossary_is_searched(open_page):
    app = open_page(GUIDE, chapter="Glossary", find="holm")
    shown = html(app)
    assert 'id="term-holm"' in shown
    assert 'id="term-dropout"' not in shown
    assert "No entry holds this; clear the field to see all." in texts(
        open_page(GUIDE, chapter="Glossary", find="no such word")
    )


def test_a_prediction_is_held_against_the_answer(open_page):
    first = QUESTIONS[0]
    app = open_page(GUIDE, chapter="Questions")
    assert [radio.value for radio in app.radio] == [None] * 10
    assert not any(text.startswith("**About a millionth.** You") for text in texts(app))
    app.radio[0].set_value(first.choices[0]).run()
    assert any("You predicted: About a tenth." in text for text in texts(app))
    app.radio[0].set_value(first.choices[first.right]).run()
    assert any("As you predicted." in text for text in texts(app))


def test_accuracy_theory_and_limits_stand_in_one_chapter(open_page):
    shown = html(open_page(GUIDE, chapter="How far to trust it"))
    assert all(f'id="{name}"' in shown for name in ("accuracy", "theory", "limits"))
