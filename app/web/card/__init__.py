"""The picture that social networks show beside a link to a council's page."""
