"""Pictures that the server draws as SVG: no script, no style, one time axis; the classes are in `participant.css`."""
