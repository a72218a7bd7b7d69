"""Thin: parse, call one service, render."""
