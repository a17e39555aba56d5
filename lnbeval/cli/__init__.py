"""The command line, and the stages that the pipeline runs."""
