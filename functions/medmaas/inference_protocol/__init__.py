"""Open Inference Protocol v2: tensors in, tensors out. It knows no HTTP.

- repository.py names the models, views.py their two forms: tensors of the graph, or one column per
  feature; statistics.py counts what happened.
- request.py reads JSON, or JSON followed by binary tensors; datatypes.py knows how tensors are
  written.
- infer.py takes a request through a view and the core.
- outputs.py takes columns of the answers, response.py writes them.
"""
