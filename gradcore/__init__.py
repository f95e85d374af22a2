"""The backend of Gradient Clinic: specs go in, a worker trains, records are stored, figures drawn from them."""

__version__ = "0.1.0"
