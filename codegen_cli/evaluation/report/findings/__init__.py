"""From counts to figures with intervals; pure."""
