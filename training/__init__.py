"""From labelled comments to a promoted bundle; imports ``classifiers`` alone."""
