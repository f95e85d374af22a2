"""The guide: the notebook's framework, each claim beside our figure and a link that shows it.

Glossary, questions, theory checks, accuracy and limits, too. Pure data and text: `ui/guide_*.py` draw it.
"""
