"""What the answers of the API look like: one file per topic, declared to the last field.

A route names its shape with `response_model=`, its refusals with `responses=refusals(404, 422)`, and answers
with `answer(...)`, which is written out as it is: a test holds every answer against its shape instead.
"""
