"""Publishers: who publishes and who wrote the articles that events cite."""
