"""The life of a model: judged beside a challenger, watched, trained again, taken back."""
