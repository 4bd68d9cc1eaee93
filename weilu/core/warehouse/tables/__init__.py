"""Kinds of questions whose table needs more than a few lines, one file each."""
