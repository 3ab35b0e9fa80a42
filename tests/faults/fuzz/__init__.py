"""Input that nobody writes, made by hypothesis: whatever arrives, the answer is no error of the server and comes at once.

`tests/authority/test_malformed_input.py` says how single malformed requests are refused; here the inputs are as many as
`COURSE_FUZZ_INPUTS` says, and new ones for each `python -m tests.faults.fuzz`.
"""
