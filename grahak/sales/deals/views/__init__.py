"""The screens of deals."""
