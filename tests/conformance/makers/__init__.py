"""The makers of the golden cases: one module for each family of formats."""
