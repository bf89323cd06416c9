"""Many running folders become one report: tables, plots, the paper's values beside ours.

read      running folders → `Run` records
findings  runs → figures with intervals
document  findings → sections of text, tables and plots, the same for every format
plots     a plot → SVG (the only place that imports matplotlib)
"""
