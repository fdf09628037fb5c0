"""Publishers: who publishes the articles that events cite, and whose text they are."""
