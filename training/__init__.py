"""From labelled comments to a promoted bundle; imports ``classifiers`` and nothing of the service."""
