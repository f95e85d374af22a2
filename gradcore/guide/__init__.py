"""The guide: the notebook's framework, each claim beside our figure and a link that shows it; glossary, questions, limits.

Pure data and text: `ui/guide_*.py` draw it.
"""
