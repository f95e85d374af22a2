"""The backend of Gradient Clinic: specs go in, a worker trains, records go into the run store, figures are drawn from records."""

__version__ = "0.1.0"
