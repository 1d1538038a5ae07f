"""The console: server-rendered pages for people, over the HTTP APIs of the services."""
