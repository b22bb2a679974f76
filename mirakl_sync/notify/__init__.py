"""Telling people about questions: who, when, at which address, and never twice."""
