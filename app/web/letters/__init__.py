"""Letters: prompts that a visitor answers, and a letter made of the answers and our dated finding.

Nothing typed is stored, logged or put in a web address, a header or a file's name: the letter lives in the
answer to a POST and nowhere else.
"""
