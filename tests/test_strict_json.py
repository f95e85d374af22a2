import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore import strict_json
from gradcore.errors import RefusedError


@given(st.lists(st.floats(width=32)))
def test_every_float_survives_as_strictly_valid_json(values):
    text = strict_json.dumps({"values": np.array(values, np.float64)})
    json.loads(text, parse_constant=lambda name: pytest.fail(f"bare {name}"))
    np.testing.assert_array_equal(strict_json.floats(strict_json.loads(text)["values"]), np.array(values, np.float64))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"loss": NaN}', 'non-finite numbers must be written as text, "NaN". Received: NaN'),
        ('{"a": 1, "a": 2}', "the key 'a' must appear once. Received: it twice"),
        ("{", "the document must be valid JSON. Received: "),
        ("[" * 100_000, "the document must be valid JSON. Received: "),
    ],
)
def test_what_is_not_strict_json_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(RefusedError) as refusal:
        strict_json.loads(text)
    assert str(refusal.value).startswith(sentence)
