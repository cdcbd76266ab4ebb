"""Install and doctor, in other people's repositories."""
