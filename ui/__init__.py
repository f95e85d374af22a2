"""Streamlit lives here, and in app.py, pages/ and server.py; nowhere else."""
