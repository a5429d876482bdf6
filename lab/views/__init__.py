"""How each thing is drawn: as text, as HTML, and live with ipywidgets."""
