"""Keycloak for Zhidai: the realm as code."""
