"""The engine: the only home of TensorFlow and Keras. A spec goes in, records come out in chunks."""
