"""The face: command line, stages, reports, publishing; the only package that joins the others."""
