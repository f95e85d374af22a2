"""The one place that takes a file: of any kind, so that our own sentence says what is read; too large ones stay out.

The browser refuses a file above the limit before a byte of it is sent, and tells it to screen readers alone; here the
sentence is shown to everybody.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gradcore.uploads.limits import LARGEST_FILE

LARGEST_MB = LARGEST_FILE // 1024**2
STYLE = f"""<style>
[data-testid="stFileUploader"]:has([role="alert"])::after {{
  content: "A file must be at most {LARGEST_MB} MB large; this one was not read.";
  display: block; padding-top: 0.25rem; font-size: 0.875rem; color: light-dark(#C61358, #E54537);
}}
</style>"""


def upload(label: str, key: str, help: str, on_change: Callable[[], None]) -> UploadedFile | None:
    """Draw the place for a file; return it, None without one."""
    st.html(STYLE)
    return st.file_uploader(label, type=None, key=key, help=help, on_change=on_change, max_upload_size=LARGEST_MB)
