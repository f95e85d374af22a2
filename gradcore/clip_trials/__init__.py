"""Trials of clip rules on one step and on streams, in this process: no training, no TensorFlow."""

from gradcore.clip_trials.documents import document
from gradcore.clip_trials.one_step import Applied, OneStep, one_step
from gradcore.clip_trials.source import trial
from gradcore.clip_trials.stream import StreamResult, StreamTrial, run_stream

__all__ = ["Applied", "OneStep", "StreamResult", "StreamTrial", "document", "one_step", "run_stream", "trial"]
