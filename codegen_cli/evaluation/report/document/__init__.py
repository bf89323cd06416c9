"""A report as text, tables and plots, the same for Markdown and HTML; pure."""
