"""From a comment and its evidence to an outcome. Pure: values in, values out."""
